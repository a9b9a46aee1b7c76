package attribute

import "encoding/binary"

// slot is an actor's part of a joint state.
type slot struct {
	stage   uint32 // its number among the solver's
	process uint32 // that owns its connections, 0 for not known
	last    uint32 // its last bracket + 1, while that matters
	image   uint32 // the one that it was found to be about, 0 for not known
}

const slotBytes = 16

// width is how many bytes a joint state before bracket i has: a slot for each
// actor, and the kinds of work that calls which are not seen have done.
func (s *solver) width(i int) int { return len(s.live[i])*slotBytes + 4 }

func (s *solver) didAt(state []byte) kinds {
	return kinds(binary.LittleEndian.Uint32(state[len(state)-4:]))
}

func (s *solver) stage(x stage) uint32 {
	n, ok := s.stages[x]
	if !ok {
		n = uint32(len(s.byStage))
		s.stages[x] = n
		s.byStage = append(s.byStage, x)
	}
	return n
}

// fresh is the part of an actor that has done nothing, or may do anything.
func (s *solver) fresh(n int32) slot {
	return slot{stage: s.stage(fresh), process: uint32(s.actor(n).process)}
}

func (s *solver) put(state []byte, x slot) []byte {
	state = binary.LittleEndian.AppendUint32(state, x.stage)
	state = binary.LittleEndian.AppendUint32(state, x.process)
	state = binary.LittleEndian.AppendUint32(state, x.last)
	return binary.LittleEndian.AppendUint32(state, x.image)
}

func slotAt(state []byte, k int32) slot {
	b := state[k*slotBytes:]
	return slot{binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])}
}

func (s *solver) add(l *layer, state []byte, weight float64) int32 {
	n, ok := s.index[string(state)]
	if !ok {
		n = int32(len(l.weight))
		s.index[string(state)] = n
		l.states = append(l.states, state...)
		l.weight = append(l.weight, 0)
	}
	l.weight[n] = s.sum(l.weight[n], weight)
	return n
}
