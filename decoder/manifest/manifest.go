// Package manifest is the file in which `glancecap split` says what its pieces
// hold, so that they can be read as the capture that they were cut from.
//
// Comes in: what split knows of each piece, or a manifest's JSON. Goes out:
// JSON of schema glancecap.split/1, or the pieces that it lists. The package
// opens no file and reads no packets.
//
// A manifest is one object:
//
//	{"schema":"glancecap.split/1","version":"0.1.0",
//	 "pieces":[{"file":"out_00000_20200218044955.pcap","packets":5000,"bytes":812345,"sha256":"…",
//	            "first":"2020-02-18T04:49:55.000001000Z","last":"…","frames":[1,5000],"streams":[0,1,4],
//	            "images":["13892850-6add-4c28-87cd-6da62e6f8a3c"]}],
//	 "input":{"path":"in.pcap","format":"pcap","compression":null,"packets":5000,"bytes":812345,
//	          "first":"…","last":"…","error":null}}
//
// The file of a piece is relative to the manifest's folder; bytes and sha256
// are of the piece as it lies there. Frames are the numbers that the piece's
// packets have in the input, in their order, as pairs of a distance and a
// count: [1,3,2,1] is 1, 2, 3 and 5. Streams are Wireshark's tcp.stream in
// the input. Images are those of whose calls and statements the piece holds
// packets, by the ids that timeline tells. The last pair of braces stands last
// because a manifest is written while the input is read.
package manifest

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"
	"strconv"

	"glancecap/decoder/record"
)

// Schema names the version of the JSON.
const Schema = "glancecap.split/1"

// Piece is a piece as a manifest tells of it.
type Piece struct {
	File    string
	Packets int64
	Bytes   int64
	SHA256  string // in hexadecimal
	// First and Last are the earliest and the latest time of a packet.
	First, Last record.Time
	// Images are the ids of those that the piece holds, where they are known
	// when it is written; else Fill puts them in.
	Images []string
}

// Input is the capture that was cut.
type Input struct {
	Path        string      `json:"path"`
	Format      string      `json:"format"`
	Compression *string     `json:"compression"`
	Packets     int64       `json:"packets"`
	Bytes       int64       `json:"bytes"`
	First       record.Time `json:"first"`
	Last        record.Time `json:"last"`
	// Error is why the reading ended before the input's end.
	Error *string `json:"error"`
}

// Writer writes a manifest piece by piece. Its error is kept for Close.
type Writer struct {
	to     *counter
	w      *bufio.Writer
	pieces int
	// slots are where in the file the images of the pieces stand, in bytes.
	slots []int64
}

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// NewWriter begins a manifest.
func NewWriter(w io.Writer, version string) *Writer {
	to := &counter{w: w}
	m := &Writer{to: to, w: bufio.NewWriterSize(to, 32<<10)}
	m.w.WriteString(`{"schema":` + quoted(Schema) + `,"version":` + quoted(version) + `,"pieces":[`)
	return m
}

// Piece adds a piece; frames are runs of the numbers of its packets, first one
// and count, streams its tcp.stream numbers, both ascending.
func (m *Writer) Piece(p *Piece, frames iter.Seq2[int64, int64], streams iter.Seq[int]) {
	if m.pieces > 0 {
		m.w.WriteByte(',')
	}
	m.pieces++
	m.w.WriteString("\n" + `{"file":` + quoted(p.File))
	m.number(`,"packets":`, p.Packets)
	m.number(`,"bytes":`, p.Bytes)
	m.w.WriteString(`,"sha256":` + quoted(p.SHA256) + `,"first":` + timeText(p.First) + `,"last":` + timeText(p.Last) + `,"frames":[`)
	comma, last := "", int64(0)
	for first, count := range frames {
		m.number(comma, first-last)
		m.number(",", count)
		comma, last = ",", first+count-1
	}
	m.w.WriteString(`],"streams":[`)
	comma = ""
	for n := range streams {
		m.number(comma, int64(n))
		comma = ","
	}
	m.w.WriteString(`],"images":[`)
	m.slots = append(m.slots, m.to.n+int64(m.w.Buffered()))
	m.images(m.w, p.Images)
	m.w.WriteString("]}")
}

// images writes ids, quoted, with commas between them.
func (m *Writer) images(to *bufio.Writer, ids []string) {
	for i, id := range ids {
		if i > 0 {
			to.WriteByte(',')
		}
		to.WriteString(quoted(id))
	}
}

// Fill copies a manifest that the Writer wrote and closed, and puts in the images
// of its pieces, which were written without: by their number from 0.
func (m *Writer) Fill(to io.Writer, from io.Reader, images func(piece int) []string) error {
	out, at := bufio.NewWriterSize(to, 32<<10), int64(0)
	for piece, slot := range m.slots {
		if _, err := io.CopyN(out, from, slot-at); err != nil {
			return err
		}
		at = slot
		m.images(out, images(piece))
	}
	if _, err := io.Copy(out, from); err != nil {
		return err
	}
	return out.Flush()
}

// Close ends the manifest and gives the first error of writing it.
func (m *Writer) Close(in *Input) error {
	text, err := json.Marshal(in)
	if err != nil {
		return err
	}
	m.w.WriteString("],\n" + `"input":`)
	m.w.Write(text)
	m.w.WriteString("}\n")
	return m.w.Flush()
}

func (m *Writer) number(before string, n int64) {
	m.w.WriteString(before)
	m.w.Write(strconv.AppendInt(m.w.AvailableBuffer(), n, 10))
}

// quoted gives a JSON string.
func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func timeText(t record.Time) string {
	b, _ := t.MarshalJSON()
	return string(b)
}
