package report

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"glancecap/timeline/story"
)

// encoder appends values as JSON. It follows the structs' json tags as
// encoding/json does, with these differences: a list is never null, nothing is
// escaped for HTML, and what a terminal could take for a command or what turns
// the reading direction is escaped. It works each type out once, which makes it
// several times as fast as encoding/json on the tens of thousands of
// statements of a story.
type encoder struct {
	plans map[reflect.Type]appender
	// nulls writes a nil list as null: in records it says that there is
	// none, in a story that it is empty.
	nulls bool
}

// appender appends one value.
type appender func(b []byte, v reflect.Value) []byte

func newEncoder(nulls bool) *encoder {
	return &encoder{plans: make(map[reflect.Type]appender), nulls: nulls}
}

// append appends any value.
func (e *encoder) append(b []byte, value any) []byte {
	if value == nil {
		return append(b, "null"...)
	}
	v := reflect.ValueOf(value)
	return e.plan(v.Type())(b, v)
}

// plan gives the appender of a type.
func (e *encoder) plan(t reflect.Type) appender {
	if p, ok := e.plans[t]; ok {
		return p
	}
	// A type that holds itself finds this while its plan is being made.
	e.plans[t] = func(b []byte, v reflect.Value) []byte { return e.plans[t](b, v) }
	p := e.makePlan(t)
	e.plans[t] = p
	return p
}

var (
	marshaler = reflect.TypeFor[json.Marshaler]()
	few       = reflect.TypeFor[lister]()
	jumping   = reflect.TypeFor[jumper]()
)

// lister is a story.Few of anything.
type lister interface{ List() any }

// jumper is what leads to its packets and has no field that says so: the way is
// told behind its fields, as "wireshark".
type jumper interface{ Wireshark() story.Jump }

func (e *encoder) makePlan(t reflect.Type) appender {
	switch t {
	case reflect.TypeFor[story.Time]():
		return appendTime
	case reflect.TypeFor[story.Text]():
		return func(b []byte, v reflect.Value) []byte { return appendString(b, v.Interface().(story.Text).String()) }
	case reflect.TypeFor[story.Row]():
		return e.appendRow
	case reflect.TypeFor[story.Jump]():
		return appendJump
	}
	if t.Implements(few) {
		list := e.plan(listType(t))
		return func(b []byte, v reflect.Value) []byte { return list(b, reflect.ValueOf(v.Interface().(lister).List())) }
	}
	if t.Implements(marshaler) && t.Kind() != reflect.Pointer {
		return appendMarshaled
	}
	switch t.Kind() {
	case reflect.String:
		return func(b []byte, v reflect.Value) []byte { return appendString(b, v.String()) }
	case reflect.Bool:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendBool(b, v.Bool()) }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendInt(b, v.Int(), 10) }
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendUint(b, v.Uint(), 10) }
	case reflect.Pointer:
		return e.pointer(t)
	case reflect.Interface:
		return func(b []byte, v reflect.Value) []byte { return e.append(b, v.Interface()) }
	case reflect.Slice, reflect.Array:
		return e.list(t)
	case reflect.Struct:
		return e.object(t)
	}
	return appendMarshaled // maps, floats: encoding/json sorts and formats them
}

// listType gives the type of the list of a story.Few.
func listType(t reflect.Type) reflect.Type {
	return reflect.TypeOf(reflect.Zero(t).Interface().(lister).List())
}

// pointer appends null or what a pointer points to.
func (e *encoder) pointer(t reflect.Type) appender {
	to := e.plan(t.Elem())
	if t.Implements(marshaler) && !t.Elem().Implements(marshaler) {
		to = func(b []byte, v reflect.Value) []byte { return appendMarshaled(b, v.Addr()) }
	}
	return func(b []byte, v reflect.Value) []byte {
		if v.IsNil() {
			return append(b, "null"...)
		}
		return to(b, v.Elem())
	}
}

// list appends a list. Bytes are base64, as in
// encoding/json.
func (e *encoder) list(t reflect.Type) appender {
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
		return appendMarshaled
	}
	element := e.plan(t.Elem())
	return func(b []byte, v reflect.Value) []byte {
		if e.nulls && v.Kind() == reflect.Slice && v.IsNil() {
			return append(b, "null"...)
		}
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = element(b, v.Index(i))
		}
		return append(b, ']')
	}
}

// field is a field of a struct. One without an index is the struct itself as it
// appends something more.
type field struct {
	name      string
	key       string // `"name":`
	index     []int
	of        reflect.Type
	omitEmpty bool
	append    appender
}

// object appends a struct. The fields of embedded structs stand where those
// are embedded.
func (e *encoder) object(t reflect.Type) appender {
	fields := e.fields(t, nil)
	return func(b []byte, v reflect.Value) []byte {
		b = append(b, '{')
		first := true
		for i := range fields {
			f := &fields[i]
			value := v
			for _, n := range f.index {
				if value.Kind() == reflect.Pointer {
					value = value.Elem()
				}
				value = value.Field(n)
			}
			if f.omitEmpty && isEmpty(value) {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = f.append(append(b, f.key...), value)
		}
		return append(b, '}')
	}
}

// fields lists the fields of a struct by their tags.
func (e *encoder) fields(t reflect.Type, at []int) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(append([]int(nil), at...), i)
		tag, tagged := f.Tag.Lookup("json")
		if f.Anonymous && !tagged {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			fields = append(fields, e.fields(inner, index)...)
			continue
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		fields = append(fields, field{
			name: name, key: string(append(appendString(nil, name), ':')), index: index,
			of: f.Type, omitEmpty: options == "omitempty", append: e.plan(f.Type),
		})
	}
	if reflect.PointerTo(t).Implements(jumping) {
		fields = append(fields, field{name: "wireshark", key: `"wireshark":`, of: reflect.TypeFor[story.Jump](), append: appendWay})
	}
	return fields
}

// appendWay appends the way to the packets of a struct.
func appendWay(b []byte, v reflect.Value) []byte {
	return appendJump(b, reflect.ValueOf(v.Addr().Interface().(jumper).Wireshark()))
}

// isEmpty tells what omitempty leaves out.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// appendTime appends RFC 3339 in UTC with nine decimals.
func appendTime(b []byte, v reflect.Value) []byte {
	t := story.Time(v.Int())
	if t == story.NoTime {
		return append(b, "null"...)
	}
	b = time.Unix(0, int64(t)).UTC().AppendFormat(append(b, '"'), "2006-01-02T15:04:05.000000000Z")
	return append(b, '"')
}

// appendJump appends the way to something's packets, or null.
func appendJump(b []byte, v reflect.Value) []byte {
	j := v.Interface().(story.Jump)
	if j.First == 0 {
		return append(b, "null"...)
	}
	b = appendString(append(b, `{"filter":`...), j.Filter())
	b = appendString(append(b, `,"command":`...), j.Template())
	return append(b, '}')
}

// appendRow appends a row as an object.
func (e *encoder) appendRow(b []byte, v reflect.Value) []byte {
	row := v.Interface().(story.Row)
	b = append(b, '{')
	for k, c := range row {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, c.Column), ':')
		if c.Value == nil {
			b = append(b, "null"...)
		} else {
			b = appendString(b, *c.Value)
		}
	}
	return append(b, '}')
}

// appendMarshaled appends what encoding/json makes of a value, made safe: in
// valid JSON the characters in question stand in strings alone.
func appendMarshaled(b []byte, v reflect.Value) []byte {
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return append(b, "null"...)
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if dangerous(r) {
			b = appendEscape(b, r)
		} else {
			b = append(b, text[i:i+size]...)
		}
		i += size
	}
	return b
}

// dangerous tells which characters must not stand in JSON as they are, though
// JSON allows it: DEL and C1 controls, bidirectional overrides and other
// formats, line separators.
func dangerous(r rune) bool { return r >= 0x7f && !unicode.IsPrint(r) }

const hexDigits = "0123456789abcdef"

// appendString appends a string; bytes that are not UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != 0x7f {
				i++
				continue
			}
			b = append(b, s[done:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, `\n`...)
			case '\r':
				b = append(b, `\r`...)
			case '\t':
				b = append(b, `\t`...)
			default:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			done = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || dangerous(r) {
			b = appendEscape(append(b, s[done:i]...), r)
			done = i + size
		}
		i += size
	}
	return append(append(b, s[done:]...), '"')
}

// appendEscape appends \uXXXX, two of them beyond the basic plane (RFC 8259
// §7).
func appendEscape(b []byte, r rune) []byte {
	units := []rune{r}
	if r > 0xffff {
		r -= 0x10000
		units = []rune{0xd800 + r>>10, 0xdc00 + r&0x3ff}
	}
	for _, u := range units {
		b = append(b, '\\', 'u', hexDigits[u>>12&15], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
	}
	return b
}
