package timeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"glancecap/timeline/story"
)

// properties writes an image's properties as "a=1 b=2".
func propertiesOf(i *story.Image) string {
	var words []string
	for _, p := range i.Properties {
		value := "NULL"
		if p.Value != nil {
			value = *p.Value
		}
		words = append(words, p.Name+"="+value)
	}
	return strings.Join(words, " ")
}

func addProperty(who, name, value string, insertID int) string {
	return query(who, "INSERT INTO image_properties (created_at, updated_at, deleted_at, deleted, image_id, name, value) VALUES ('2020-02-18 04:49:56', '2020-02-18 04:49:56', NULL, 0, '"+id+"', '"+name+"', '"+value+"')",
		fmt.Sprintf("ok affected=1 insert_id=%d status=in_trans", insertID))
}

func TestAnInsertIdTellsWhoseRowALaterUpdateChanges(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), addProperty("worker", "os", "centos", 292), addProperty("worker", "arch", "x86_64", 293), commit("worker"),
		query("worker", "UPDATE image_properties SET updated_at='2020-02-18 04:49:57', value='debian' WHERE image_properties.id = 292", matchedOne),
		query("worker", "UPDATE image_properties SET deleted_at='2020-02-18 04:49:57', deleted=1 WHERE image_properties.id = 293", matchedOne), commit("worker"))
	i := only(t, s)
	if got := propertiesOf(i); got != "os=debian" {
		t.Errorf("properties %q", got)
	}
	for _, st := range s.Statements {
		if st.Verb == "UPDATE" && (st.Image == nil || *st.Image != id) {
			t.Errorf("%s names no image", st.Text)
		}
	}
}

func TestARowThatWasReadTellsWhoseItIs(t *testing.T) {
	const columns = "images_id | images_status | image_properties_1_id | image_properties_1_image_id | image_properties_1_name | image_properties_1_value | image_properties_1_deleted"
	s := tell(t, login("worker"),
		query("worker", "SELECT images.id AS images_id, images.status AS images_status, image_properties_1.id AS image_properties_1_id, image_properties_1.image_id AS image_properties_1_image_id, "+
			"image_properties_1.name AS image_properties_1_name, image_properties_1.value AS image_properties_1_value, image_properties_1.deleted AS image_properties_1_deleted "+
			"FROM images LEFT OUTER JOIN image_properties AS image_properties_1 ON images.id = image_properties_1.image_id WHERE images.id = '"+id+"'",
			"rows status=in_trans\n| "+columns+"\n| "+id+" | active | 7 | "+id+" | os | centos | 0\n| "+id+" | active | 8 | "+id+" | old | x | 1"),
		rollback("worker"),
		query("worker", "UPDATE image_properties SET value='debian' WHERE image_properties.id = 7", matchedOne), commit("worker"))
	i := only(t, s)
	if got := propertiesOf(i); got != "os=debian" {
		t.Errorf("properties %q", got)
	}
	if !i.BeforeCapture || *i.Row.Get("status") != "active" {
		t.Errorf("before %v, row %v", i.BeforeCapture, i.Row)
	}
}

func TestADeletedPropertyComesBackWithItsRow(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), addProperty("worker", "os", "1", 5), commit("worker"),
		query("worker", "UPDATE image_properties SET deleted=1 WHERE image_properties.id = 5", matchedOne), commit("worker"),
		query("worker", "UPDATE image_properties SET deleted=0, value='2' WHERE image_properties.id = 5", matchedOne), commit("worker"))
	if got := propertiesOf(only(t, s)); got != "os=2" {
		t.Errorf("properties %q", got)
	}
}

func TestATrueDeleteOfThePropertyThatIsALock(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"),
		query("worker", "UPDATE image_properties SET deleted=0, value='t1' WHERE image_properties.name = 'os_glance_import_task' AND image_properties.image_id = '"+id+"' AND image_properties.deleted != false", "ok affected=0 status=in_trans"),
		addProperty("worker", "os_glance_import_task", "t1", 9), commit("worker"),
		query("worker", "DELETE FROM image_properties WHERE image_properties.name = 'os_glance_import_task' AND image_properties.value = 't1' AND image_properties.image_id = '"+id+"' AND image_properties.deleted = false", matchedOne), commit("worker"))
	if got := propertiesOf(only(t, s)); got != "" {
		t.Errorf("properties %q", got)
	}
}

func TestAnUndoneInsertIsNoProperty(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"), addProperty("worker", "os", "1", 5), rollback("worker"))
	if got := propertiesOf(only(t, s)); got != "" {
		t.Errorf("properties %q", got)
	}
}

func TestTagsMembersAndLocationsLeaveOutWhatIsDeleted(t *testing.T) {
	insert := func(table, columns, values string, insertID int) string {
		return query("worker", "INSERT INTO "+table+" (deleted, image_id, "+columns+") VALUES (0, '"+id+"', "+values+")", fmt.Sprintf("ok affected=1 insert_id=%d status=in_trans", insertID))
	}
	s := tell(t, login("worker"), inserted("worker"),
		insert("image_tags", "value", "'red'", 1), insert("image_tags", "value", "'blue'", 2),
		insert("image_members", "member, can_share, status", "'p1', 0, 'pending'", 1), insert("image_members", "member, can_share, status", "'p2', 0, 'pending'", 2),
		insert("image_locations", "value, meta_data, status", "'rbd://f/images/x/snap', '{\\\"store\\\": \\\"ceph\\\"}', 'active'", 1),
		insert("image_locations", "value, meta_data, status", "'file:///var/x', '{}', 'active'", 2), commit("worker"),
		query("worker", "UPDATE image_tags SET deleted=1 WHERE image_tags.id = 1", matchedOne),
		query("worker", "UPDATE image_members SET status='accepted' WHERE image_members.id = 1", matchedOne),
		query("worker", "UPDATE image_members SET deleted=1 WHERE image_members.id = 2", matchedOne),
		query("worker", "UPDATE image_locations SET deleted=1, status='deleted' WHERE image_locations.id = 2", matchedOne), commit("worker"))
	i := only(t, s)
	if len(i.Tags) != 1 || i.Tags[0] != "blue" || len(i.Members) != 1 || i.Members[0] != (story.Member{Member: "p1", Status: "accepted"}) {
		t.Errorf("tags %v, members %v", i.Tags, i.Members)
	}
	if len(i.Locations) != 1 || i.Locations[0].Metadata != `{"store": "ceph"}` {
		t.Errorf("locations %+v", i.Locations)
	}
	if len(i.Store) != 2 || i.Store[0].Kind+i.Store[0].State != "filedeleted" || i.Store[1].Kind+i.Store[1].State != "rbdstored" {
		t.Errorf("stores %+v", i.Store)
	}
}

func TestTheRowsOfAListMakeNoImage(t *testing.T) {
	s := tell(t, login("worker"), query("worker", "SELECT images.id AS images_id, images.status AS images_status FROM images WHERE images.deleted = false LIMIT 20",
		"rows status=in_trans\n| images_id | images_status\n| "+id+" | active"), rollback("worker"))
	if len(s.Images) != 0 {
		t.Errorf("%d images are told", len(s.Images))
	}
}

func TestAnImageThatIsOnlyLookedForIsNone(t *testing.T) {
	s := tell(t, login("worker"), query("worker", "SELECT images.id AS images_id FROM images WHERE images.id = '"+id+"'", "rows status=in_trans\n| images_id"), rollback("worker"),
		"client --> glance GET /v2/images/"+id+" HTTP/1.1\n| Host: x", "client <-- glance HTTP/1.1 404 Not Found\n| Content-Length: 0")
	if len(s.Images) != 0 {
		t.Errorf("%d images are told", len(s.Images))
	}
}

func TestStatementsOfOtherDatabasesAreCounted(t *testing.T) {
	s := tell(t, "nova --> database connect", "nova <-- database greeting id=50", "nova --> database login user=nova database=nova", "nova <-- database ok status=autocommit",
		query("nova", "SELECT 1", "rows\n| 1\n| 1"), query("nova", "UPDATE instances SET image_ref = 'x' WHERE id = 1", "ok affected=1"), query("nova", "UPDATE services SET a=1", "ok affected=1"))
	if len(s.Statements) != 0 || len(s.Folded.Databases) != 1 {
		t.Fatalf("%d statements are told, %+v", len(s.Statements), s.Folded)
	}
	d := s.Folded.Databases[0]
	if d.Database != "nova" || d.Connections != 1 || d.Statements != 3 || d.Verbs["UPDATE"] != 2 || d.Verbs["SELECT"] != 1 {
		t.Errorf("%+v", d)
	}
}

func TestAConnectionJoinedMidstreamIsToldOnceATableIsNamed(t *testing.T) {
	s := tell(t, query("worker", "SELECT 1", "rows status=in_trans\n| 1\n| 1"), read("worker", "active"), rollback("worker"),
		query("nova", "SELECT 1", "rows status=in_trans\n| 1\n| 1"), query("nova", "ROLLBACK", "ok"))
	only(t, s)
	if len(s.Statements) != 3 || s.Statements[0].Text.String() != "SELECT 1" || s.Folded.Unnamed != 2 {
		t.Errorf("%d statements are told, %d are unnamed", len(s.Statements), s.Folded.Unnamed)
	}
}

func TestAStatementSeenBeforeAndBehindAProxyIsToldOnce(t *testing.T) {
	proxied := func(sql, answer string) string {
		return "worker --> proxy query " + sql + "\nbehind --> database query " + sql + "\nbehind <-- database " + answer + "\nworker <-- proxy " + answer + "\n"
	}
	s := tell(t, "proxy = 172.16.0.20:3306", "behind = 172.16.0.20:48118",
		"worker --> proxy connect", "behind --> database connect", "behind <-- database greeting id=31", "worker <-- proxy greeting id=31",
		"worker --> proxy login user=glance database=glance", "behind --> database login user=glance database=glance",
		"behind <-- database ok status=autocommit", "worker <-- proxy ok status=autocommit",
		proxied("SET AUTOCOMMIT = 0", "ok status=none"),
		proxied("INSERT INTO images (id, status) VALUES ('"+id+"', 'queued')", matchedOne), proxied("COMMIT", "ok status=none"))
	wantArrows(t, only(t, s), "·→queued")
	if len(s.Statements) != 3 {
		t.Fatalf("%d statements are told, want 3", len(s.Statements))
	}
	for _, st := range s.Statements {
		if st.Client != "172.16.0.19:45000" || len(st.Legs.All()) != 1 || st.Legs.All()[0].Client != "172.16.0.20:48118" {
			t.Errorf("%s: client %s, legs %+v", st.Text, st.Client, st.Legs.All())
		}
	}
}

func addTag(who, value string, insertID int) string {
	return query(who, "INSERT INTO image_tags (created_at, updated_at, deleted_at, deleted, image_id, value) VALUES ('2020-02-18 04:49:56', '2020-02-18 04:49:56', NULL, 0, '"+id+"', '"+value+"')",
		fmt.Sprintf("ok affected=1 insert_id=%d status=in_trans", insertID))
}

func tagsRead(who string, values ...string) string {
	rows := "rows status=in_trans\n| image_tags_value"
	for _, v := range values {
		rows += "\n| " + v
	}
	return query(who, "SELECT image_tags.value AS image_tags_value FROM image_tags WHERE image_tags.image_id = '"+id+"' AND image_tags.deleted = false", rows)
}

func TestATagThatIsSetAgainIsNotTakenForTheOneThatWasRemoved(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), addTag("worker", "red", 7), commit("worker"),
		query("worker", "UPDATE image_tags SET deleted_at='2020-02-18 04:49:57', deleted=1 WHERE image_tags.id = 7", matchedOne), commit("worker"),
		addTag("worker", "red", 8), commit("worker"), tagsRead("worker", "red"), rollback("worker"))
	if i := only(t, s); !slices.Equal(i.Tags, []string{"red"}) {
		t.Errorf("tags %q", i.Tags)
	}
}

func TestTwoRowsOfOneTagAreBothThere(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), addTag("worker", "red", 7), addTag("worker", "red", 8), commit("worker"), tagsRead("worker", "red", "red"), rollback("worker"))
	if i := only(t, s); !slices.Equal(i.Tags, []string{"red", "red"}) {
		t.Errorf("tags %q", i.Tags)
	}
}

func TestACountOfMembersIsNoListOfThem(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"),
		query("worker", "INSERT INTO image_members (created_at, deleted, image_id, member, can_share, status) VALUES ('2020-02-18 04:49:56', 0, '"+id+"', 'm1', 0, 'pending')", "ok affected=1 insert_id=3 status=in_trans"), commit("worker"),
		query("worker", "SELECT count(*) AS count_1 FROM (SELECT image_members.id AS image_members_id FROM image_members WHERE image_members.deleted = false AND image_members.image_id = '"+id+"') AS anon_1",
			"rows status=in_trans\n| count_1\n| 1"), rollback("worker"))
	if i := only(t, s); len(i.Members) != 1 || i.Members[0].Member != "m1" {
		t.Errorf("members %+v", i.Members)
	}
}
