package glance

import (
	"maps"
	"slices"
	"strings"
)

// IsUUID tells whether a text is a UUID in its 36-character form. Glance's
// image, task and request ids are (RFC 9562 §4).
func IsUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
			continue
		}
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
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
