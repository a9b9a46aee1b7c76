package decoder_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// recordings are captures of real clients and servers.
const recordings = "../../shared/captures"

// recording is a capture taken apart, so that it can be damaged.
type recording struct {
	parts  [][]byte // all that the file consists of, in its order
	size   int      // of all parts together
	frames []int    // of each part its frame number, 0 where it is no packet
	ports  map[uint16]string
	// Of each frame from 1: the connection's ends, as "ip:port ip:port" from
	// the sender to the receiver, "" where it is none of TCP.
	talks []string
	segs  []string       // and what of the stream it carried
	first map[string]int // the first frame that carried it
	whole truth
}

// load takes a capture apart, or skips the test.
func load(t *testing.T, path string) *recording {
	t.Helper()
	set, err := capture.Open(t.Context(), []string{path}, capture.Options{Bounds: bounds.Default(), Everything: true})
	if err != nil {
		t.Skipf("the recorded captures are not beside this checkout: %v", err)
	}
	defer set.Close()
	r := &recording{ports: portsOf(path), talks: []string{""}, segs: []string{""}, first: make(map[string]int)}
	packets := packet.NewDecoder(bounds.Default())
	for {
		var p capture.Packet
		if err := set.Next(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		number := 0
		if p.Kind == capture.IsPacket {
			number = p.Number
			talk, carried := "", ""
			var seg packet.Segment
			if packets.Decode(&p, &seg) == packet.IsSegment {
				talk = fmt.Sprintf("%v:%d %v:%d", seg.Src.Addr, seg.Src.Port, seg.Dst.Addr, seg.Dst.Port)
				carried = fmt.Sprintf("%s %d %x", talk, seg.Seq, sha256.Sum256(seg.Payload))
			}
			r.talks, r.segs = append(r.talks, talk), append(r.segs, carried)
			if _, seen := r.first[carried]; !seen {
				r.first[carried] = number
			}
		}
		r.parts = append(r.parts, bytes.Clone(p.Record))
		r.size += len(p.Record)
		r.frames = append(r.frames, number)
	}
	r.learn(t, r.read(t, func(int) bool { return false }))
	return r
}

// portsOf gives the ports that a capture's own notes name.
func portsOf(path string) map[uint16]string {
	ports := map[uint16]string{3307: decoder.MySQL, 3308: decoder.MySQL}
	name := strings.TrimSuffix(path, filepath.Ext(path)) + ".expected.json"
	var notes struct {
		Ports map[string][]uint16 `json:"ports"`
	}
	if b, err := os.ReadFile(name); err == nil && json.Unmarshal(b, &notes) == nil {
		for service, list := range notes.Ports {
			for _, port := range list {
				ports[port] = service
			}
		}
	}
	return ports
}

// count gives the number of packets.
func (r *recording) count() int { return len(r.talks) - 1 }

// read decodes the capture without the frames that lost says.
func (r *recording) read(t *testing.T, lost func(frame int) bool) (told []record.Record) {
	t.Helper()
	told, _ = r.readWith(t, options(), lost)
	return told
}

// readWith is read as o says; the lines of connections and books come apart.
func (r *recording) readWith(t *testing.T, o decoder.Options, lost func(frame int) bool) (told, books []record.Record) {
	t.Helper()
	var file bytes.Buffer
	file.Grow(r.size)
	frames := []int{0}
	for i, b := range r.parts {
		n := r.frames[i]
		if n > 0 && lost(n) {
			continue
		}
		if n > 0 {
			frames = append(frames, n)
		}
		file.Write(b)
	}
	o.Ports, o.ShowSecrets = r.ports, true
	var law *decoder.LawError
	found, err := decode(file.Bytes(), o)
	if errors.As(err, &law) {
		t.Fatal(err)
	}
	for _, rec := range found {
		switch rec.(type) {
		case *record.MySQL, *record.HTTP, *record.Login, *record.TLS:
			renumber(rec, frames)
			told = append(told, rec)
		default:
			books = append(books, rec)
		}
	}
	return told, books
}

// spans gives what a record tells of its places in the capture.
func spans(rec record.Record) []*record.Span {
	var list []*record.Span
	switch rec := rec.(type) {
	case *record.MySQL:
		list = append(list, rec.Request, rec.Response)
	case *record.Login:
		list = append(list, rec.Request, rec.Response)
	case *record.TLS:
		list = append(list, rec.Request, rec.Response)
	case *record.HTTP:
		if rec.Request != nil {
			list = append(list, &rec.Request.Span)
		}
		if rec.Response != nil {
			list = append(list, &rec.Response.Span)
		}
	}
	return slices.DeleteFunc(list, func(s *record.Span) bool { return s == nil })
}

// renumber gives a record the frame numbers of the undamaged capture, and takes
// off what counts on from what was seen. Waits rest on acknowledgements, the
// default database on commands before, which may be among what was lost; both
// are no part of the line's contract.
func renumber(rec record.Record, frames []int) {
	for _, s := range spans(rec) {
		s.FirstFrame, s.LastFrame = frames[s.FirstFrame], frames[s.LastFrame]
	}
	rec.Header().ID, rec.Header().Stream = "", 0
	switch rec := rec.(type) {
	case *record.MySQL:
		rec.N = 0
	case *record.HTTP:
		if rec.Request != nil {
			rec.Request.Waits = nil
		}
		if rec.Response != nil {
			rec.Response.Waits = nil
		}
	}
}
