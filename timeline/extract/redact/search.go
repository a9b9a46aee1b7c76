package redact

import (
	"encoding/binary"
)

// search finds many texts at once. Each has at least minSearched bytes.
type search struct {
	// filter holds a bit for the hash of each text's first bytes, heads the
	// texts by those bytes.
	filter  [1 << 16 / 64]uint64
	heads   map[uint64][]string
	longest int
}

// minSearched is the length of the shortest text that is searched for.
const minSearched = 8

func newSearch() *search { return &search{heads: make(map[uint64][]string)} }

// add adds a text; one that is too short is left out.
func (s *search) add(text string) {
	if len(text) < minSearched {
		return
	}
	head := binary.LittleEndian.Uint64([]byte(text))
	for _, t := range s.heads[head] {
		if t == text {
			return
		}
	}
	h := hash(head)
	s.filter[h/64] |= 1 << (h % 64)
	s.heads[head] = append(s.heads[head], text)
	s.longest = max(s.longest, len(text))
}

func hash(head uint64) uint64 { return head * 0x9e3779b97f4a7c15 >> 48 }

// next finds the first text in b from from on: the longest of those that begin
// there. at is -1 where there is none.
func (s *search) next(b []byte, from int) (at int, text string) {
	if len(s.heads) == 0 {
		return -1, ""
	}
	for i := from; i+minSearched <= len(b); i++ {
		head := binary.LittleEndian.Uint64(b[i:])
		h := hash(head)
		if s.filter[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, t := range s.heads[head] {
			if len(t) > len(text) && len(t) <= len(b)-i && string(b[i:i+len(t)]) == t {
				text = t
			}
		}
		if text != "" {
			return i, text
		}
	}
	return -1, ""
}

// has tells whether one of the texts stands in b.
func (s *search) has(b []byte) bool {
	at, _ := s.next(b, 0)
	return at >= 0
}
