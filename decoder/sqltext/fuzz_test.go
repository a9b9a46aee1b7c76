package sqltext

import (
	"strings"
	"testing"
)

// seeds are statements whose lexing is not plain.
var seeds = []string{
	"SELECT 1", "select 1 /* x */ -- y\n# z", "SELECT a.b, `c`.`d` AS e FROM db.a AS x LEFT JOIN `c` ON x.i = c.j AND c.k = 0 WHERE x.l = 'm' LIMIT 5 OFFSET 10",
	"UPDATE images SET a='x''y\\n', n=-5, b=NULL, c=DEFAULT, d=d+1 WHERE images.id = 'q' AND status IN ('a','b') AND 3 <= z OR k=1",
	"INSERT INTO glance.images (a,b) VALUES (1,_utf8'x'),(0x41, X'4142'), (b'01', 0b1) ON DUPLICATE KEY UPDATE a = 5, b = VALUES(b)",
	"INSERT INTO t VALUES (1,NULL,'a'),(NULL,2,\"b\" 'c')", "INSERT INTO t SET a=1, b='x'", "REPLACE INTO t (a) SELECT x FROM y WHERE z = 'q'",
	"DELETE FROM a USING a JOIN b AS c WHERE c.x = 1", "DELETE t1, t2 FROM t1 INNER JOIN t2 WHERE t1.id = t2.id AND t2.z = 'x'",
	"SELECT * FROM (SELECT i.id FROM images AS i WHERE i.status IN ('a', 'b', 'c') AND (owner = 'x' OR v != 'y') LIMIT 20) AS anon_1",
	"WITH x AS (SELECT 1 AS a FROM t WHERE q = 3) SELECT * FROM x WHERE a BETWEEN 1 AND 2.5e3", "SELECT a FROM t WHERE b LIKE 'x!%' ESCAPE '!' AND c IS NOT NULL",
	"(SELECT a FROM t WHERE b = 1) UNION ALL (SELECT a FROM u WHERE b = 2) LIMIT 3", "SELECT 1; UPDATE t SET a=1; ;", "SET autocommit=0", "SET @@session.autocommit = 1, NAMES utf8",
	"ROLLBACK TO SAVEPOINT sa_1", "RELEASE SAVEPOINT sa_1", "XA START 'x'", "START TRANSACTION", "BEGIN", "COMMIT AND CHAIN", "SAVEPOINT `a``b`",
	"/*!40101 SET NAMES utf8 */", "SELECT /*+ MAX_EXECUTION_TIME(5) */ a FROM t WHERE /*!50000 b = 5 AND */ c = .5 AND d=1.e3", "CREATE TRIGGER a BEFORE INSERT ON b FOR EACH ROW BEGIN SET x=1; END",
	"SELECT a FROM t WHERE b = @'x' AND c = @`d` AND e = @1f AND 1a = 2", "SELECT ((((1)))) FROM t", "UPDATE t SET a = - - 5 WHERE b = -'3'", "SET STATEMENT max_statement_time=5 FOR SELECT a FROM t WHERE b = 7",
	"SELECT a FROM t WHERE b IN (1) AND c NOT IN ('x', 'y') AND d IN (1, NULL) AND e IN (SELECT f FROM g WHERE h = 9)", "SELECT a->'$.x' FROM t WHERE d = DATE '2020-01-01'",
	"EXPLAIN SELECT * FROM t", "LOCK TABLES a READ, b WRITE", "TRUNCATE t", "CALL p(1, 'x')", "INSERT INTO t (a) VALUES (?), (?)", "SELECT a FROM t LIMIT ?, ?",
}

// FuzzParse holds that a statement says the same whether its shape was seen
// before or not, and what TiDB's parser says of the text with its literals.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	cached := newParser()
	f.Fuzz(func(t *testing.T, text string) {
		s := cached.Parse(text)
		first := tell(&s)
		s = cached.Parse(text)
		if again := tell(&s); again != first {
			t.Fatalf("%q\nfirst: %s\nagain: %s", text, first, again)
		}
		fresh := newParser().Parse(text)
		if got := tell(&fresh); got != first {
			t.Fatalf("%q\ncached: %s\nfresh:  %s", text, first, got)
		}
		shape, literals := cached.Shape(text)
		if n := strings.Count(shape, "?"); n > len(literals) && !strings.ContainsAny(text, "`'\"") {
			t.Fatalf("%q: %d literals, shape %q", text, len(literals), shape)
		}
		tablesByWords(text)
		sameAsParser(t, text, &fresh)
	})
}

// sameAsParser compares with what the parser says of the whole text.
func sameAsParser(t *testing.T, text string, s *Statement) {
	if s.Unparsed != "" || s.Housekeeping || s.Control != ControlNone || len(s.More) > 0 || s.t.from > 0 || strings.Contains(text, "?") {
		return
	}
	d, ok := direct(text, s)
	if !ok {
		return
	}
	for i, f := range s.t.selected {
		if f.Alias == "" && i < len(d.t.selected) {
			d.t.selected[i].Alias = "" // a string without AS
		}
	}
	if got, want := tell(s), tell(&d); got != want {
		t.Fatalf("%q\ngot:  %s\nwant: %s", text, got, want)
	}
}
