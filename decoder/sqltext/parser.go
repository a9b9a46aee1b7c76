// Package sqltext tells what the text of a SQL statement reads and changes.
//
// Comes in: the text of a statement, as a client sent it. Goes out: a
// Statement: verb, tables, what is written into which column, the comparisons
// of the WHERE, and what it does to transactions. It never looks at results,
// never knows what a table means, and never loses a statement: of what it
// cannot parse it still tells verb, tables and transaction control.
//
// A statement's literals are taken out by a lexer; what is left, the key, is
// looked up in a cache, and only a key that was never seen goes to TiDB's
// parser, which takes a hundred times as long. Programs send few shapes.
package sqltext

import (
	"unicode/utf8"

	"glancecap/decoder/bounds"
)

const (
	maxTokens     = 16 << 10 // of a key that is parsed
	maxStatements = 1 << 10  // of one text
	maxCost       = 4 << 20  // bytes of keys and templates in one generation of the cache
)

// Parser tells what statements say. It is not safe for concurrent use.
type Parser struct {
	limits bounds.Bounds
	hits   *bounds.Hits
	asked  func(table string) bool
	lexed  lexed
	tidb   tidb

	// The cache has two generations: a full one replaces the older, and what
	// is found in the older moves to the younger. What is forgotten so
	// depends on the statements alone.
	young, old map[string]*template
	cost       int
	numbers    int // given to templates so far
}

// New gives a parser that keeps to the limits and counts in hits where it
// reached one.
func New(limits bounds.Bounds, hits *bounds.Hits) *Parser {
	return &Parser{limits: limits, hits: hits, young: map[string]*template{}}
}

// Ask makes the parser leave statements unparsed (ReasonNotAsked) that name no
// table for which asked is true. It is to be called before the first Parse.
func (p *Parser) Ask(asked func(table string) bool) { p.asked = asked }

// Parse tells what a statement's text says; of several statements in one text
// the first, with the others as its More. It is valid until the next Parse.
func (p *Parser) Parse(text string) Statement {
	p.lexed.lex(text, 0)
	return p.parse(&p.lexed)
}

// Lexed is a text whose first statement is taken apart already, which is most of
// the work of parsing it and needs no parser. The zero value is ready.
type Lexed struct{ lexed }

// mostKept is how large a Lexed's buffer may be that waits for the next text.
const mostKept = 64 << 10

// Lex takes a text apart, by its mould if it has one. What was made of the text
// before is no longer valid.
func (l *Lexed) Lex(text string, moulds *Moulds) {
	if !l.LexKnown(text, moulds) {
		l.LexNew(text, moulds)
	}
}

// LexKnown is Lex for a text that has a mould; false: it has none, and no text is
// taken apart.
func (l *Lexed) LexKnown(text string, moulds *Moulds) bool {
	if moulds.take(&l.lexed, text) {
		return true
	}
	l.Forget()
	return false
}

// LexNew is Lex for a text that has no mould, and makes it one if it may have one.
func (l *Lexed) LexNew(text string, moulds *Moulds) {
	if cap(l.buffer) > mostKept || cap(l.literals) > mostKept/16 {
		l.lexed = lexed{}
	}
	l.lex(text, 0)
	moulds.learn(&l.lexed)
}

// Forget tells that no text is taken apart: the memory of the last one may hold
// another by now.
func (l *Lexed) Forget() { l.text = "" }

// Is tells whether it is that text which was taken apart.
func (l *Lexed) Is(text string) bool { return l.text != "" && l.text == text }

// Mould is the number of the mould that the text is of, from 1 on, 0 for none:
// texts of one differ only in what stands inside their literals.
func (l *Lexed) Mould() int {
	if l.mould == nil {
		return 0
	}
	return l.mould.number
}

// Literals is the number of the text's literals.
func (l *Lexed) Literals() int { return len(l.literals) }

// Inside gives where what stands inside a literal's quotes begins and ends in
// the text, and whether it is written as it is, without escapes. ok is false
// where the literal is no string.
func (l *Lexed) Inside(i int) (start, end int, plain, ok bool) {
	x := &l.literals[i]
	return int(x.start), int(x.end), x.plain, x.kind == literalString
}

// ParseLexed is Parse of a text that was taken apart. What it gives is valid as
// long as l is.
func (p *Parser) ParseLexed(l *Lexed) Statement { return p.parse(&l.lexed) }

func (p *Parser) parse(x *lexed) Statement {
	s, whole := p.statement(x)
	if !whole && x.end < len(x.text) {
		s = p.others(s, x)
	}
	return s
}

// others reads the statements behind the first, which has buffers of its own
// where it is not the last.
func (p *Parser) others(first Statement, l *lexed) Statement {
	text, from, none := l.text, l.end, first.Verb == "" && len(l.key) == 0
	for n := 1; from < len(text); n++ {
		var x lexed
		x.lex(text, from)
		if from = x.end; len(x.key) == 0 {
			continue
		}
		if n == maxStatements {
			p.hits.Hit("sql_statements")
			break
		}
		s, whole := p.statement(&x)
		if none {
			first, none = s, false
		} else {
			first.More = append(first.More, s)
		}
		if whole {
			break
		}
	}
	return first
}

// statement fills a key's template in. whole tells that the text has no other
// statements behind: semicolons inside a stored routine separate none.
func (p *Parser) statement(x *lexed) (s Statement, whole bool) {
	t := p.templateOf(x)
	s = Statement{
		Verb: t.verb, Tables: t.tables, Control: t.control, Savepoint: t.savepoint, Chain: t.chain,
		ImplicitCommit: t.implicitCommit, Housekeeping: t.housekeeping, Unparsed: t.unparsed, Shape: t.number,
		t: t, text: x.text, literals: x.literals, slots: x.slots, rows: x.rows,
	}
	if t.autocommit != nil {
		s.Control = autocommit(s.value(*t.autocommit, 0))
		s.ImplicitCommit = s.Control == AutocommitOn
	}
	return s, t.routine
}

// templateOf finds the template of what was taken apart, which its mould keeps.
func (p *Parser) templateOf(x *lexed) *template {
	if x.mould == nil || len(x.key) > p.limits.SQLParsed {
		return p.template(x)
	}
	if x.mould.parser != p {
		x.mould.template, x.mould.parser = p.template(x), p
	}
	return x.mould.template
}

// template finds the key's template or makes it.
func (p *Parser) template(x *lexed) *template {
	if x.wrong != "" {
		return p.lexical(x, x.wrong)
	}
	if t, ok := p.young[string(x.key)]; ok {
		return t
	}
	t, ok := p.old[string(x.key)]
	if !ok {
		if len(x.key) > p.limits.SQLParsed {
			p.hits.Hit("sql_parsed")
			return p.lexical(x, ReasonLength)
		}
		t = p.build(x)
	}
	if cost := len(x.key) + t.size(); cost < maxCost {
		if len(p.young) >= max(p.limits.Shapes/2, 1) || p.cost+cost > maxCost {
			if p.old != nil {
				p.hits.Hit("sql_shapes")
			}
			p.old, p.young, p.cost = p.young, map[string]*template{}, 0
		}
		if t.number == 0 {
			p.numbers++
			t.number = p.numbers
		}
		p.young[string(x.key)] = t
		p.cost += cost
	}
	return t
}

// build makes the template of a key: by its words, and by the parser where the
// words do not say everything.
func (p *Parser) build(x *lexed) *template {
	if !utf8.Valid(x.key) {
		return p.lexical(x, ReasonBytes)
	}
	words, nesting := tokens(x.key, x.slots, maxTokens+1)
	t := classify(words)
	switch {
	case t.unparsed == "":
	case nesting > p.limits.SQLNesting:
		p.hits.Hit("sql_nesting")
		t.unparsed = ReasonNesting
	case len(words) > maxTokens:
		p.hits.Hit("sql_tokens")
		t.unparsed = ReasonTokens
	case t.unparsed == reasonToParse && !p.wanted(t.tables):
		t.unparsed = ReasonNotAsked
	case t.unparsed == reasonToParse:
		p.tidb.parse(t, x)
	}
	return t
}

func (p *Parser) wanted(tables []Table) bool {
	if p.asked == nil {
		return true
	}
	for _, t := range tables {
		if p.asked(t.Name) {
			return true
		}
	}
	return false
}

// lexical makes the template of what is not parsed.
func (p *Parser) lexical(x *lexed, why Reason) *template {
	words, _ := tokens(x.key, x.slots, maxTokens)
	t := classify(words)
	if t.unparsed != "" || why == ReasonCut {
		t.unparsed = why
	}
	return t
}
