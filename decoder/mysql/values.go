package mysql

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"

	"glancecap/decoder/record"
)

// readBinary reads a value of the binary protocol
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html,
// "Binary Protocol Value").
func readBinary(r *room, c *cursor, kind fieldType, unsigned bool) record.Value {
	switch kind {
	case typeNull:
		return record.Value{Kind: record.ValueNull}
	case typeTiny, typeBool:
		return integer(r, uint64(c.uint8()), 8, unsigned)
	case typeShort, typeYear:
		return integer(r, uint64(c.uint16()), 16, unsigned || kind == typeYear)
	case typeLong, typeInt24:
		return integer(r, uint64(c.uint32()), 32, unsigned)
	case typeLongLong:
		return integer(r, c.uint64(), 64, unsigned)
	case typeFloat:
		return float(r, float64(math.Float32frombits(c.uint32())), 32)
	case typeDouble:
		return float(r, math.Float64frombits(c.uint64()), 64)
	case typeDate, typeNewDate:
		return readDate(r, c, false)
	case typeDateTime, typeTimestamp, typeTimestamp2, typeDateTime2:
		return readDate(r, c, true)
	case typeTime, typeTime2:
		return readTime(r, c)
	case typeBit:
		return bitValue(r, c.bytes())
	case typeDecimal, typeNewDecimal:
		v := bytesValue(r, c.bytes())
		if v.Kind == record.ValueText && isDecimal(v.Text) {
			v.Kind = record.ValueNumber
		}
		return v
	}
	return bytesValue(r, c.bytes())
}

// integer gives a number of so many bits.
func integer(r *room, x uint64, bits uint, unsigned bool) record.Value {
	if unsigned {
		return record.Value{Kind: record.ValueNumber, Text: r.unsigned(x)}
	}
	shift := 64 - bits
	return record.Value{Kind: record.ValueNumber, Text: r.integer(int64(x<<shift) >> shift)}
}

// float gives a number in the shortest form that says its value.
func float(r *room, x float64, bits int) record.Value {
	format := byte('f')
	if a := math.Abs(x); a != 0 && (a < 1e-5 || a >= 1e15) {
		format = 'e'
	}
	kind := record.ValueNumber
	if math.IsNaN(x) || math.IsInf(x, 0) {
		kind = record.ValueText
	}
	var b [32]byte
	return record.Value{Kind: kind, Text: r.keep(strconv.AppendFloat(b[:0], x, format, -1, bits))}
}

// isDecimal tells whether text is a decimal number, as JSON knows them.
func isDecimal(text string) bool {
	digits := 0
	for i := range len(text) {
		switch x := text[i]; {
		case x >= '0' && x <= '9':
			digits++
		case x == '-' && i == 0, x == '.' && i > 0 && i+1 < len(text):
		default:
			return false
		}
	}
	_, err := strconv.ParseFloat(text, 64)
	return digits > 0 && err == nil
}

// readDate reads DATE, DATETIME and TIMESTAMP: a length of 0, 4, 7 or 11, and
// 13 where a client of MySQL 8.0.19 and later sends a time with its zone
// (set_param_datetime in sql/sql_prepare.cc). Of a DATE, servers read no time of
// day, though MariaDB's Connector/J sends one (set_param_date there).
func readDate(r *room, c *cursor, clock bool) record.Value {
	in := cursor{b: c.bytes()}
	n := len(in.b)
	switch n {
	case 0, 4, 7, 11, 13:
	default:
		c.short, c.b = true, nil
		return record.Value{Kind: record.ValueUnknown}
	}
	b := make([]byte, 0, 26)
	b = pad(b, int(in.uint16orZero()), 4)
	b = pad(append(b, '-'), int(in.uint8orZero()), 2)
	b = pad(append(b, '-'), int(in.uint8orZero()), 2)
	if clock {
		b = append(b, ' ')
		b = in.clock(b, n >= 11)
	}
	if n == 13 {
		b = appendZone(b, int16(in.uint16()))
	}
	return record.Value{Kind: record.ValueText, Text: r.keep(b)}
}

// appendZone appends a zone's distance from UTC as literals have it.
func appendZone(b []byte, minutes int16) []byte {
	m, sign := int(minutes), byte('+')
	if m < 0 {
		m, sign = -m, '-'
	}
	b = pad(append(b, sign), m/60, 2)
	return pad(append(b, ':'), m%60, 2)
}

// readTime reads TIME: a length of 0, 8 or 12.
func readTime(r *room, c *cursor) record.Value {
	in := cursor{b: c.bytes()}
	n := len(in.b)
	switch n {
	case 0, 8, 12:
	default:
		c.short, c.b = true, nil
		return record.Value{Kind: record.ValueUnknown}
	}
	b := make([]byte, 0, 20)
	if in.uint8orZero() != 0 {
		b = append(b, '-')
	}
	var days uint32
	if n > 0 {
		days = in.uint32()
	}
	hours := uint64(days)*24 + uint64(in.uint8orZero())
	b = pad(b, int(hours), 2)
	b = in.minutes(b, n == 12)
	return record.Value{Kind: record.ValueText, Text: r.keep(b)}
}

// clock appends a time of day, 0 where it was left out.
func (c *cursor) clock(b []byte, micros bool) []byte {
	return c.minutes(pad(b, int(c.uint8orZero()), 2), micros)
}

// minutes appends minutes, seconds and microseconds; servers write none where
// they are 0 (Item_param::set_time).
func (c *cursor) minutes(b []byte, micros bool) []byte {
	b = pad(append(b, ':'), int(c.uint8orZero()), 2)
	b = pad(append(b, ':'), int(c.uint8orZero()), 2)
	if micros {
		if n := c.uint32(); n > 0 {
			b = pad(append(b, '.'), int(n), 6)
		}
	}
	return b
}

// uint8orZero reads a part of a time that may be left out.
func (c *cursor) uint8orZero() uint8 {
	if len(c.b) == 0 {
		return 0
	}
	return c.uint8()
}

// uint16orZero reads a part of a time that may be left out.
func (c *cursor) uint16orZero() uint16 {
	if len(c.b) == 0 {
		return 0
	}
	return c.uint16()
}

// pad appends a number with at least so many digits.
func pad(b []byte, x, digits int) []byte {
	for limit := 1; digits > 1; digits-- {
		limit = 1
		for range digits - 1 {
			limit *= 10
		}
		if x >= limit {
			break
		}
		b = append(b, '0')
	}
	return strconv.AppendInt(b, int64(x), 10)
}

// bytesValue gives a string: as text if it is UTF-8, else as bytes.
func bytesValue(r *room, b []byte) record.Value {
	if utf8.Valid(b) {
		return record.Value{Kind: record.ValueText, Text: r.keep(b)}
	}
	return record.Value{Kind: record.ValueBytes, Text: r.keep(b)}
}

// bitValue gives a BIT, which travels as big-endian bytes, as a number.
func bitValue(r *room, b []byte) record.Value {
	if len(b) == 0 || len(b) > 8 {
		return bytesValue(r, b)
	}
	var wide [8]byte
	copy(wide[8-len(b):], b)
	return record.Value{Kind: record.ValueNumber, Text: r.unsigned(binary.BigEndian.Uint64(wide[:]))}
}

// readBinaryRow reads a row of the binary protocol
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html).
// What is missing of it is unknown.
func readBinaryRow(r *room, p *packet, types []columnType) []record.Value {
	const offset = 2 // the bitmap's first two bits are not used
	row := r.newValues(len(types))[:len(types)]
	c := cursor{b: p.data}
	c.take(1)
	nulls := c.take((len(types) + 7 + offset) / 8)
	for i, t := range types {
		bit := i + offset
		switch {
		case nulls == nil || c.short:
			row[i] = record.Value{Kind: record.ValueUnknown}
		case nulls[bit/8]&(1<<(bit%8)) != 0:
			row[i] = record.Value{Kind: record.ValueNull}
		default:
			row[i] = readBinary(r, &c, t.kind, t.unsigned)
			if c.short {
				row[i] = record.Value{Kind: record.ValueUnknown}
			}
		}
	}
	return row
}
