package timeline

import "glancecap/timeline/story"

// slab gives short lists room, many of them in one piece of memory: to allocate
// each takes longer than to fill it. The pieces are as large as what was asked
// for before, up to a bound.
type slab[T any] struct {
	free  []T
	piece int
}

const (
	smallestPiece = 8
	largestPiece  = 512
)

// list gives an empty list with room for n.
func (s *slab[T]) list(n int) []T {
	if n == 0 {
		return []T{}
	}
	if n > len(s.free) {
		s.piece = min(max(2*s.piece, smallestPiece), largestPiece)
		s.free = make([]T, max(s.piece, n))
	}
	room := s.free[:0:n]
	s.free = s.free[n:]
	return room
}

// keep gives a copy of a list.
func (s *slab[T]) keep(list []T) []T { return append(s.list(len(list)), list...) }

// one gives room for a single value.
func (s *slab[T]) one() *T { return &s.list(1)[:1][0] }

// slabs are those of which images are told.
type slabs struct {
	images      slab[story.Image]
	ids         slab[string]
	cells       slab[story.Cell]
	transitions slab[story.Transition]
	written     slab[story.Written]
	attempts    slab[story.Attempt]
	phases      slab[story.Phase]
	shares      slab[story.Share]
	items       slab[story.StoreItem]
	properties  slab[story.Property]
	locations   slab[story.Location]
	tags        slab[string]
	members     slab[story.Member]
}
