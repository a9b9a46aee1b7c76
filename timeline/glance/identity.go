package glance

import "strings"

// AuditID is how long a token's audit id is: 16 bytes in base64url without
// padding.
const AuditID = 22

// Identities lists what may name a token in Keystone's SQL: the ids of users
// and projects (32 hexadecimal digits), and the audit ids by which tokens are
// revoked. The token itself is never there. They lie in the text.
func Identities(text string) (list []string) {
	for {
		_, rest, ok := strings.Cut(text, "'")
		if !ok {
			return list
		}
		value, behind, ok := strings.Cut(rest, "'")
		if !ok {
			return list
		}
		if len(value) == 32 && isOf(value, "") || len(value) == AuditID && isOf(value, "ghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") {
			list = append(list, value)
		}
		text = behind
	}
}

// isOf tells whether a text has hexadecimal digits and others alone.
func isOf(s, others string) bool {
	for k := range len(s) {
		if c := s[k]; (c < '0' || c > '9') && (c < 'a' || c > 'f') && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return true
}
