package capture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"glancecap/decoder/bounds"
)

// le and be write numbers in the two byte orders.
var (
	le binary.AppendByteOrder = binary.LittleEndian
	be binary.AppendByteOrder = binary.BigEndian
)

// pcapWriter writes pcap files by hand, also wrong ones.
type pcapWriter struct {
	order binary.AppendByteOrder
	b     []byte
	extra int // bytes that a record header has beyond the usual 16
}

func newPcap(order binary.AppendByteOrder, magic uint32, minor uint16, snaplen, link uint32) *pcapWriter {
	w := &pcapWriter{order: order}
	w.b = order.AppendUint32(w.b, magic)
	w.b = order.AppendUint16(order.AppendUint16(w.b, 2), minor)
	w.b = append(w.b, make([]byte, 8)...) // time zone and accuracy, always 0
	w.b = order.AppendUint32(order.AppendUint32(w.b, snaplen), link)
	if magic == pcapModified {
		w.extra = 8
	}
	return w
}

func plainPcap() *pcapWriter { return newPcap(le, pcapMicroseconds, 4, 262144, linkEthernet) }

// record adds a record whose header says what it is told.
func (w *pcapWriter) record(sec, fraction, captured, original uint32, data string) *pcapWriter {
	for _, v := range []uint32{sec, fraction, captured, original} {
		w.b = w.order.AppendUint32(w.b, v)
	}
	w.b = append(append(w.b, make([]byte, w.extra)...), data...)
	return w
}

// packet adds a record of data that was captured whole.
func (w *pcapWriter) packet(sec, fraction uint32, data string) *pcapWriter {
	return w.record(sec, fraction, uint32(len(data)), uint32(len(data)), data)
}

// ngWriter writes pcapng files by hand.
type ngWriter struct {
	order binary.AppendByteOrder
	b     []byte
}

func newNg(order binary.AppendByteOrder) *ngWriter {
	w := &ngWriter{order: order}
	return w.section(order)
}

// section begins a section.
func (w *ngWriter) section(order binary.AppendByteOrder, options ...[]byte) *ngWriter {
	w.order = order
	body := order.AppendUint32(nil, byteOrderMagic)
	body = order.AppendUint16(order.AppendUint16(body, 1), 0)
	body = order.AppendUint64(body, 1<<64-1) // the length of the section is not known
	return w.block(blockSection, append(body, bytes.Join(options, nil)...))
}

// block adds a block with a body that is filled up to a multiple of four.
func (w *ngWriter) block(kind uint32, body []byte) *ngWriter {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	w.b = w.order.AppendUint32(w.order.AppendUint32(w.b, kind), uint32(len(body)+blockFrame))
	w.b = w.order.AppendUint32(append(w.b, body...), uint32(len(body)+blockFrame))
	return w
}

// option makes an option, filled up to a multiple of four.
func (w *ngWriter) option(code uint16, value []byte) []byte {
	b := w.order.AppendUint16(w.order.AppendUint16(nil, code), uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func (w *ngWriter) u64(v uint64) []byte { return w.order.AppendUint64(nil, v) }

// iface describes an interface.
func (w *ngWriter) iface(link uint16, snaplen uint32, options ...[]byte) *ngWriter {
	body := w.order.AppendUint16(w.order.AppendUint16(nil, link), 0)
	body = w.order.AppendUint32(body, snaplen)
	return w.block(blockInterface, append(body, bytes.Join(options, nil)...))
}

// enhanced adds a packet.
func (w *ngWriter) enhanced(id uint32, ticks uint64, original uint32, data string, options ...[]byte) *ngWriter {
	body := w.order.AppendUint32(nil, id)
	body = w.order.AppendUint32(w.order.AppendUint32(body, uint32(ticks>>32)), uint32(ticks))
	body = w.order.AppendUint32(w.order.AppendUint32(body, uint32(len(data))), original)
	body = append(body, data...)
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	return w.block(blockEnhanced, append(body, bytes.Join(options, nil)...))
}

// simple adds a packet without time.
func (w *ngWriter) simple(original uint32, data string) *ngWriter {
	return w.block(blockSimple, append(w.order.AppendUint32(nil, original), data...))
}

// read reads one input from memory and gives copies of its packets.
func read(t testing.TB, b []byte) ([]Packet, File) {
	t.Helper()
	packets, files, err := readAll(t, []string{"-"}, Options{Stdin: bytes.NewReader(b)})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return packets, files[0]
}

// refused reads an input that is no capture and gives the reason.
func refused(t testing.TB, b []byte) *Error {
	t.Helper()
	_, _, err := readAll(t, []string{"-"}, Options{Stdin: bytes.NewReader(b)})
	var nothing *NothingReadError
	if !errors.As(err, &nothing) || len(nothing.Files) != 1 || !nothing.Files[0].NotACapture {
		t.Fatalf("the input was not refused: %v", err)
	}
	return nothing.Files[0]
}

// readAll reads inputs to their end and gives copies of their packets.
func readAll(t testing.TB, paths []string, o Options) ([]Packet, []File, error) {
	t.Helper()
	if o.Bounds.Record == 0 {
		o.Bounds = bounds.Default()
	}
	s, err := Open(context.Background(), paths, o)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	var list []Packet
	for {
		var p Packet
		if err := s.Next(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("Next: %v", err)
		}
		p.Data = append([]byte(nil), p.Data...)
		list = append(list, p)
	}
	return list, s.Files(), nil
}

// file writes an input into a file of the test.
func file(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// texts gives the packets' data.
func texts(packets []Packet) []string {
	list := make([]string, len(packets))
	for i, p := range packets {
		list[i] = string(p.Data)
	}
	return list
}

// damageOf gives the error that ended the reading of a file.
func damageOf(t testing.TB, f File) *Error {
	t.Helper()
	e, ok := f.Err.(*Error)
	if !ok {
		t.Fatalf("the file ended with %v, not with an *Error", f.Err)
	}
	return e
}
