package sqltext

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
)

func TestTransactionControlIsToldByTheWords(t *testing.T) {
	for text, want := range map[string]string{
		"COMMIT":                            "2 \"\" false false",
		"commit work and chain":             "2 \"\" true false",
		"COMMIT AND NO CHAIN":               "2 \"\" false false",
		"/* pool */ ROLLBACK -- reset":      "3 \"\" false false",
		"ROLLBACK TO SAVEPOINT sa_1":        "4 \"sa_1\" false false",
		"rollback work to `sa``1`":          "4 \"sa`1\" false false",
		"SAVEPOINT sa_1":                    "5 \"sa_1\" false false",
		"RELEASE SAVEPOINT sa_1":            "6 \"sa_1\" false false",
		"BEGIN":                             "1 \"\" false true",
		"START TRANSACTION READ ONLY":       "1 \"\" false true",
		"BEGIN NOT ATOMIC SELECT 1; END":    "0 \"\" false false",
		"SET AUTOCOMMIT = 0":                "8 \"\" false false",
		"SET autocommit=ON":                 "7 \"\" false true",
		"SET @@session.autocommit=0":        "8 \"\" false false",
		"SET NAMES utf8, autocommit := '0'": "8 \"\" false false",
		"SET GLOBAL autocommit = 0":         "0 \"\" false false",
		"SET @autocommit = 0":               "0 \"\" false false",
		"XA START 'x'":                      "9 \"\" false false",
		"XA COMMIT 'x' ONE PHASE":           "12 \"\" false false",
		"CREATE TABLE x (a INT)":            "0 \"\" false true",
		"CREATE TEMPORARY TABLE x (a INT)":  "0 \"\" false false",
		"UNLOCK TABLES":                     "0 \"\" false false",
		"TRUNCATE x":                        "0 \"\" false true",
	} {
		s := newParser().Parse(text)
		if got := fmt.Sprintf("%d %q %t %t", s.Control, s.Savepoint, s.Chain, s.ImplicitCommit); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestHousekeepingIsWhatPoolsAndDriversSay(t *testing.T) {
	for text, want := range map[string]bool{
		"SELECT 1": true, "select @@sql_mode": true, "SELECT DATABASE()": true, "SELECT 1 FROM DUAL": true, "SET NAMES utf8": true,
		"SHOW VARIABLES LIKE 'sql_mode'": true, "USE glance": true, "ROLLBACK": true,
		"COMMIT": false, "SELECT 1 FROM images": false, "SELECT images.created_at AS images_created_at, images.upd": false,
		"SELECT @@session.sql_mode, CAST('x' AS CHAR(60)) AS anon_1": true, "SELECT GET_LOCK('x', 1)": false, "ROLLBACK TO x": false, "BEGIN": false,
	} {
		if s := newParser().Parse(text); s.Housekeeping != want {
			t.Errorf("%s: %t", text, s.Housekeeping)
		}
	}
}

func TestAListQueryTellsItsInnerConditionsApart(t *testing.T) {
	s := newParser().Parse(`SELECT anon_1.images_id AS anon_1_images_id FROM (SELECT images.id AS images_id FROM images
		WHERE images.os_hidden = false AND images.status IN ('active', 'saving') AND (images.owner = 'a9' OR images.visibility != 'community') LIMIT 20) AS anon_1
		LEFT OUTER JOIN image_properties AS image_properties_1 ON anon_1.images_id = image_properties_1.image_id AND image_properties_1.deleted = 0`)
	want := `SELECT [{ images false} { image_properties false}] control=0 "" chain=false implicit=false housekeeping=false unparsed=""
where {images os_hidden} = certain=true inner=true bool "0"
where {images status} IN certain=true inner=true string "active" string "saving"
where {images owner} = certain=false inner=true string "a9"
where {images visibility} != certain=false inner=true string "community"
where {image_properties deleted} = certain=false inner=false number "0.000000000000e+00"
selected {{anon_1 images_id} anon_1_images_id}
limit 2.000000000000e+01 inner=true
`
	if got := tell(&s); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if v, ok := s.Limit(true); !ok || v.Text != "20" {
		t.Errorf("inner limit %v %v", v, ok)
	}
	if _, ok := s.Equals("images", "owner"); ok {
		t.Error("a comparison under OR counts as certain")
	}
}

func TestAnUpdateTellsWhatItSetsAndItsGuard(t *testing.T) {
	s := newParser().Parse(`UPDATE images SET updated_at='2026-11-23 16:21:34.764204', size=420000, checksum=NULL, status='active', name='it\'s' WHERE 'i-1' = images.id AND images.status = 'saving'`)
	status, _ := s.Written(0, "status")
	name, _ := s.Written(0, "NAME")
	checksum, ok := s.Written(0, "checksum")
	id, _ := s.Equals("images", "id")
	guard, _ := s.Equals("images", "status")
	if status.Text != "active" || name.Text != "it's" || !ok || checksum.Kind != Null || id.Text != "i-1" || guard.Text != "saving" || !s.Writes("images") {
		t.Errorf("%v %v %v %v %v", status, name, checksum, id, guard)
	}
}

func TestManyRowsShareOneShape(t *testing.T) {
	p := newParser()
	for n := 2; n < 60; n++ {
		rows := strings.Repeat("('a', NULL, 3), ", n-1) + "(NULL, 'b', 4)"
		s := p.Parse("INSERT INTO image_tags (image_id, value, n) VALUES " + rows + " ON DUPLICATE KEY UPDATE n = 7")
		last, _ := s.Written(n-1, "value")
		first, _ := s.Written(0, "value")
		var n7 Value
		for _, n7 = range s.OnDuplicate() {
		}
		if s.Rows() != n || last.Text != "b" || first.Kind != Null || n7.Text != "7" {
			t.Fatalf("%d rows: %s", n, tell(&s))
		}
	}
	for n := 1; n < 60; n++ {
		s := p.Parse("SELECT a FROM t WHERE b IN (" + strings.Repeat("'x', ", n-1) + "'y') AND c = 'z'")
		values := 0
		for c := range s.Where() {
			values += len(slices.Collect(c.Values()))
		}
		if values != n+1 {
			t.Fatalf("list of %d: %s", n, tell(&s))
		}
	}
	if shapes := len(p.young) + len(p.old); shapes != 2 {
		t.Errorf("%d shapes", shapes)
	}
}

func TestWhatTheParserCannotReadKeepsVerbAndTables(t *testing.T) {
	for text, want := range map[string]string{
		"UPDATE glance.images SET status = 'active' RETURNING id":                  "UPDATE [{glance images true}] syntax",
		"SELECT FROM WHERE images FROM `images` i, image_tags JOIN x ON 1":         "SELECT [{ images false} { image_tags false} { x false}] syntax",
		"INSERT INTO images (id, name) VALUES ('4f0f', 'never ends":                "INSERT [{ images true}] cut",
		"UPDATE images SET name = 'x' WHERE id = \x01 'x'":                         "UPDATE [{ images true}] bytes",
		"DELETE FROM images WHERE \xff\xfe = 1":                                    "DELETE [{ images true}] bytes",
		"SELECT * FROM images WHERE " + strings.Repeat("(", 300):                   "SELECT [{ images false}] nesting",
		"SELECT * FROM images WHERE " + strings.Repeat("a+", 20000) + "a":          "SELECT [{ images false}] tokens",
		"SELECT * FROM images WHERE " + strings.Repeat("abcdefgh ", 40000) + "a":   "SELECT [{ images false}] length",
		"ALTER TABLE images ADD COLUMN x INT":                                      "ALTER [{ images true}] kind",
		"DELETE QUICK FROM images WHERE EXTRACT(YEAR FROM created_at) = 1 PLEASE":  "DELETE [{ images true}] syntax",
		"WITH x AS (SELECT 1 FROM images) SELECT EXTRACT FROM x JOIN image_tags )": "SELECT [{ images false} { image_tags false}] syntax",
	} {
		s := newParser().Parse(text)
		if got := fmt.Sprint(s.Verb, " ", s.Tables, " ", s.Unparsed); got != want {
			t.Errorf("%.60s: %s, want %s", text, got, want)
		}
	}
}

func TestOnlyTablesThatAreAskedForAreParsed(t *testing.T) {
	p := newParser()
	p.Ask(func(table string) bool { return table == "images" })
	foreign, ours := p.Parse("SELECT a FROM nova.instances WHERE b = 1"), p.Parse("SELECT a FROM images WHERE b = 1")
	if foreign.Unparsed != ReasonNotAsked || foreign.Tables[0] != (Table{Database: "nova", Name: "instances"}) || ours.Unparsed != "" {
		t.Errorf("%q %v, %q", foreign.Unparsed, foreign.Tables, ours.Unparsed)
	}
}

func TestStatementsInOneTextAreToldOneByOne(t *testing.T) {
	s := newParser().Parse(" ; UPDATE a SET x = ';' ;; -- ;\n DELETE FROM b; COMMIT ; ")
	if s.Verb != "UPDATE" || len(s.More) != 2 || s.More[0].Tables[0].Name != "b" || s.More[1].Control != Commit {
		t.Error(tell(&s))
	}
	if v, _ := s.Written(0, "x"); v.Text != ";" {
		t.Errorf("the first statement's literals were overwritten: %v", v)
	}
	routine := newParser().Parse("CREATE TRIGGER t BEFORE INSERT ON images FOR EACH ROW BEGIN UPDATE images SET a=1; DELETE FROM b; END")
	if len(routine.More) > 0 || routine.Verb != "CREATE" {
		t.Error("a routine's body was told as statements that ran")
	}
}

func TestTheCacheForgetsInAWayThatOnlyDependsOnTheStatements(t *testing.T) {
	small := bounds.Default()
	small.Shapes = 8
	run := func() (string, int) {
		var hits bounds.Hits
		p, order := New(small, &hits), ""
		for i := range 500 {
			s := p.Parse(fmt.Sprintf("SELECT c%d FROM t WHERE a = %d", i*i%23, i))
			if s.Unparsed != "" {
				t.Fatal(s.Unparsed)
			}
			order += fmt.Sprint(len(p.young), len(p.old), " ")
		}
		hits.Each(func(name string, n int64) { order += fmt.Sprint(name, n) })
		return order, len(p.young) + len(p.old)
	}
	first, n := run()
	if again, _ := run(); again != first || n > 8 {
		t.Errorf("%d shapes; equal: %t", n, again == first)
	}
	if !strings.Contains(first, "sql_shapes") {
		t.Error("the bound that was reached is not counted")
	}
}

func TestAShapeIsWhatStatementsHaveInCommon(t *testing.T) {
	shape, literals := newParser().Shape("SELECT a\n FROM t /* x */ WHERE b = 'it''s' AND c IN (1, 2,3) LIMIT 5")
	if shape != "select a from t where b = ? and c in (?+) limit ?" || len(literals) != 5 || literals[0].Text != "it's" || literals[4].Text != "5" {
		t.Errorf("%q %v", shape, literals)
	}
}

func TestSeveralStatementsOfOneTextAreOneShape(t *testing.T) {
	shape, literals := newParser().Shape("BEGIN; UPDATE t SET a=1 WHERE b='x';; COMMIT ;")
	if shape != "begin; update t set a=? where b=?; commit" || len(literals) != 2 || literals[1].Text != "x" {
		t.Errorf("%q %v", shape, literals)
	}
}

func TestAKnownShapeAllocatesNothing(t *testing.T) {
	p, text := newParser(), "SELECT images.id, images.name FROM images WHERE images.id = '4f0f6ff6' AND images.status IN ('queued', 'saving') LIMIT 3"
	p.Parse(text)
	if n := testing.AllocsPerRun(100, func() {
		s := p.Parse(text)
		if v, ok := s.Equals("images", "id"); !ok || v.Text != "4f0f6ff6" {
			t.Fatal(v)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRecordedTablesAreToldByWordsAsByTheParser(t *testing.T) {
	texts := recorded()
	if len(texts) == 0 {
		t.Skip("the recorded captures are not beside the project")
	}
	p, seen := newParser(), map[string]bool{}
	for _, text := range texts {
		s := p.Parse(text)
		if shape := string(p.lexed.key); !seen[shape] && s.Unparsed == "" && !s.Housekeeping {
			seen[shape] = true
			byWords, byParser := tablesByWords(text), slices.Clone(s.Tables)
			less := func(a, b Table) int { return strings.Compare(a.Name, b.Name) }
			slices.SortFunc(byWords, less)
			slices.SortFunc(byParser, less)
			if !slices.Equal(byWords, byParser) {
				t.Errorf("%s: %v, parser %v", text, byWords, byParser)
			}
		}
	}
}

// tablesByWords gives the tables that a statement names, told by its words
// alone, as where TiDB's parser does not read it.
func tablesByWords(text string) []Table {
	var x lexed
	x.lex(text, 0)
	w, _ := tokens(x.key, x.slots, maxTokens)
	return classify(w).tables
}
