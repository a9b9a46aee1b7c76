package timeline

import (
	"glancecap/decoder/record"
	"glancecap/timeline/glance"
)

// What is kept of a statement and of a call, in bytes. Of recorded uploads it is
// less (TestAStatementTakesAboutAKibibyte); where every few statements make an
// image it is more. Literals come on top.
const (
	statementCost = 600
	callCost      = 1000
)

// defaultMemory is how much the story may take before it folds.
const defaultMemory = 1 << 30

// kept counts what the story holds, and folds the reads of images that are
// well once that is too much.
func (b *Builder) kept(cost int) {
	b.held += int64(cost)
	if b.held <= b.memory || b.held < b.foldAt {
		return
	}
	b.fold()
	// What is left may be all that is needed: it is tried again when an
	// eighth has been added.
	b.foldAt = b.held + b.memory/8
}

// fold lets the transactions go that only read, of Keystone and of images that
// are well: they are told as a number. A session's last transaction stays.
func (b *Builder) fold() {
	b.hits.Hit("memory of the story")
	for _, s := range b.order {
		if len(s.statements) < 2 {
			continue
		}
		kept := s.statements[:0]
		for from := 0; from < len(s.statements); {
			to := from + 1
			for to < len(s.statements) && s.statements[to].tx == s.statements[from].tx && s.statements[from].tx != nil {
				to++
			}
			if unit := s.statements[from:to]; to < len(s.statements) && b.foldable(unit) {
				b.folded += int64(len(unit))
				for _, st := range unit {
					b.held -= statementCost + int64(st.told.Text.Size())
				}
			} else {
				kept = append(kept, unit...)
			}
			from = to
		}
		clear(s.statements[len(kept):])
		s.statements = kept
	}
}

// foldable tells whether a unit of work may be told as a number.
func (b *Builder) foldable(unit []*statement) bool {
	for _, st := range unit {
		if st.write || st.told.Error != nil || st.tx != nil && (st.tx.writes > 0 || st.tx.outcome == open) {
			return false
		}
		if st.told.Image == nil {
			continue
		}
		img := b.images[*st.told.Image]
		if img == nil {
			continue
		}
		switch img.text("status") {
		case glance.Active, glance.Deleted, glance.Deactivated:
		default:
			return false
		}
	}
	return true
}

// sizeOf estimates what a record's call takes.
func sizeOf(h *record.HTTP) int {
	n := callCost
	if h.Request != nil {
		n += len(h.Request.Target)
	}
	return n
}
