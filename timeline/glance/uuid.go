package glance

import (
	"maps"
	"slices"
	"strings"
)

// uuidBytes tells what a byte is in a UUID: 0 a hexadecimal digit, 1 a dash, more
// than there can be dashes anything else.
var uuidBytes = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'f':
		case c == '-':
			t[c] = 1
		default:
			t[c] = 64
		}
	}
	return t
}()

// IsUUID tells whether a text is a UUID in its 36-character form. Glance's
// image, task and request ids are (RFC 9562 §4). It is asked several times a
// statement: so the bytes are counted by what they are, without a branch each.
func IsUUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	sum := 0
	for i := range len(s) {
		sum += int(uuidBytes[s[i]])
	}
	return sum == 4
}

// ImageOfObject gives the image id in the name of a Swift object, which is
// the id itself or a segment's name, id-00001 (glance_store/_drivers/swift).
func ImageOfObject(object string) (id string, segment bool) {
	if IsUUID(object) {
		return object, false
	}
	if len(object) == 42 && object[36] == '-' && IsUUID(object[:36]) && strings.Trim(object[37:], "0123456789") == "" {
		return object[:36], true
	}
	return "", false
}

// sortedKeys gives a map's keys in order, so that equal input gives equal
// output.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
