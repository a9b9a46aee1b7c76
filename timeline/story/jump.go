package story

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Jump leads from something that is told to its packets: a display filter of
// Wireshark's, and the tshark command that shows them. The zero value leads
// nowhere (a call that only a log tells).
type Jump struct {
	// Path is the capture in which the frames are counted.
	Path string
	// Stream is Wireshark's tcp.stream, -1 where it must not be asked for:
	// streams are counted over all captures of a run.
	Stream int32
	// First and Last are the first and last frame, 0 where there is none. A last
	// one of math.MaxInt32 stands for the capture's.
	First, Last int32
}

// NewJump gives the jump to the frames from first to last of a stream.
// captures are those of the run, and file names one of them; nil stands for
// the only one.
func NewJump(captures []Capture, file *int, stream, first, last int) Jump {
	if first <= 0 || len(captures) == 0 {
		return Jump{}
	}
	n := 0
	if file != nil && *file >= 0 && *file < len(captures) {
		n = *file
	}
	j := Jump{Path: captures[n].Path, Stream: int32(stream), First: int32(first), Last: int32(max(first, last))}
	if len(captures) > 1 {
		j.Stream = -1
	}
	return j
}

// Filter is the display filter, "" where the jump leads nowhere.
func (j Jump) Filter() string {
	if j.First == 0 {
		return ""
	}
	f := "frame.number == " + strconv.Itoa(int(j.First))
	switch {
	case j.Last == math.MaxInt32: // to the end of the capture
		f = fmt.Sprintf("frame.number >= %d", j.First)
	case j.Last > j.First:
		f = fmt.Sprintf("frame.number >= %d && frame.number <= %d", j.First, j.Last)
	}
	if j.Stream >= 0 {
		f += " && tcp.stream == " + strconv.Itoa(int(j.Stream))
	}
	return f
}

// Command is the tshark command for a POSIX shell, "" where the jump leads
// nowhere.
func (j Jump) Command() string {
	if j.First == 0 {
		return ""
	}
	path := j.Path
	if path == "" {
		path = "-"
	} else if path[0] == '-' && len(path) > 1 {
		path = "./" + path
	}
	return "tshark -r " + Quoted(path) + " -Y '" + j.Filter() + "'"
}

// Template is Command with the shell variable CAPTURE in place of the path: the
// same story read by another path, or from standard input, is the same JSON.
func (j Jump) Template() string {
	if j.First == 0 {
		return ""
	}
	return `tshark -r "$CAPTURE" -Y '` + j.Filter() + "'"
}

// MarshalJSON writes filter and command, or null where the jump leads nowhere.
func (j Jump) MarshalJSON() ([]byte, error) {
	if j.First == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(struct {
		Filter  string `json:"filter"`
		Command string `json:"command"`
	}{j.Filter(), j.Template()})
}

// Quoted quotes a word for a POSIX shell (POSIX.1-2024, Shell Command Language
// 2.2.2), where it needs it.
func Quoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:@%+,", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
