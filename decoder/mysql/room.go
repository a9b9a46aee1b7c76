package mysql

import (
	"strconv"
	"unsafe"

	"glancecap/decoder/record"
)

// room is where the texts and values of a command's record lie. A record that
// is given away has none: each of its texts is a copy of its own. One that is
// lent (Options.Lend) lies in room that the next commands use again, so that a
// capture of nothing but statements is decoded in a few hundred KiB that stay
// in the processor's cache. That takes half of the time: what a statement and
// its rows need is 2 KiB in twenty pieces, new memory costs more than all of
// the decoding, and to collect it as much again.
type room struct {
	lent   bool
	text   []byte
	values []record.Value
	rows   [][]record.Value
}

// mostRoom bounds, in bytes of texts and in values, the room that stays with an
// entry for the next command.
const mostRoom = 64 << 10

// keep gives bytes as a string that lives as long as the record; nil keeps it
// for ever.
func (r *room) keep(b []byte) string {
	if r == nil || !r.lent || len(b) == 0 {
		return string(b)
	}
	start := len(r.text)
	r.text = append(r.text, b...)
	return r.from(start)
}

// from gives what was appended to r.text since it had start bytes. Where the
// room had to grow, older strings keep the array that they lie in.
func (r *room) from(start int) string {
	s := unsafe.String(unsafe.SliceData(r.text[start:]), len(r.text)-start)
	if !r.lent {
		r.text = nil // it is the string's now
	}
	return s
}

// integer gives a number in decimal.
func (r *room) integer(x int64) string {
	var b [20]byte
	return r.keep(strconv.AppendInt(b[:0], x, 10))
}

// unsigned gives a number in decimal.
func (r *room) unsigned(x uint64) string {
	var b [20]byte
	return r.keep(strconv.AppendUint(b[:0], x, 10))
}

// newValues gives room for up to n values, of which there are none yet.
func (r *room) newValues(n int) []record.Value {
	if r == nil || !r.lent {
		return make([]record.Value, 0, n)
	}
	if cap(r.values)-len(r.values) < n {
		r.values = make([]record.Value, 0, max(n, 2*cap(r.values)))
	}
	start := len(r.values)
	r.values = r.values[:start+n]
	return r.values[start : start : start+n]
}

// addRow adds a row to a result, whose rows lie in the room where it is the
// command's first.
func (r *room) addRow(res *record.Result, first bool, row []record.Value) {
	if !r.lent || !first {
		res.Values = append(res.Values, row)
		return
	}
	if res.Values == nil {
		res.Values = r.rows[:0]
	}
	res.Values = append(res.Values, row)
	r.rows = res.Values
}

// emptied gives the room for another command. What grew large is let go.
func (r *room) emptied() room {
	e := room{lent: r.lent}
	if cap(r.text) <= mostRoom {
		e.text = r.text[:0]
	}
	if cap(r.values) <= mostRoom/16 {
		e.values = r.values[:0]
	}
	if cap(r.rows) <= mostRoom/16 {
		e.rows = r.rows[:0]
	}
	return e
}

// entries are the entries that came back (Options.Lend) and wait for their next
// command.
type entries struct{ free []*entry }

// take gives an empty entry.
func (p *entries) take() *entry {
	if n := len(p.free); n > 0 {
		e := p.free[n-1]
		p.free = p.free[:n-1]
		return e
	}
	e := &entry{room: room{lent: true}}
	e.Back = func() {
		*e = entry{MySQL: record.MySQL{Back: e.Back, Ahead: e.Ahead}, room: e.room.emptied()}
		p.free = append(p.free, e)
	}
	return e
}
