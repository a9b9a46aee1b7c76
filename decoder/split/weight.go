package split

import (
	"cmp"
	"container/heap"
	"slices"
)

// weights adds up the bytes of connections and then says which piece each of
// them belongs to. It takes 16 bytes a connection; those beyond the bound are
// not told apart, and belong to the piece that their hash names.
type weights struct {
	most  int
	slots []weight // open addressing by key; a key of 0 is none
	used  int
	// beyond are the bytes of those that have no slot, by hash.
	beyond [MostPieces * 8]int64
	total  int64
	// held are the bytes of fragments and of what came in them.
	held   int64
	pieces int
}

// weight is a slot: the bytes of a connection, later the piece. Bytes below 0
// say that it came in fragments.
type weight struct {
	key   uint64
	bytes int64
}

func newWeights(most int) *weights { return &weights{most: most, slots: make([]weight, 1<<12)} }

// add adds a packet of a key. A connection that comes in fragments is
// remembered even beyond the bound, so that it is not torn from them.
func (w *weights) add(key uint64, bytes int64, inFragments bool) {
	w.total += bytes
	if key == fragmented {
		w.held += bytes
		return
	}
	s := w.slot(key)
	if s.key == 0 {
		if w.used >= w.most && !(inFragments && w.used < 2*w.most) {
			w.beyond[key%uint64(len(w.beyond))] += bytes
			return
		}
		s.key = key
		w.used++
		defer w.grow()
	}
	switch {
	case s.bytes < 0:
		s.bytes -= bytes
	case inFragments:
		s.bytes = -(s.bytes + bytes)
	default:
		s.bytes += bytes
	}
}

// slot gives the slot of a key, or the free one where it belongs.
func (w *weights) slot(key uint64) *weight {
	for i := mix(key) % uint64(len(w.slots)); ; i = (i + 1) % uint64(len(w.slots)) {
		if s := &w.slots[i]; s.key == key || s.key == 0 {
			return s
		}
	}
}

func (w *weights) grow() {
	if w.used < len(w.slots)*3/4 {
		return
	}
	old := w.slots
	w.slots = make([]weight, len(old)*2)
	for _, s := range old {
		if s.key != 0 {
			*w.slot(s.key) = s
		}
	}
}

// assign distributes the connections over n pieces: the heaviest first, each to
// the piece that has least (longest processing time first, which is within a
// third of the best; Graham, 1969). From then on bytes is the piece's number.
func (w *weights) assign(n int) {
	w.pieces = n
	loads := make(loads, n)
	for i := range loads {
		loads[i].piece = i
	}
	for hash, bytes := range w.beyond {
		loads[hash%n].bytes += bytes
	}
	order := make([]int32, 0, w.used)
	for i := range w.slots {
		s := &w.slots[i]
		switch {
		case s.key == 0:
		case s.bytes < 0:
			w.held -= s.bytes
			s.bytes = 0
		default:
			order = append(order, int32(i))
		}
	}
	loads[0].bytes += w.held // fragments and what came in them are piece 0
	heap.Init(&loads)
	slices.SortFunc(order, func(a, b int32) int {
		x, y := &w.slots[a], &w.slots[b]
		return cmp.Or(cmp.Compare(y.bytes, x.bytes), cmp.Compare(x.key, y.key))
	})
	for _, i := range order {
		least := &loads[0]
		least.bytes += w.slots[i].bytes
		w.slots[i].bytes = int64(least.piece)
		heap.Fix(&loads, 0)
	}
}

// pieceOf gives the piece of a key.
func (w *weights) pieceOf(key uint64) int {
	if key == fragmented {
		return 0
	}
	if s := w.slot(key); s.key != 0 {
		return int(s.bytes)
	}
	return int(key % uint64(len(w.beyond)) % uint64(w.pieces))
}

// loads are the pieces, the one with least bytes first.
type loads []load

type load struct {
	piece int
	bytes int64
}

// Len, Less and Swap are heap's; nothing is pushed or popped.
func (l loads) Len() int { return len(l) }
func (l loads) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(l[i].bytes, l[j].bytes), cmp.Compare(l[i].piece, l[j].piece)) < 0
}
func (l loads) Swap(i, j int) { l[i], l[j] = l[j], l[i] }

// Push and Pop make it a heap.Interface.
func (l *loads) Push(x any) { *l = append(*l, x.(load)) }
func (l *loads) Pop() any {
	old := *l
	x := old[len(old)-1]
	*l = old[:len(old)-1]
	return x
}
