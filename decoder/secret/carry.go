package secret

import (
	"crypto/sha256"

	"glancecap/decoder/carry"
)

// Carry carries which passwords were told, so that equal ones are shown equal
// over all files of a rotated capture: the key of the run, and the keyed hashes by
// their numbers. Who has both can try passwords, as who has the bytes of packets
// that a state holds.
func (r *Redactor) Carry(c *carry.Coder) {
	c.Array(r.key[:])
	told := make([][sha256.Size]byte, len(r.seen))
	for sum, n := range r.seen {
		told[n-1] = sum
	}
	carry.Slice(c, &told, maxPasswords, func(sum *[sha256.Size]byte) { c.Array(sum[:]) })
	if !c.Reading() {
		return
	}
	clear(r.seen)
	for i, sum := range told {
		r.seen[sum] = i + 1
	}
	c.Check(len(r.seen) == len(told), "a password has two numbers")
}
