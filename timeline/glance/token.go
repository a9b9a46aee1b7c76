package glance

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// shownToken opens a token as it is told in place of itself (CONTRACT §6).
const shownToken = "‹token {SHA256}"

// TokenDigest gives the digits that a token is known by: the first twelve of
// its SHA-256, of a token in a header's value or of what is told in its place.
func TokenDigest(value string) string {
	if value == "" {
		return ""
	}
	if rest, ok := strings.CutPrefix(value, shownToken); ok {
		digits, _, _ := strings.Cut(rest, "›")
		return digits
	}
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:6])
}
