package manifest

import (
	"encoding/binary"
	"iter"
)

// Frames are ascending frame numbers in little memory: runs, each as two
// uvarints, the distance from the number before it and the count. The zero
// value holds none.
type Frames struct {
	code []byte
	last int64 // the last number of code
	// first and count are the run that may still grow.
	first, count int64
}

// Add adds a number above all that are there.
func (f *Frames) Add(n int64) {
	if f.count > 0 && n == f.first+f.count {
		f.count++
		return
	}
	f.close()
	f.first, f.count = n, 1
}

// addRun adds a run of numbers above all that are there.
func (f *Frames) addRun(first, count int64) {
	f.close()
	f.first, f.count = first, count
}

// close writes the run that grew.
func (f *Frames) close() {
	if f.count == 0 {
		return
	}
	f.code = binary.AppendUvarint(f.code, uint64(f.first-f.last))
	f.code = binary.AppendUvarint(f.code, uint64(f.count))
	f.last, f.count = f.first+f.count-1, 0
}

// Take gives the code of the runs that are over and forgets it; what is added
// later continues it. With all, the run that may still grow is over too.
func (f *Frames) Take(all bool) []byte {
	if all {
		f.close()
	}
	code := f.code
	f.code = nil
	return code
}

// Size is how many bytes Take would give.
func (f *Frames) Size() int { return len(f.code) }

// Ends gives the first and the last number; 0 and 0 where there is none.
func (f *Frames) Ends() (first, last int64) {
	for from, count := range f.Runs() {
		if last = from + count - 1; first == 0 {
			first = from
		}
	}
	return first, last
}

// Runs gives first number and count of each run.
func (f *Frames) Runs() iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		last := int64(0)
		for first, count := range Decode(f.code) {
			if !yield(last+first, count) {
				return
			}
			last += first + count - 1
		}
		if f.count > 0 {
			yield(f.first, f.count)
		}
	}
}

// Decode gives distance and count of each run of a code. It ends where the
// code does or makes no sense.
func Decode(code []byte) iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		for len(code) > 0 {
			gap, n := binary.Uvarint(code)
			if n <= 0 {
				return
			}
			count, m := binary.Uvarint(code[n:])
			if m <= 0 || !yield(int64(gap), int64(count)) {
				return
			}
			code = code[n+m:]
		}
	}
}

// Cursor goes through frame numbers one by one.
type Cursor struct {
	code       []byte
	next, left int64
	open       Frames
}

// Numbers gives a cursor at the first number.
func (f *Frames) Numbers() Cursor { return Cursor{code: f.code, open: *f} }

// Next gives the next number; false behind the last one.
func (c *Cursor) Next() (int64, bool) {
	if c.left == 0 && !c.run() {
		return 0, false
	}
	c.next++
	c.left--
	return c.next, true
}

// run begins the next run.
func (c *Cursor) run() bool {
	gap, n := binary.Uvarint(c.code)
	if n <= 0 {
		if c.open.count == 0 {
			return false
		}
		c.next, c.left = c.open.first-1, c.open.count
		c.open.count = 0
		return true
	}
	count, m := binary.Uvarint(c.code[n:])
	if m <= 0 || count == 0 {
		return false
	}
	c.code = c.code[n+m:]
	c.next, c.left = c.next+int64(gap)-1, int64(count)
	return true
}
