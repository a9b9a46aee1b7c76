package sqltext

import "encoding/binary"

// Bounds of what is remembered of texts.
const (
	minMould   = 32       // bytes of a text: shorter ones are taken apart as fast
	maxMould   = 8 << 10  // bytes of a text
	maxMoulds  = 64 << 10 // moulds ever made
	mostHeld   = 2 << 20  // bytes of moulds
	mouldLists = 64
	mouldList  = 16 // moulds whose texts begin alike
	mouldHead  = 16 // bytes that tell which list a text belongs to
)

// Moulds remember how texts were taken apart. Programs send the same few texts
// with other literals in them, and what stands between the literals is compared
// many times faster than it is taken apart. They are not safe for concurrent
// use.
type Moulds struct {
	lists [mouldLists][]*mould // what was found last stands first
	made  int
	held  int
}

// mould is what texts have in common that differ only inside their literals.
type mould struct {
	number   int
	text     string  // one of them, of its literals only how each begins
	places   []place // of its literals
	key      []byte
	slots    []slot
	template *template // of the key; known to the parser that reads the texts
	parser   *Parser
}

// place is where a literal of the key, or a list of some, stands in the text.
type place struct {
	start, end uint32
	kind       literalKind
	list       bool
}

// take takes a text apart as lex does, if it is one of a mould; false: it is to
// be lexed.
//
// That the two agree rests on what the lexer looks at. In the text between two
// literals, all that it decides depends on that text, and on the first byte of
// the literal behind it, of which only the kind counts. Where it looks further
// (x'4d' or a string?), learn makes no mould. What a literal is and where it ends
// is asked anew of each text.
func (m *Moulds) take(x *lexed, text string) bool {
	if len(text) < minMould || len(text) > maxMould {
		return false
	}
	list := m.lists[listOf(text)]
	for i, mould := range list {
		if mould.fill(x, text) {
			copy(list[1:i+1], list[:i])
			list[0] = mould
			return true
		}
	}
	return false
}

// listOf tells by the head of a text, which is long enough, in what list it is.
func listOf(text string) int {
	head := []byte(text[:mouldHead])
	h := binary.LittleEndian.Uint64(head) ^ binary.LittleEndian.Uint64(head[8:])<<1
	return int(h * 0x9e3779b97f4a7c15 >> 58)
}

// fill takes a text apart that is one of the mould; false: it is none, and
// nothing that x holds is valid.
func (m *mould) fill(x *lexed, text string) bool {
	x.literals, x.slots = x.literals[:0], x.slots[:0]
	from, i := 0, 0 // in the mould's text, and in this one
	for k := range m.places {
		p := &m.places[k]
		n := int(p.start) - from
		if len(text)-i <= n || text[i:i+n] != m.text[from:p.start] {
			return false
		}
		l, next, ok, cut := literalAt(text, i+n)
		if !ok || cut || l.kind != p.kind || mayJoin(text[i+n]) != mayJoin(m.text[p.start]) {
			return false
		}
		x.slots = append(x.slots, slot{m.slots[k].at, uint32(len(x.literals))})
		x.literals = append(x.literals, l)
		if p.list {
			if next, ok = x.list(text, next); !ok {
				return false
			}
		}
		from, i = int(p.end), next
	}
	if text[i:] != m.text[from:] {
		return false
	}
	x.text, x.wrong, x.executable, x.rows = text, "", false, insertedRows{}
	x.key, x.end, x.mould = m.key, len(text), m
	return true
}

// mayJoin tells what a literal begins with that may belong to the text before it:
// the dot of a.5, the letter of an'x'. Any other byte ends what stands before.
func mayJoin(c byte) byte {
	if c == '.' || c|0x20 >= 'a' && c|0x20 <= 'z' {
		return c
	}
	return 0
}

// learn makes a mould of a text that lex took apart, if it is one that take can
// be trusted with.
func (m *Moulds) learn(x *lexed) {
	switch text := x.text; {
	case len(text) < minMould || len(text) > maxMould, m.made == maxMoulds:
		return
	case x.wrong != "", x.particular, x.rows.n > 0, x.end < len(text), len(x.places) != len(x.slots):
		return
	case len(x.places) > 0 && x.places[0].start < mouldHead:
		return // a list is found by what is the same in all its texts
	}
	m.made++
	made := &mould{
		number: m.made, text: betweenLiterals(x), places: append([]place(nil), x.places...),
		key: append([]byte(nil), x.key...), slots: append([]slot(nil), x.slots...),
	}
	if m.held += made.size(); m.held > mostHeld {
		m.lists, m.held = [mouldLists][]*mould{}, made.size()
	}
	list := &m.lists[listOf(made.text)]
	if len(*list) == mouldList {
		m.held -= (*list)[mouldList-1].size()
		*list = (*list)[:mouldList-1]
	}
	*list = append(*list, nil)
	copy((*list)[1:], *list)
	(*list)[0] = made
	x.mould = made
}

// betweenLiterals gives a copy of a text without what its literals hold, which may
// be a secret and is not to be remembered.
func betweenLiterals(x *lexed) string {
	text := []byte(x.text)
	for _, p := range x.places {
		clear(text[p.start+1 : p.end])
	}
	return string(text)
}

// size is about the bytes that the mould takes.
func (m *mould) size() int { return 256 + len(m.text) + len(m.key) + 24*len(m.places) }
