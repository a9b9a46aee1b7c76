package story

import "encoding/json"

// Few is a list that nearly always is empty: it takes one word where a slice
// takes three, of each of very many statements. The zero value is empty.
type Few[T any] struct{ list *[]T }

// FewOf keeps a list, which is not copied.
func FewOf[T any](list []T) Few[T] {
	if len(list) == 0 {
		return Few[T]{}
	}
	kept := list // what is taken the address of is on the heap, also where nothing is kept
	return Few[T]{&kept}
}

// All gives the list, which is to be read only.
func (f Few[T]) All() []T {
	if f.list == nil {
		return nil
	}
	return *f.list
}

// Add adds to the list.
func (f *Few[T]) Add(x T) {
	if f.list == nil {
		f.list = new([]T)
	}
	*f.list = append(*f.list, x)
}

// List gives the list whatever it is of, for an encoder.
func (f Few[T]) List() any { return f.All() }

// MarshalJSON writes the list, which is never null.
func (f Few[T]) MarshalJSON() ([]byte, error) {
	if f.list == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(*f.list)
}
