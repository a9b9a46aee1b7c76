package redact

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"glancecap/decoder/part"
	"glancecap/decoder/secret"
	"glancecap/decoder/stream"
)

// conn is what is known of a connection.
type conn struct {
	number, frame  int
	client, server string
	lines          [2]line // by stream.Dir
}

// line is one direction. Offsets are the decoder's: from the first byte that
// was told of, whose sequence number is first.
type line struct {
	first uint32
	told  bool
	// edits are what stands where, in the order in which it was found; sorted
	// says that they are by offset now.
	edits  []edit
	sorted bool
	// longest is the length of the longest edit.
	longest int
	cuts    []cut
	// read are the stretches whose meaning is known, given those that were
	// delivered.
	read, given []part.Range
	// tail is the end of what was looked at last, up to offset end; loose the
	// end of what was not read, up to looseEnd.
	tail     []byte
	end      int64
	loose    []byte
	looseEnd int64
	// at is where the rewriting is.
	at int64
}

// edit puts text in the place of the bytes from off on.
type edit struct {
	off  int64
	text string
}

// cut is a stretch that has to go.
type cut struct {
	part.Range
	why Reason
}

// conns are the connections of a capture.
type conns map[[2]int]*conn

// of gives a connection, and notes its first sequence number.
func (m conns) of(info *stream.Info, dir stream.Dir) (*conn, *line) {
	key := [2]int{info.Number, info.Frame}
	c := m[key]
	if c == nil {
		c = &conn{number: info.Number, frame: info.Frame, client: info.Client, server: info.Server}
		m[key] = c
	}
	l := &c.lines[dir]
	if !l.told && info.Told[dir] {
		l.told, l.first = true, info.First[dir]
	}
	return c, l
}

// where says in words where in a connection something lies.
func (c *conn) where(dir stream.Dir, off int64) string {
	from := "client"
	if dir == stream.FromServer {
		from = "server"
	}
	return fmt.Sprintf("stream %d (%s to %s), %d bytes into what the %s sent", c.number, c.client, c.server, off, from)
}

// replace notes that after stands where before did, which lies in where; both
// are equally long, and met are the secrets between them. A pseudonym is put
// down whole, also where a letter of it is the secret's: something else may be
// found in the same place. It gives how many edits that took.
func (l *line) replace(where []part.Range, before, after string, met []secret.Met) int {
	n := 0
	for _, s := range spans(before, after, met) {
		at := s[0]
		for _, r := range part.Slice(where, int64(s[0]), int64(s[1])) {
			l.edits = append(l.edits, edit{r.Off, strings.Clone(after[at : at+int(r.Len)])})
			l.longest = max(l.longest, int(r.Len))
			at += int(r.Len)
			n++
		}
	}
	l.sorted = false
	return n
}

// spans gives the stretches, by their first and last index, that were replaced.
func spans(before, after string, met []secret.Met) (out [][2]int) {
	for k, m := range met {
		if slices.ContainsFunc(met[:k], func(x secret.Met) bool { return x.Raw == m.Raw }) {
			continue
		}
		for from := 0; ; {
			i := strings.Index(before[from:], m.Raw)
			if i < 0 {
				break
			}
			i += from
			if from = i + len(m.Raw); after[i:from] == m.Pseudonym {
				out = append(out, [2]int{i, from})
			}
		}
	}
	for i := 0; i < len(before); i++ {
		if before[i] != after[i] { // also what was replaced twice
			out = append(out, [2]int{i, i + 1})
		}
	}
	slices.SortFunc(out, func(a, b [2]int) int { return a[0] - b[0] })
	joined := out[:0]
	for _, s := range out {
		if k := len(joined); k > 0 && s[0] <= joined[k-1][1] {
			joined[k-1][1] = max(joined[k-1][1], s[1])
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// sort orders the edits by their offset; those at the same place stay in the
// order in which they were found.
func (l *line) sort() {
	if !l.sorted {
		slices.SortStableFunc(l.edits, func(a, b edit) int { return cmp.Compare(a.off, b.off) })
		l.sorted = true
	}
}

// apply calls put for what stands in the n bytes from off on: put(at, text)
// where at counts from off.
func (l *line) apply(off int64, n int, put func(at int, text string)) {
	l.sort()
	i, _ := slices.BinarySearchFunc(l.edits, off-int64(l.longest), func(e edit, t int64) int { return cmp.Compare(e.off, t) })
	for ; i < len(l.edits) && l.edits[i].off < off+int64(n); i++ {
		e := l.edits[i]
		from, text := e.off-off, e.text
		if from < 0 {
			if -from >= int64(len(text)) {
				continue
			}
			text, from = text[-from:], 0
		}
		put(int(from), text[:min(len(text), n-int(from))])
	}
}

// missing gives the first stretch of [off, off+n) that ranges, which are in
// order, do not hold; false where they hold all of it.
func missing(ranges []part.Range, off, n int64) (part.Range, bool) {
	i, _ := slices.BinarySearchFunc(ranges, off, func(r part.Range, t int64) int { return cmp.Compare(r.Off+r.Len, t+1) })
	at := off
	for ; i < len(ranges) && at < off+n; i++ {
		r := ranges[i]
		if r.Off > at {
			return part.Range{Off: at, Len: min(r.Off, off+n) - at}, true
		}
		at = max(at, r.Off+r.Len)
	}
	if at < off+n {
		return part.Range{Off: at, Len: off + n - at}, true
	}
	return part.Range{}, false
}

// ordered puts ranges in order and joins those that touch.
func ordered(ranges []part.Range) []part.Range {
	slices.SortFunc(ranges, func(a, b part.Range) int { return cmp.Compare(a.Off, b.Off) })
	out := ranges[:0]
	for _, r := range ranges {
		if k := len(out); k > 0 && r.Off <= out[k-1].Off+out[k-1].Len {
			out[k-1].Len = max(out[k-1].Len, r.Off+r.Len-out[k-1].Off)
			continue
		}
		out = append(out, r)
	}
	return out
}
