package sqltext

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// pieces are what statements are put together from at random.
var pieces = map[string][]string{
	"S": {"SELECT F FROM R W L", "UPDATE T SET A W", "INSERT INTO T (c1, c2) VALUES (V, V) D", "INSERT INTO T (c1, c2) VALUES (K, K), (K, K) D", "DELETE FROM T W",
		"INSERT INTO T (c1, `c 2`) SELECT F FROM R W", "REPLACE INTO T SET A", "SELECT F FROM R W UNION SELECT F FROM R W L", "INSERT INTO T (c1) VALUES (V),(V) , (V)"},
	"F": {"*", "c1", "t1.c1 AS x, `c``2` y", "count(*) AS n, t.c1", "V AS lit", "c1 AS 'it''s', V", "c1 as \"q\"", "(SELECT c1 FROM T W L) AS q"},
	"R": {"T", "T AS t", "T t, u", "T t LEFT JOIN u ON t.c1 = u.c1 AND C", "T INNER JOIN u ON C", "(SELECT F FROM R W L) AS d", "T STRAIGHT_JOIN (SELECT c1 FROM u W) AS d"},
	"T": {"images", "`images`", "glance.images", "`gl``ance` . `im.ages`", "image_properties", "t9"},
	"W": {"", "WHERE C", "WHERE C AND C", "WHERE C AND (C OR C)", "WHERE NOT C AND C", "WHERE (C) AND ((C) AND C)", "WHERE C XOR C"},
	"C": {"c1 = V", "V = t.c1", "`t`.`c1` != V", "c1 IN (V)", "c1 IN (V, V)", "c1 NOT IN (N,V)", "c1 IN (SELECT c1 FROM T W)", "c1 BETWEEN V AND V", "c1 LIKE V", "c1 LIKE 'a!%' ESCAPE '!'",
		"c1 IS NULL", "c1 IS NOT NULL", "V <= c1", "c1 <=> V", "c1 = c2", "lower(c1) = V", "EXISTS (SELECT 1 FROM T W)", "c1 in(V)", "c1 IN\n( V\n, V )"},
	"A": {"c1 = V", "c1=V, t.c2=V", "c1=c1+N, c2 = V", "c1 = DEFAULT, c2=(V)"},
	"D": {"", "ON DUPLICATE KEY UPDATE A"},
	"L": {"", "LIMIT I", "LIMIT I, I", "LIMIT I OFFSET I"},
	"I": {"1", "20", "0"},
	"N": {"1", "-5", "1.5", ".5", "2e3", "1.E-2", "+7", "0", "- 3", "- -3", "-(-(8))", "-- \n4"},
	"K": {"1", "'a'", "NULL", "'x''y'", "null", "0x41"},
	"V": {"N", "'a'", "\"b\"", "''", "'it''s'", "'a\\'b\\\\'", "\"q\"\"r'\"", "'\\n\\t\\0\\Z\\%\\_\\x'", "'a' 'b'", "'a'\n\"b\"", "N'n'", "_utf8mb4'x'", "_utf8 'y'", "x'4142'", "X'00ff'",
		"0x4d", "b'101'", "0b11", "NULL", "true", "FALSE", "now()", "'#3#'", "(V)", "-V", "- -V", "/* c */ 'd'", "'é€😀'", "'?'", "`c3`", "concat('a', V)", "DATE '2020-01-01'", "'a' COLLATE utf8mb4_bin", "@v", "@'v'", "1a"},
}

func generate(r *rand.Rand, from string, depth int) string {
	var b strings.Builder
	for i, c := range from {
		options, ok := pieces[string(c)]
		alone := (i == 0 || !isName(from[i-1]) && from[i-1] != '\'') && (i+1 == len(from) || !isName(from[i+1]) && from[i+1] != '\'')
		if !ok || !alone {
			b.WriteRune(c)
			continue
		}
		if depth == 0 {
			options = options[:1]
		}
		b.WriteString(generate(r, options[r.IntN(len(options))], max(depth-1, 0)))
	}
	return b.String()
}

func TestRandomStatementsSayWhatTheParserSaysOfTheWholeText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	cached, unparsed, n := newParser(), 0, 20000
	for range n {
		text := generate(r, "S", 6)
		s := cached.Parse(text)
		got := tell(&s)
		fresh := newParser().Parse(text)
		if tell(&fresh) != got {
			t.Fatalf("%q\ncached: %s\nfresh:  %s", text, got, tell(&fresh))
		}
		if s.Unparsed != "" {
			if _, ok := direct(text, &s); ok {
				unparsed++
				if unparsed < 20 {
					t.Logf("unparsed: %q", text)
				}
			}
		}
		sameAsParser(t, text, &s)
	}
	if unparsed > n/100 {
		t.Errorf("%d of %d that the parser reads are unparsed", unparsed, n)
	}
}
