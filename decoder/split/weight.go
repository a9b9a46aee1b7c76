package split

import (
	"cmp"
	"container/heap"
	"slices"
)

// weights adds up the bytes of connections and then says which piece each of
// them belongs to. Connections beyond the bound are not told apart, and belong
// to the piece that their hash names.
type weights struct {
	most int
	// by holds the bytes of each key, below 0 for a connection that came in
	// fragments; once assigned, the number of its piece.
	by map[uint64]int64
	// beyond are the bytes of those that have no room there, by hash.
	beyond [MostPieces * 8]int64
	total  int64
	// held are the bytes of fragments and of what came in them.
	held   int64
	pieces int
}

func newWeights(most int) *weights { return &weights{most: most, by: make(map[uint64]int64)} }

// add adds a packet of a key. A connection that comes in fragments is
// remembered even beyond the bound, so that it is not torn from them.
func (w *weights) add(key uint64, bytes int64, inFragments bool) {
	w.total += bytes
	if key == fragmented {
		w.held += bytes
		return
	}
	sum, known := w.by[key]
	switch {
	case !known && len(w.by) >= w.most && !(inFragments && len(w.by) < 2*w.most):
		w.beyond[key%uint64(len(w.beyond))] += bytes
		return
	case sum < 0:
		sum -= bytes
	case inFragments:
		sum = -(sum + bytes)
	default:
		sum += bytes
	}
	w.by[key] = sum
}

// assign distributes the connections over n pieces: the heaviest first, each to
// the piece that has least (longest processing time first, which is within a
// third of the best; Graham, 1969).
func (w *weights) assign(n int) {
	w.pieces = n
	loads := make(loads, n)
	for i := range loads {
		loads[i].piece = i
	}
	for hash, bytes := range w.beyond {
		loads[hash%n].bytes += bytes
	}
	order := make([]uint64, 0, len(w.by))
	for key, bytes := range w.by {
		if bytes < 0 {
			w.held -= bytes
			w.by[key] = 0
			continue
		}
		order = append(order, key)
	}
	loads[0].bytes += w.held // fragments and what came in them are piece 0
	heap.Init(&loads)
	slices.SortFunc(order, func(a, b uint64) int { return cmp.Or(cmp.Compare(w.by[b], w.by[a]), cmp.Compare(a, b)) })
	for _, key := range order {
		least := &loads[0]
		least.bytes += w.by[key]
		w.by[key] = int64(least.piece)
		heap.Fix(&loads, 0)
	}
}

// pieceOf gives the piece of a key.
func (w *weights) pieceOf(key uint64) int {
	if key == fragmented {
		return 0
	}
	if piece, known := w.by[key]; known {
		return int(piece)
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
