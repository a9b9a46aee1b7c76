package survey

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"glancecap/decoder/record"
)

// senseless are the connections with bytes that make no sense in their protocol.
type senseless struct {
	worst []senselessBytes // by bytes, the most first
	count int64
}

// senselessBytes are those of one connection.
type senselessBytes struct {
	stream    int
	bytes     int64
	midstream bool
}

// mostSenseless connections are kept, of which shownSenseless are named.
const (
	mostSenseless  = 16
	shownSenseless = 3
)

func (s *senseless) add(r *record.Connection) {
	if r.Bytes.Undecodable == 0 {
		return
	}
	s.count++
	s.worst = append(s.worst, senselessBytes{r.Stream, r.Bytes.Undecodable, !r.Handshake})
	slices.SortFunc(s.worst, func(x, y senselessBytes) int {
		return cmp.Or(cmp.Compare(y.bytes, x.bytes), cmp.Compare(x.stream, y.stream))
	})
	s.worst = s.worst[:min(len(s.worst), mostSenseless)]
}

// numbers gives their streams.
func (s *senseless) numbers() (list []int) {
	for _, x := range s.worst {
		list = append(list, x.stream)
	}
	return list
}

// String names those with the most bytes. Of a connection that was joined
// midstream the bytes may well be the end of what began before the capture.
func (s *senseless) String() string {
	var named []string
	for _, x := range s.worst[:min(len(s.worst), shownSenseless)] {
		text := fmt.Sprintf("%s of stream %d", grouped(x.bytes), x.stream)
		if s.count == 1 {
			text = fmt.Sprintf("all of stream %d", x.stream)
		}
		if x.midstream {
			text += ", joined midstream"
		}
		named = append(named, text)
	}
	text := strings.Join(named, "; ")
	if more := s.count - int64(len(named)); more > 0 {
		text += "; and of " + count(more, "connection") + " more"
	}
	return text
}
