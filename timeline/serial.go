package timeline

import (
	"strconv"
	"strings"
)

// serials gives ids: a letter and a number, which story.Serial gives back. Their
// texts lie in pieces of many, for to write one takes less time than to allocate
// it.
type serials struct {
	letter byte
	piece  strings.Builder
}

const (
	pieceOfSerials = 1024
	longestSerial  = len("s9223372036854775807")
)

// of gives the id of a number.
func (s *serials) of(number int) string {
	if s.piece.Cap()-s.piece.Len() < longestSerial {
		s.piece.Reset() // leaves the old piece to the ids in it
		s.piece.Grow(pieceOfSerials)
	}
	var room [longestSerial]byte
	from := s.piece.Len()
	s.piece.Write(strconv.AppendInt(append(room[:0], s.letter), int64(number), 10))
	return s.piece.String()[from:]
}
