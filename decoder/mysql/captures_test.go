package mysql_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
)

// modes are recorded captures of clients and servers of all kinds.
const modes = "../../../shared/captures/mysql-modes"

// capture is a little-endian pcap file, taken apart.
type capture struct {
	header  []byte
	packets [][]byte
}

// load reads a capture, or skips the test.
func load(t *testing.T, name string) *capture {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(modes, name+".pcap"))
	if err != nil {
		t.Skipf("the recorded captures are not beside this checkout: %v", err)
	}
	c := &capture{header: b[:24]}
	for b = b[24:]; len(b) >= 16; {
		n := 16 + int(binary.LittleEndian.Uint32(b[8:]))
		c.packets = append(c.packets, b[:n])
		b = b[n:]
	}
	return c
}

// without gives the file without the packets that drop says, and the number
// of each frame of it in the whole one.
func (c *capture) without(t *testing.T, drop func(i int) bool) (path string, frames []int) {
	t.Helper()
	var b bytes.Buffer
	b.Write(c.header)
	for i, p := range c.packets {
		if !drop(i) {
			b.Write(p)
			frames = append(frames, i+1)
		}
	}
	path = filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, frames
}

// commands decodes a capture of the modes.
func commands(t *testing.T, path string) []*record.MySQL {
	t.Helper()
	return commandsOn(t, path, 3307, 3308)
}

// commandsOn decodes a capture in which MySQL is spoken on these ports.
func commandsOn(t *testing.T, path string, ports ...uint16) []*record.MySQL {
	t.Helper()
	var found []*record.MySQL
	o := decoder.Options{
		Bounds: bounds.Default(), After: record.NoTime, Before: record.NoTime, ShowSecrets: true,
		Ports: make(map[uint16]string),
	}
	for _, port := range ports {
		o.Ports[port] = decoder.MySQL
	}
	err := decoder.Run(context.Background(), []string{path}, o, func(r record.Record) {
		if m, ok := r.(*record.MySQL); ok {
			found = append(found, m)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// differs says what of a command is another value than in the whole capture;
// what is not known is none.
func differs(got, whole *record.MySQL) string {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	asJSON := func(x any) string {
		b, _ := json.Marshal(x)
		return string(b)
	}
	switch {
	case got.Command != whole.Command:
		return got.Command + " for " + whole.Command
	case got.Text != nil && whole.Text == nil && got.Command == "COM_STMT_CLOSE":
		// The second CLOSE of a statement names nothing; where the first one
		// was lost it is the only one.
	case got.Text != nil && text(got.Text) != text(whole.Text):
		return fmt.Sprintf("text %q for %q", text(got.Text), text(whole.Text))
	case got.Expanded != nil && text(got.Expanded) != text(whole.Expanded):
		return fmt.Sprintf("expanded %q for %q", text(got.Expanded), text(whole.Expanded))
	case got.HasParams && asJSON(got.Params) != asJSON(whole.Params):
		return "params " + asJSON(got.Params) + " for " + asJSON(whole.Params)
	}
	a, b := *got.Result, *whole.Result
	if a.Columns == nil { // of a statement prepared before
		a.Columns, b.Columns = nil, nil
	}
	if asJSON(a) != asJSON(b) {
		return asJSON(a) + " for " + asJSON(b)
	}
	return ""
}

// compare checks the commands of a damaged capture against the whole one's;
// excused tells records that may differ.
func compare(t *testing.T, whole, got []*record.MySQL, frames []int, excused func(*record.MySQL) bool) {
	t.Helper()
	for _, c := range got {
		frame, sent, problem := frames[c.Request.FirstFrame-1], false, ""
		for _, w := range whole {
			if w.Client != c.Client || w.Command != c.Command {
				continue
			}
			if w.Request.FirstFrame != frame {
				// The first of two copies of a packet may have been dropped.
				sent = sent || c.Text != nil && w.Text != nil && *c.Text == *w.Text
				continue
			}
			sent = true
			if problem = differs(c, w); problem == "" {
				break
			}
		}
		switch {
		case !sent:
			t.Errorf("frame %d: %s %v was never sent", frame, c.Command, c.Marks)
		case problem != "" && !excused(c):
			t.Errorf("frame %d: %s %v: %s", frame, c.Command, c.Marks, problem)
		}
	}
}

func TestWhereACaptureBeginsChangesNoLaterCommand(t *testing.T) {
	for _, name := range []string{"py-text", "go-prepared", "go-compressed", "c-cursor", "c-bulk", "php-mysqli", "node-mysql2", "mysql9-attrs", "mysql9-metadata", "mysql9-zstd"} {
		t.Run(name, func(t *testing.T) {
			c := load(t, name)
			path, _ := c.without(t, func(int) bool { return false })
			whole := commands(t, path)
			for n := 1; n <= 12; n++ {
				path, frames := c.without(t, func(i int) bool { return i < n })
				compare(t, whole, commands(t, path), frames, func(*record.MySQL) bool { return false })
			}
		})
	}
}

// TestDroppedPacketsChangeNoUnmarkedRecord drops packets at random; one in a
// hundred, as often as GLANCECAP_VARIANTS says.
func TestDroppedPacketsChangeNoUnmarkedRecord(t *testing.T) {
	lossy := []string{record.MarkGap, record.MarkIncomplete, record.MarkTruncatedText}
	for _, name := range []string{"py-text", "go-prepared", "go-compressed", "c-cursor", "c-bulk", "c-infile", "node-mysql2", "node-mariadb", "pipelined", "interleave", "mysql9-auth"} {
		t.Run(name, func(t *testing.T) {
			c := load(t, name)
			path, _ := c.without(t, func(int) bool { return false })
			whole := commands(t, path)
			random := rand.New(rand.NewSource(11))
			shares := []float64{0.01, 0.01, 0.01, 0.03, 0.03, 0.1}
			if n, err := strconv.Atoi(os.Getenv("GLANCECAP_VARIANTS")); err == nil {
				shares = slices.Repeat([]float64{0.01}, n)
			}
			for _, share := range shares {
				path, frames := c.without(t, func(int) bool { return random.Float64() < share })
				compare(t, whole, commands(t, path), frames, func(m *record.MySQL) bool {
					return slices.ContainsFunc(lossy, m.Marks.Has)
				})
			}
		})
	}
}
