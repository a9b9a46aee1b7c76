package sqltext

import "bytes"

// insertedRows are the rows of VALUES (…), (…) of a statement whose key has
// only one of them: rows that hold nothing but literals and NULL share one key,
// however many they are.
type insertedRows struct {
	n      int // of rows, 0 where the key has them all
	values int // in each row
}

// joinRows replaces two or more rows of VALUES by one in the key, if they hold
// only literals and NULL and are of one length. NULL so becomes a literal.
func (x *lexed) joinRows() {
	x.rows = insertedRows{}
	if len(x.key) == 0 || x.key[0]|0x20 != 'i' && x.key[0]|0x20 != 'r' {
		return
	}
	begin := bytes.Index(x.key, []byte("VALUES"))
	if begin < 0 {
		if begin = bytes.Index(x.key, []byte("values")); begin < 0 {
			return
		}
	}
	begin += len("VALUES")
	values, end, rows := 0, begin, 0
	for at := begin; ; rows++ {
		n, next := rowAt(x.key, at, rows > 0)
		if n == 0 || rows > 0 && n != values {
			break
		}
		values, end, at = n, next, next
	}
	if behind := skipSpace(x.key, end); rows > 1 && (behind == len(x.key) || x.key[behind] != ',') {
		x.rewrite(begin, end, insertedRows{rows, values})
	}
}

// rowAt reads a row at key[at], with a comma before it if it is not the first.
// It gives 0 values where there is none, or one with anything else in it.
func rowAt(key []byte, at int, comma bool) (values, next int) {
	at = skipSpace(key, at)
	if comma {
		if at >= len(key) || key[at] != ',' {
			return 0, at
		}
		at = skipSpace(key, at+1)
	}
	if at >= len(key) || key[at] != '(' {
		return 0, at
	}
	for at++; at < len(key); at++ {
		at = skipSpace(key, at)
		switch {
		case at < len(key) && key[at] < markEnd:
			at++
		case isNull(key, at):
			at += len("NULL")
		default:
			return 0, at
		}
		values++
		if at = skipSpace(key, at); at < len(key) && key[at] == ')' {
			return values, at + 1
		} else if at >= len(key) || key[at] != ',' {
			return 0, at
		}
	}
	return 0, at
}

func isNull(key []byte, at int) bool {
	return at+4 < len(key) && bytes.EqualFold(key[at:at+4], []byte("NULL")) && !isName(key[at+4])
}

func skipSpace(key []byte, at int) int {
	for at < len(key) && isSpace(key[at]) {
		at++
	}
	return at
}

// rewrite puts one row in the place of those between begin and end of the key.
func (x *lexed) rewrite(begin, end int, rows insertedRows) {
	before := 0
	for before < len(x.slots) && int(x.slots[before].at) < begin {
		before++
	}
	behind := before
	for behind < len(x.slots) && int(x.slots[behind].at) < end {
		behind++
	}
	literals := append([]literal(nil), x.literals[:x.firstOf(before)]...)
	first, next := len(literals), x.firstOf(before)
	for at := begin; at < end; at++ {
		switch {
		case x.key[at] < markEnd:
			literals = append(literals, x.literals[next])
			next++
		case isNull(x.key, at):
			literals = append(literals, literal{kind: literalNull})
			at += len("NULL") - 1
		}
	}
	slots := append([]slot(nil), x.slots[:before]...)
	key := append([]byte(nil), x.key[:begin]...)
	for i := range rows.values {
		if i == 0 {
			key = append(key, '(')
		} else {
			key = append(key, ',')
		}
		slots = append(slots, slot{uint32(len(key)), uint32(first + i)})
		key = append(key, markRow)
	}
	key = append(key, ')')
	for _, s := range x.slots[behind:] {
		slots = append(slots, slot{uint32(int(s.at) - end + len(key)), uint32(int(s.first) - next + len(literals))})
	}
	x.literals = append(literals, x.literals[next:]...)
	x.key = append(key, x.key[end:]...)
	x.slots, x.rows = slots, rows
}

// firstOf is the first literal of a slot, or the number of literals.
func (x *lexed) firstOf(i int) int {
	if i < len(x.slots) {
		return int(x.slots[i].first)
	}
	return len(x.literals)
}
