package report

import (
	"io"
	"reflect"

	"glancecap/timeline/story"
)

// flushAt is the size at which the encoder hands its buffer on.
const flushAt = 64 << 10

// JSON writes the story as one object, schema glancecap.timeline/1: lists
// element by element, so that no second copy of the story comes to be.
func JSON(w io.Writer, s *story.Story) error {
	return writeObject(w, reflect.ValueOf(s).Elem())
}

// writeObject writes a struct, its lists one element a line.
func writeObject(w io.Writer, v reflect.Value) error {
	e := newEncoder(false)
	b := append(make([]byte, 0, flushAt+flushAt/4), '{')
	first := true
	for _, f := range e.fields(v.Type(), nil) {
		value := v.FieldByIndex(f.index)
		if f.omitEmpty && isEmpty(value) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(b, '\n'), f.key...)
		if value.Kind() != reflect.Slice {
			b = f.append(b, value)
			continue
		}
		var err error
		if b, err = e.writeList(w, b, value); err != nil {
			return err
		}
	}
	_, err := w.Write(append(b, "\n}\n"...))
	return err
}

// writeList appends a list to the buffer, and hands the buffer on when it is
// full.
func (e *encoder) writeList(w io.Writer, b []byte, v reflect.Value) ([]byte, error) {
	element := e.plan(v.Type().Elem())
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = element(append(b, '\n'), v.Index(i))
		if len(b) >= flushAt {
			if _, err := w.Write(b); err != nil {
				return b, err
			}
			b = b[:0]
		}
	}
	return append(b, ']'), nil
}
