package mysql

import "encoding/binary"

// cursor reads the protocol's data types from a payload
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_data_types.html).
// What it hands out are slices of the payload. Reading beyond the end sets
// short and gives zeros from then on.
type cursor struct {
	b     []byte
	short bool
}

// take gives the next n bytes.
func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.short, c.b = true, nil
		return nil
	}
	b := c.b[:n:n]
	c.b = c.b[n:]
	return b
}

// rest gives what is left.
func (c *cursor) rest() []byte {
	b := c.b
	c.b = nil
	return b
}

func (c *cursor) uint8() uint8 {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) uint16() uint16 {
	if b := c.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) uint32() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) uint64() uint64 {
	if b := c.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// lenenc reads a length-encoded integer. The first bytes 0xfb and 0xff are no
// lengths.
func (c *cursor) lenenc() uint64 {
	switch x := c.uint8(); x {
	default:
		return uint64(x)
	case 0xfc:
		return uint64(c.uint16())
	case 0xfd:
		if b := c.take(3); b != nil {
			return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16
		}
		return 0
	case 0xfe:
		return c.uint64()
	case 0xfb, 0xff:
		c.short, c.b = true, nil
		return 0
	}
}

// bytes reads a length-encoded string.
func (c *cursor) bytes() []byte {
	n := c.lenenc()
	if n > uint64(len(c.b)) {
		c.short, c.b = true, nil
		return nil
	}
	return c.take(int(n))
}

// upToNUL reads a string that ends with a NUL byte.
func (c *cursor) upToNUL() []byte {
	for i, x := range c.b {
		if x == 0 {
			b := c.b[:i:i]
			c.b = c.b[i+1:]
			return b
		}
	}
	c.short, c.b = true, nil
	return nil
}

// uint24 reads the three bytes of a packet's length.
func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
