package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"glancecap/decoder/record"
)

// Writer writes packets of any inputs as one new capture. Times are written in
// nanoseconds; frame check sequences, which Packet.Data does not have, are not.
type Writer struct {
	w       io.Writer
	pcapng  bool
	snaplen uint32
	// link is the link type of a pcap file, from the first packet on.
	link  uint16
	begun bool
	// interfaces are those of a pcapng section that are described, by what they
	// were in the inputs.
	interfaces map[ngSource]uint32
	describe   func(file int32) *File
	// last is the latest time that was written: a packet without one stands
	// with the one in front of it.
	last int64
	buf  []byte
}

// ngSource is where a packet was captured.
type ngSource struct {
	file   int32
	device uint32
	link   uint16
}

// WriterOptions are what a Writer is made for.
type WriterOptions struct {
	// Pcapng writes pcapng, else pcap, which takes packets of one link type
	// and no comments.
	Pcapng bool
	// Snaplen is what the file declares, 0 for the usual one.
	Snaplen uint32
	// Application names the program that writes, Comments are of the section.
	Application string
	Comments    []string
	// File tells of an input as far as it was read; interfaces are described
	// as it does.
	File func(file int32) *File
}

// NewWriter begins a capture.
func NewWriter(w io.Writer, o WriterOptions) (*Writer, error) {
	x := &Writer{w: w, pcapng: o.Pcapng, snaplen: o.Snaplen, describe: o.File, interfaces: make(map[ngSource]uint32)}
	if x.snaplen == 0 {
		x.snaplen = usualSnaplen
	}
	if !o.Pcapng {
		return x, nil
	}
	const userApplication = 4
	b := binary.LittleEndian.AppendUint32(nil, blockSection)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, byteOrderMagic)
	b = binary.LittleEndian.AppendUint32(b, 1) // version 1.0
	b = binary.LittleEndian.AppendUint64(b, math.MaxUint64)
	for _, text := range o.Comments {
		b = native.appendOption(b, optionComment, text)
	}
	if o.Application != "" {
		b = native.appendOption(b, userApplication, o.Application)
	}
	b = native.appendOption(b, optionEnd, "")
	_, err := w.Write(native.closeBlock(b))
	return x, err
}

// native is the byte order of what is written anew.
const native = byteOrder(false)

// Packet writes a packet with other bytes or comments. The error tells of a
// link type that a pcap file cannot have beside its own, or is of writing.
func (x *Writer) Packet(p *Packet, c *Change) error {
	if x.pcapng {
		return x.block(p, c)
	}
	if !x.begun {
		x.begun, x.link = true, p.LinkType
		if err := x.fileHeader(); err != nil {
			return err
		}
	}
	if p.LinkType != x.link {
		return fmt.Errorf("a pcap file has one link type: packet %d is %s, those before it %s; name the output .pcapng", p.Number, LinkTypeName(p.LinkType), LinkTypeName(x.link))
	}
	t := max(x.timeOf(p), 0) // pcap tells no time before 1970
	b := binary.LittleEndian.AppendUint32(x.buf[:0], uint32(t/1e9))
	b = binary.LittleEndian.AppendUint32(b, uint32(t%1e9))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(c.Data)))
	b = binary.LittleEndian.AppendUint32(b, p.Original)
	x.buf = append(b, c.Data...)
	_, err := x.w.Write(x.buf)
	return err
}

// Close ends the capture: a pcap file without packets gets its header.
func (x *Writer) Close(link uint16) error {
	if x.pcapng || x.begun {
		return nil
	}
	x.link = link
	return x.fileHeader()
}

func (x *Writer) fileHeader() error {
	b := binary.LittleEndian.AppendUint32(nil, pcapNanoseconds)
	b = binary.LittleEndian.AppendUint32(b, 2|4<<16) // version 2.4
	b = binary.LittleEndian.AppendUint64(b, 0)
	b = binary.LittleEndian.AppendUint32(b, x.snaplen)
	b = binary.LittleEndian.AppendUint32(b, uint32(x.link))
	_, err := x.w.Write(b)
	return err
}

// timeOf gives the time that is written of a packet.
func (x *Writer) timeOf(p *Packet) int64 {
	if p.Time != int64(record.NoTime) {
		x.last = p.Time
	}
	return x.last
}

// block writes an enhanced packet block (§4.3), in front of it what describes
// its interface where that is new.
func (x *Writer) block(p *Packet, c *Change) error {
	id, err := x.interfaceOf(p)
	if err != nil {
		return err
	}
	b := binary.LittleEndian.AppendUint32(x.buf[:0], blockEnhanced)
	t := x.timeOf(p)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(t)>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(t)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(c.Data)))
	b = binary.LittleEndian.AppendUint32(b, p.Original)
	b = padded(append(b, c.Data...))
	for _, text := range c.Comments {
		b = native.appendOption(b, optionComment, text)
	}
	if len(c.Comments) > 0 {
		b = native.appendOption(b, optionEnd, "")
	}
	x.buf = native.closeBlock(b)
	_, err = x.w.Write(x.buf)
	return err
}

// interfaceOf gives the number of a packet's interface, which it describes
// where it is new (§4.2).
func (x *Writer) interfaceOf(p *Packet) (uint32, error) {
	key := ngSource{p.File, p.Interface, p.LinkType}
	if id, known := x.interfaces[key]; known {
		return id, nil
	}
	id := uint32(len(x.interfaces))
	x.interfaces[key] = id
	b := binary.LittleEndian.AppendUint32(nil, blockInterface)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(p.LinkType))
	b = binary.LittleEndian.AppendUint32(b, x.snaplen)
	if x.describe != nil {
		b = x.told(b, p)
	}
	b = native.appendOption(b, optionInterfaceResolution, "\x09")
	b = native.appendOption(b, optionEnd, "")
	_, err := x.w.Write(native.closeBlock(b))
	return id, err
}

// told appends what the input says of a packet's interface.
func (x *Writer) told(b []byte, p *Packet) []byte {
	f := x.describe(p.File)
	if f == nil || int(p.Interface) >= len(f.Interfaces) || f.Interfaces[p.Interface].Section > 0 {
		return b
	}
	i := &f.Interfaces[p.Interface]
	for _, o := range []struct {
		code uint16
		text string
	}{{optionInterfaceName, i.Name}, {optionInterfaceDescription, i.Description}, {optionInterfaceOS, i.OS}} {
		if o.text != "" {
			b = native.appendOption(b, o.code, o.text)
		}
	}
	if i.Filter != "" {
		b = native.appendOption(b, optionInterfaceFilter, "\x00"+i.Filter)
	}
	return b
}

// Compressor gives a compressing writer in front of w, which must be closed: of
// gzip for gz, of zstd for zst; nil where there is no compression to do.
func Compressor(name string, w io.Writer) (io.WriteCloser, error) {
	switch name {
	case "gz":
		return gzip.NewWriterLevel(w, gzip.DefaultCompression)
	case "zst":
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
	}
	return nil, nil
}
