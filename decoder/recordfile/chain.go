package recordfile

import (
	"fmt"
	"maps"
	"slices"

	"glancecap/decoder/record"
)

// chain are files of records of one capture, each made by a run that handed
// what was open at its file's end to the next.
type chain struct {
	at int // which of the captures it is
	// parts are the files that are here.
	parts   map[int]*source
	streams map[int]int
}

// link makes a file a part of its chain.
func (m *merge) link(s *source, c record.Source) {
	if m.chains == nil {
		m.chains = make(map[string]*chain)
	}
	x := m.chains[c.Chain]
	if x == nil {
		x = &chain{at: s.files[-1], parts: make(map[int]*source), streams: make(map[int]int)}
		m.chains[c.Chain] = x
	} else if last := len(m.captures) - 1; s.files[-1] == last && last > x.at {
		m.captures = m.captures[:last] // it is no capture of its own
	}
	s.files[-1], s.chain, s.part, s.streams = x.at, x, c.Part, x.streams
	if x.parts[c.Part] == nil {
		x.parts[c.Part] = s
	}
}

// placeChains settles, once all files are open, whether they are of one chain,
// and says where parts are missing.
func (m *merge) placeChains() {
	m.through = len(m.chains) == 1
	for _, s := range m.queue {
		m.through = m.through && s.chain != nil && s.chain.parts[s.part] == s
	}
	for _, id := range slices.Sorted(maps.Keys(m.chains)) {
		x := m.chains[id]
		before := 0
		for _, part := range slices.Sorted(maps.Keys(x.parts)) {
			if part != before+1 {
				m.result.Remarks = append(m.result.Remarks, fmt.Sprintf("%s goes on where another file ended, the records of which are not here: number %d of its capture",
					x.parts[part].lines.path, part-1))
			}
			before = part
		}
	}
}

// handsOn tells that the file that goes on where this one ended is here too.
func (s *source) handsOn() bool { return s.chain != nil && s.chain.parts[s.part+1] != nil }

// settle takes out of the books of a file what it handed to a file that is here
// too and whose books hold it.
func (s *source) settle(b *record.Accounting) {
	if !s.handsOn() {
		return
	}
	b.Packets.Total -= b.Packets.Carried
	b.Bytes.Span -= b.Bytes.Carried
	b.Packets.Carried, b.Bytes.Carried = 0, 0
}
