// Package carry writes and reads the state of a run that ends within a
// capture: what is open at a file's end, for the run over the next file.
//
// Comes in: values, one after another, from the packages that hold state, each
// of which lists its own. Goes out: the same values in another run. Writing and
// reading are the same calls in the same order, so that they cannot differ.
// The package knows no protocol and believes nothing that it reads.
package carry

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unsafe"
)

// Coder writes values to a state, or reads them from one. The first error
// stays; after it all values read are zero.
type Coder struct {
	w   *bufio.Writer
	r   *bufio.Reader
	err error
	at  int64 // bytes read
	// room is how many bytes reading may still allocate.
	room  int64
	depth int // of values within values
}

// Reading tells that values are read.
func (c *Coder) Reading() bool { return c.r != nil }

// Err gives the first error.
func (c *Coder) Err() error { return c.err }

// errDamaged tells that a state is whole by its checksum and yet no state of
// ours.
var errDamaged = errors.New("its content makes no sense")

// Check ends reading with an error where ok is false: what was read cannot be.
// What names it for the message.
func (c *Coder) Check(ok bool, what string) {
	if !ok && c.err == nil && c.Reading() {
		c.err = fmt.Errorf("%w at byte %d: %s", errDamaged, c.at, what)
	}
}

// Fail ends writing or reading with an error.
func (c *Coder) Fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// take books n bytes that reading is about to allocate.
func (c *Coder) take(n int64) bool {
	if c.room -= n; c.room < 0 {
		c.Fail(errors.New("it holds more than any run of glancecap does"))
	}
	return c.err == nil
}

// varint writes x, or gives what was read.
func (c *Coder) varint(x int64) int64 {
	switch {
	case c.err != nil:
		return 0
	case c.w != nil:
		var buf [binary.MaxVarintLen64]byte
		_, c.err = c.w.Write(buf[:binary.PutVarint(buf[:], x)])
		return x
	}
	x, err := binary.ReadVarint((*counting)(c))
	if err != nil {
		c.truncated(err)
		return 0
	}
	return x
}

// truncated ends reading where bytes are missing.
func (c *Coder) truncated(err error) {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = fmt.Errorf("%w: it ends at byte %d, in the middle", errDamaged, c.at)
	}
	c.Fail(err)
}

// counting counts the bytes that are read one by one.
type counting Coder

func (c *counting) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.at++
	}
	return b, err
}

// integer is any whole number.
type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Int carries whole numbers of one type.
func Int[T integer](c *Coder, list ...*T) {
	for _, p := range list {
		x := c.varint(int64(*p))
		if c.Reading() {
			*p = T(x)
			c.Check(int64(*p) == x, "a number is too large")
		}
	}
}

// Bool carries truths.
func (c *Coder) Bool(list ...*bool) {
	for _, p := range list {
		x := int64(0)
		if *p {
			x = 1
		}
		x = c.varint(x)
		if c.Reading() {
			*p = x == 1
			c.Check(x&^1 == 0, "a truth is neither true nor false")
		}
	}
}

// length carries the length of something that may be absent, which is -1. Of
// what is read at most most is believed.
func (c *Coder) length(n, most int) int {
	n = int(c.varint(int64(n)))
	c.Check(n >= -1 && n <= most, "a length is beyond its bound")
	if c.err != nil {
		return 0
	}
	return n
}

// mostBytes bounds a text or a buffer; no bound of a run is larger.
const mostBytes = 64 << 20

// Bytes carries a slice of its own memory; nil stays nil.
func (c *Coder) Bytes(p *[]byte) {
	n := len(*p)
	if *p == nil {
		n = -1
	}
	n = c.length(n, mostBytes)
	switch {
	case c.err != nil:
	case !c.Reading():
		_, c.err = c.w.Write(*p)
	case n < 0:
		*p = nil
	default:
		*p = c.bytes(n)
	}
}

// bytes reads n bytes; no more is allocated at a time than is about to be read.
func (c *Coder) bytes(n int) []byte {
	const step = 64 << 10
	b := make([]byte, 0, min(n, step))
	for len(b) < n {
		m := min(n-len(b), step)
		if !c.take(int64(m)) {
			return nil
		}
		b = append(b, make([]byte, m)...)
		read, err := io.ReadFull(c.r, b[len(b)-m:])
		c.at += int64(read)
		if err != nil {
			c.truncated(err)
			return nil
		}
	}
	return b
}

// Array carries the bytes of a slice whose length stays.
func (c *Coder) Array(b []byte) {
	switch {
	case c.err != nil:
	case !c.Reading():
		_, c.err = c.w.Write(b)
	default:
		copy(b, c.bytes(len(b)))
	}
}

// Text carries texts.
func Text[T ~string](c *Coder, list ...*T) {
	for _, p := range list {
		b := []byte(*p)
		if b == nil {
			b = []byte{}
		}
		c.Bytes(&b)
		if c.Reading() {
			*p = T(b)
		}
	}
}

// Slice carries a slice of at most most elements, each of which one carries;
// nil stays nil.
func Slice[T any](c *Coder, p *[]T, most int, one func(*T)) {
	n := len(*p)
	if *p == nil {
		n = -1
	}
	n = c.length(n, most)
	if !c.Reading() {
		for i := range *p {
			one(&(*p)[i])
		}
		return
	}
	*p = nil
	if n >= 0 && c.err == nil {
		*p = []T{}
	}
	var x T
	for range n {
		if !c.take(int64(unsafe.Sizeof(x))) {
			return
		}
		*p = append(*p, x)
		if one(&(*p)[len(*p)-1]); c.err != nil {
			return
		}
	}
}

// Pointer carries what p points to; nil stays nil. What it points to is made
// new.
func Pointer[T any](c *Coder, p **T, one func(*T)) {
	there := *p != nil
	c.Bool(&there)
	if !there || c.err != nil {
		if c.Reading() {
			*p = nil
		}
		return
	}
	if c.Reading() {
		*p = new(T)
		c.take(int64(unsafe.Sizeof(**p)))
	}
	one(*p)
}

// Index carries which element of a list is meant, -1 for none.
func (c *Coder) Index(at, n int) int {
	at = int(c.varint(int64(at)))
	c.Check(at >= -1 && at < n, "a reference points nowhere")
	if c.err != nil {
		return -1
	}
	return at
}
