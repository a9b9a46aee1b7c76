package story

import (
	"cmp"
	"encoding/json"
	"slices"
)

// Phase is the time between two transitions and who took it.
type Phase struct {
	Name    string  `json:"name"`
	Start   Time    `json:"start"`
	End     Time    `json:"end"`
	Seconds Number  `json:"seconds"`
	Shares  Shares  `json:"shares"`
	Held    *Number `json:"held,omitempty"` // the client before a closed window
	// Open tells that the phase lasts beyond the end of the capture.
	Open bool `json:"open,omitempty"`
	// HeldLongest is the longest such wait, HeldFrames its first and last frame,
	// HeldFiles the captures of these, in a run over several.
	HeldLongest Number `json:"held_longest,omitempty"`
	HeldFrames  []int  `json:"held_frames,omitempty"`
	HeldFiles   []int  `json:"held_files,omitempty"`
	// HeldBy says who was at work while the client was held, HeldBecause who of
	// them took half of it or more, "" where nobody did.
	HeldBy      Shares `json:"held_by,omitempty"`
	HeldBecause string `json:"held_because,omitempty"`
}

// Rates are bytes per second while a request's body was sent: from the client to
// Glance, and from Glance to the store. Nil where that is not known.
type Rates struct {
	Client *Number `json:"client"`
	Store  *Number `json:"store"`
}

// Shares are seconds by who took them: identity, database, network (a loss was
// repaired), client (it sent nothing), store, transfer (bytes flowed), glance,
// unseen.
type Shares []Share

// Share is what one of them took.
type Share struct {
	Who     string
	Seconds Number
}

// Of gives what somebody took, 0 where he took nothing.
func (s Shares) Of(who string) Number {
	for _, x := range s {
		if x.Who == who {
			return x.Seconds
		}
	}
	return 0
}

// Add adds to what somebody took.
func (s *Shares) Add(who string, took Number) {
	for k := range *s {
		if x := &(*s)[k]; x.Who == who {
			x.Seconds += took
			return
		}
	}
	*s = append(*s, Share{who, took})
}

// Largest gives them with the largest first; of equal ones, by name.
func (s Shares) Largest() Shares {
	return slices.SortedFunc(slices.Values(s), func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(a.Who, b.Who))
	})
}

// MarshalJSON writes an object, by name.
func (s Shares) MarshalJSON() ([]byte, error) {
	byName := make(map[string]Number, len(s))
	for _, x := range s {
		byName[x.Who] = x.Seconds
	}
	return json.Marshal(byName)
}

// Transfer is where the time of a request's body went, by what its packets
// show of the sender. The four parts add up to Seconds.
type Transfer struct {
	Seconds Number `json:"seconds"`
	// Held is time before the receiver's closed window, Network that in which
	// a loss was repaired while new bytes waited, Idle that in which the sender
	// had nothing to send, Flowing the rest. Pauses under a millisecond, and of
	// very many the shortest, count as flowing.
	Held    Number `json:"held"`
	Network Number `json:"network"`
	Idle    Number `json:"idle"`
	Flowing Number `json:"flowing"`
	// HeldBy says who was at work while the sender was held.
	HeldBy Shares `json:"held_by,omitempty"`
}
