package carry

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// A state is a line of text, a zstd stream and the SHA-256 of both. The line
// holds a number that changes whenever what is carried does: a state is for the
// minutes between two files, not for keeping.
const (
	magic  = "glancecap.carry/"
	format = "5"
)

// most bounds what a state holds once it is read; DESIGN §5 lets a run hold
// less.
const most = 512 << 20

// Write writes a state of which body carries the values.
func Write(w io.Writer, body func(*Coder)) error {
	sum := sha256.New()
	both := io.MultiWriter(w, sum)
	if _, err := io.WriteString(both, magic+format+"\n"); err != nil {
		return err
	}
	z, err := zstd.NewWriter(both, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20))
	if err != nil {
		return err
	}
	c := &Coder{w: bufio.NewWriterSize(z, 64<<10)}
	if body(c); c.err == nil {
		c.err = c.w.Flush()
	}
	if err := z.Close(); c.err == nil {
		c.err = err
	}
	if c.err == nil {
		_, c.err = w.Write(sum.Sum(nil))
	}
	return c.err
}

// Read reads a state: first its checksum, which must hold before anything of
// it is believed, then the values, which body carries. The error says what is
// wrong with it; the caller knows its name.
func Read(r io.ReadSeeker, body func(*Coder)) error {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if err := verify(r, size); err != nil {
		return err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	head := int64(len(magic + format + "\n"))
	if _, err := io.CopyN(io.Discard, r, head); err != nil {
		return err
	}
	return decode(io.LimitReader(r, size-head-sha256.Size), body)
}

// verify reads a state's first line and its checksum.
func verify(r io.ReadSeeker, size int64) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	head := make([]byte, len(magic+format+"\n"))
	n, _ := io.ReadFull(r, head)
	switch {
	case !bytes.HasPrefix(head[:n], []byte(magic)):
		return errors.New("is no state that records --carry-out wrote")
	case string(head[:n]) != magic+format+"\n":
		return fmt.Errorf("was written by another version of glancecap; this one reads %s%s", magic, format)
	case size < int64(len(head))+sha256.Size:
		return errors.New("is damaged: it was cut off")
	}
	sum := sha256.New()
	sum.Write(head)
	if _, err := io.CopyN(sum, r, size-int64(len(head))-sha256.Size); err != nil {
		return err
	}
	told, err := io.ReadAll(io.LimitReader(r, sha256.Size))
	if err != nil {
		return err
	}
	if !bytes.Equal(sum.Sum(nil), told) {
		return errors.New("is damaged: its checksum is wrong")
	}
	return nil
}

// decode reads the values of a state whose checksum holds.
func decode(r io.Reader, body func(*Coder)) error {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		return err
	}
	defer z.Close()
	c := &Coder{r: bufio.NewReaderSize(z, 64<<10), room: most}
	body(c)
	if c.err == nil {
		if _, err := c.r.ReadByte(); err != io.EOF {
			c.Check(false, "more follows than was due")
		}
	}
	if c.err != nil {
		return fmt.Errorf("is damaged or was not written by this program: %w", c.err)
	}
	return nil
}
