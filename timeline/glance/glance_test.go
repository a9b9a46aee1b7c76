package glance

import (
	"reflect"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/sqltext"
)

func parse(text string) sqltext.Statement {
	return sqltext.New(bounds.Default(), new(bounds.Hits)).Parse(text)
}

func TestOnlyWhatGlanceAllowsIsLegal(t *testing.T) {
	from := func(s string) *string { return &s }
	for _, c := range []struct {
		from *string
		to   string
		want bool
	}{
		{nil, Queued, true}, {nil, Active, false}, {from(Queued), Saving, true}, {from(Saving), Active, true}, {from(Saving), Queued, true},
		{from(Active), Queued, false}, {from(Deleted), Active, false}, {from(Importing), Saving, false}, {from(PendingDelete), Active, true}, {from("nonsense"), Active, false},
	} {
		if got := Legal(c.from, c.to); got != c.want {
			t.Errorf("%v → %s: %v", c.from, c.to, got)
		}
	}
}

func TestAColumnOfAResultSaysWhoseItIs(t *testing.T) {
	for name, want := range map[string]string{
		"images_id": "images id", "anon_1_images_os_hash_value": "images os_hash_value", "image_properties_1_image_id": "image_properties image_id",
		"anon_1_anon_2_images_os_hidden": "images os_hidden", "image_locations_meta_data": "image_locations meta_data", "id": "images id", "count_1": "images count_1", "task_info_1_input": "task_info input",
	} {
		table, column := ColumnOf(name, Images)
		if got := table + " " + column; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestAnUpdateSaysWhatItSetsAndWhere(t *testing.T) {
	s := parse("UPDATE images SET updated_at='2020', size=NULL, status='saving' WHERE images.id = '" + image + "' AND images.status = 'queued'")
	c := changeOf(&s)
	if c == nil || c.Table != Images || c.Vague {
		t.Fatalf("%+v", c)
	}
	status, _ := c.Sets("status")
	size, _ := c.Sets("size")
	guard, _ := c.Equals("status")
	id, _ := c.Equals("id")
	if status.Text != "saving" || !size.Null || guard != "queued" || id != image {
		t.Errorf("%+v", c)
	}
}

func TestAConditionUnderAnOrMakesAChangeVague(t *testing.T) {
	s := parse("UPDATE image_properties SET value='x' WHERE image_properties.id = 1 OR image_properties.name = 'y'")
	if c := changeOf(&s); c == nil || !c.Vague {
		t.Errorf("%+v", c)
	}
}

func TestARowFulfilsAConditionAsTheDatabaseSays(t *testing.T) {
	one, zero := "1", "0"
	s := parse("UPDATE image_properties SET value='x' WHERE image_properties.deleted != false AND image_properties.name IN ('a', 'b') AND image_properties.value IS NULL")
	c := changeOf(&s)
	if len(c.Where) != 3 {
		t.Fatalf("%+v", c.Where)
	}
	b := "b"
	for _, x := range []struct {
		condition int
		value     *string
		want      bool
	}{{0, &one, true}, {0, &zero, false}, {0, nil, false}, {1, &b, true}, {1, &one, false}, {2, nil, true}, {2, &b, false}} {
		if got := c.Where[x.condition].Holds(x.value); got != x.want {
			t.Errorf("%+v of %v: %v", c.Where[x.condition], x.value, got)
		}
	}
}

func TestAStatementNamesWhatACallNames(t *testing.T) {
	for text, want := range map[string][]Name{
		"SELECT images.id AS images_id FROM images WHERE images.id = '" + image + "'":                        {{NameImage, image}},
		"SELECT image_properties.id FROM image_properties WHERE '" + image + "' = image_properties.image_id": {{NameImage, image}},
		"UPDATE image_locations SET updated_at='2020' WHERE image_locations.id = 5":                          {{NameRow, "image_locations:5"}},
		"UPDATE tasks SET status='processing' WHERE tasks.id = 't1'":                                         {{NameTask, "t1"}},
	} {
		s := parse(text)
		if got := ShapeOf(&s).Names(&s, nil); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestALocationSaysWhereTheBytesAre(t *testing.T) {
	for location, want := range map[string]Place{
		"swift+config://ref1/glance/" + image:                       {"swift", "glance", image},
		"swift+https://u:k@172.16.0.19:5000/v3/acc/glance/" + image: {"swift", "glance", image},
		"rbd://fsid/images/" + image + "/snap":                      {"rbd", "images", image},
		"file:///var/lib/glance/images/" + image:                    {"file", "", image},
		"cinder://volume-1":                                         {"cinder", "", "volume-1"},
		"nonsense":                                                  {"unknown", "", ""},
	} {
		if got := PlaceOf(location); got != want {
			t.Errorf("%s: %+v, want %+v", location, got, want)
		}
	}
}

func TestATokenIsKnownByItsDigestShownOrNot(t *testing.T) {
	// SHA-256 of "abc" (FIPS 180-2, B.1).
	const digits = "ba7816bf8f01"
	if got := TokenDigest("abc"); got != digits {
		t.Errorf("%s", got)
	}
	if got := TokenDigest("‹token {SHA256}" + digits + "›"); got != digits {
		t.Errorf("%s", got)
	}
	if TokenDigest("") != "" {
		t.Error("no token has a digest")
	}
}

func TestABodyIsReadForWhatItShows(t *testing.T) {
	s, ok := ShownImage(`{"id": "` + image + `", "status": "active", "size": null, "checksum": "c"}`)
	if !ok || s.Status != Active || s.Size != -1 || s.Checksum != "c" {
		t.Errorf("%+v %v", s, ok)
	}
	for _, text := range []string{"", "[]", `{"id": "x", "status": "active"}`, `{"id": "` + image + `", "status": "asleep"}`, `{"id": 5}`} {
		if _, ok := ShownImage(text); ok {
			t.Errorf("%q shows an image", text)
		}
	}
	a := ReadAsked("image.update", `[{"op": "add", "path": "/os", "value": "x"}, {"op": "replace", "path": "/min_ram", "value": 512}, {"op": "remove", "path": "/old"}]`)
	if got := strings.Join(a.Changes, " "); got != "+os min_ram=512 -old" {
		t.Errorf("changes %q", got)
	}
}

func TestAListOfMembersIsOneWhoeverAsksForIt(t *testing.T) {
	const columns, from = "SELECT image_members.id AS image_members_id, image_members.member AS image_members_member FROM image_members", " WHERE image_members.deleted = false"
	const mine = " INNER JOIN images ON images.id = image_members.image_id" + from + " AND (images.owner = 'p1' OR image_members.member = 'p1') AND image_members.image_id = '" + image + "'"
	for text, want := range map[string]Work{
		columns + from + " AND image_members.image_id = '" + image + "'": ReadMembers,
		columns + mine: ReadMembers,
		columns + mine + " AND image_members.member = 'p2'": ReadMember,
	} {
		s := parse(text)
		if got := WorkOf(&s); got != want {
			t.Errorf("%s: work %d, want %d", text, got, want)
		}
	}
}

// changeOf gives what a statement changes, nil where that is nothing.
func changeOf(s *sqltext.Statement) *Change {
	c := &Change{}
	if !ShapeOf(s).Change(s, c) {
		return nil
	}
	return c
}
