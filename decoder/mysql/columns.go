package mysql

import "glancecap/decoder/record"

// columnType is what is needed of a column's definition to read its values.
type columnType struct {
	kind     fieldType
	unsigned bool
}

// isNumber tells that text rows hold the type's values as numbers.
func (t columnType) isNumber() bool {
	switch t.kind {
	case typeDecimal, typeTiny, typeShort, typeLong, typeFloat, typeDouble, typeLongLong, typeInt24, typeYear, typeNewDecimal:
		return true
	}
	return false
}

// columnSet is what the definitions of a result set's columns say.
type columnSet struct {
	names []string
	types []columnType
	odd   bool // a definition could not be read
}

// definitions collects the raw definitions of a result set.
type definitions struct {
	raw []byte
	// ends are the offsets in raw at which the definitions end.
	ends []int
	// damaged tells that one of them is not whole, or that there are too many.
	damaged bool
}

// maxDefinitions bounds the raw definitions of one result set; 4096 columns
// have less.
const maxDefinitions = 1 << 20

func (d *definitions) reset() {
	if cap(d.raw) > maxIdleBuffer {
		d.raw = nil
	}
	if cap(d.ends) > maxIdleBuffer/8 {
		d.ends = nil
	}
	d.raw, d.ends, d.damaged = d.raw[:0], d.ends[:0], false
}

func (d *definitions) add(p *packet) {
	if !p.whole() || len(d.raw)+len(p.data) > maxDefinitions {
		d.damaged = true
		return
	}
	d.raw = append(d.raw, p.data...)
	d.ends = append(d.ends, len(d.raw))
}

// columnCache gives equal definitions the same columnSet, so that a statement
// that comes again and again costs no names.
type columnCache struct {
	sets  map[string]*columnSet // by the raw definitions
	bytes int
	// carried are those that came with a state, by all that they say.
	carried map[string]*columnSet
}

// maxCachedDefinitions bounds the keys of the cache; beyond, it begins anew.
const maxCachedDefinitions = 8 << 20

// get gives the columns that were defined, nil where a definition is damaged.
func (cc *columnCache) get(d *definitions, extended bool) *columnSet {
	if d.damaged {
		return nil
	}
	if set := cc.sets[string(d.raw)]; set != nil && len(set.names) == len(d.ends) {
		return set
	}
	set := &columnSet{names: make([]string, len(d.ends)), types: make([]columnType, len(d.ends))}
	begin := 0
	for i, end := range d.ends {
		ok := false
		set.names[i], set.types[i], ok = readColumn(d.raw[begin:end], extended)
		set.odd = set.odd || !ok
		begin = end
	}
	if cc.bytes += len(d.raw); cc.bytes > maxCachedDefinitions {
		clear(cc.sets)
		cc.bytes = len(d.raw)
	}
	cc.sets[string(d.raw)] = set
	return set
}

// readColumn reads a column's definition
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_column_definition.html;
// MariaDB may put extended metadata before the fixed part:
// https://mariadb.com/kb/en/result-set-packets/). Where it is not known
// whether it does, the length of the fixed part tells.
func readColumn(b []byte, extended bool) (string, columnType, bool) {
	const fixed = 12
	c := cursor{b: b}
	for range 4 { // catalog, schema, table, original table
		c.bytes()
	}
	label := name(c.bytes())
	c.bytes() // original name
	if extended || len(c.b) > 0 && c.b[0] != fixed || len(c.b) > 0 && len(c.b) < 1+fixed {
		c.bytes()
	}
	if c.uint8(); c.short {
		return record.NoName, columnType{}, false
	}
	c.take(2 + 4) // character set, length
	kind, flags := c.uint8(), c.uint16()
	const unsigned = 0x20
	return label, columnType{kind: fieldType(kind), unsigned: flags&unsigned != 0}, !c.short
}
