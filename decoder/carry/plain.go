package carry

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// mostElements bounds a list within a record.
const mostElements = 1 << 20

// deepest is how far values may lie within values: a record's lists of lists
// are four deep.
const deepest = 16

// Plain carries a struct that holds nothing but exported fields of plain
// types, as the records are: numbers, texts, truths, and lists of, maps of
// texts of, pointers to and structs of them. p points to it. Pointers are
// followed and made new: two that point to one thing point to two afterwards.
func (c *Coder) Plain(p any) { c.value(reflect.ValueOf(p).Elem()) }

func (c *Coder) value(v reflect.Value) {
	if c.depth++; c.depth > deepest {
		c.Check(false, "values lie too deep within each other")
	}
	defer func() { c.depth-- }()
	if c.err != nil {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		b := v.Bool()
		if c.Bool(&b); c.Reading() {
			v.SetBool(b)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if x := c.varint(v.Int()); c.Reading() {
			v.SetInt(x)
			c.Check(v.Int() == x, "a number is too large")
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if x := c.varint(int64(v.Uint())); c.Reading() {
			v.SetUint(uint64(x))
			c.Check(int64(v.Uint()) == x, "a number is too large")
		}
	case reflect.String:
		text := v.String()
		if Text(c, &text); c.Reading() {
			v.SetString(text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			c.value(v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			c.value(v.Index(i))
		}
	case reflect.Slice:
		c.list(v)
	case reflect.Pointer:
		c.pointer(v)
	case reflect.Map:
		c.texts(v)
	default:
		c.Fail(fmt.Errorf("a %s cannot be carried", v.Type()))
	}
}

// list carries a slice.
func (c *Coder) list(v reflect.Value) {
	n := v.Len()
	if v.IsNil() {
		n = -1
	}
	n = c.length(n, mostElements)
	if !c.Reading() {
		for i := range v.Len() {
			c.value(v.Index(i))
		}
		return
	}
	v.SetZero()
	if n >= 0 && c.err == nil {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	element := v.Type().Elem()
	for i := range n {
		if !c.take(int64(element.Size())) {
			return
		}
		v.Set(reflect.Append(v, reflect.Zero(element)))
		if c.value(v.Index(i)); c.err != nil {
			return
		}
	}
}

// pointer carries what a pointer points to.
func (c *Coder) pointer(v reflect.Value) {
	there := !v.IsNil()
	c.Bool(&there)
	switch {
	case c.err != nil:
	case !there:
		if c.Reading() {
			v.SetZero()
		}
	default:
		if c.Reading() {
			v.Set(reflect.New(v.Type().Elem()))
			c.take(int64(v.Type().Elem().Size()))
		}
		c.value(v.Elem())
	}
}

// texts carries a map of texts, in the order of its keys.
func (c *Coder) texts(v reflect.Value) {
	p, ok := v.Addr().Interface().(*map[string]string)
	if !ok {
		c.Fail(fmt.Errorf("a %s cannot be carried", v.Type()))
		return
	}
	type pair struct{ key, value string }
	var list []pair
	if *p != nil {
		list = []pair{}
	}
	for _, key := range slices.Sorted(maps.Keys(*p)) {
		list = append(list, pair{key, (*p)[key]})
	}
	Slice(c, &list, mostElements, func(x *pair) { Text(c, &x.key, &x.value) })
	if !c.Reading() {
		return
	}
	*p = nil
	if list != nil {
		*p = make(map[string]string)
	}
	for _, x := range list {
		(*p)[x.key] = x.value
	}
}
