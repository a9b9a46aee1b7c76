package secret

import "strings"

// fernet is how every Fernet token begins: the version byte 0x80 and the
// first bytes of a 64-bit time, in base64url (Fernet spec).
const fernet = "gAAAAA"

// minFernet is the length from which a text is taken for a token, so that a
// token that was cut is not shown in part.
const minFernet = 16

// Text replaces what is a secret wherever it stands: Fernet tokens and user
// information in URLs.
func (r *Redactor) Text(s string) string {
	return r.userInfo(r.fernets(s))
}

// fernets replaces Fernet tokens.
func (r *Redactor) fernets(s string) string {
	i := strings.Index(s, fernet)
	if i < 0 {
		return s
	}
	var out strings.Builder
	for i >= 0 {
		n := i
		for n < len(s) && isBase64URL(s[n]) {
			n++
		}
		value, end := s[i:n], n
		for end < len(s) && s[end] == '=' || strings.HasPrefix(s[end:], "%3D") || strings.HasPrefix(s[end:], "%3d") {
			value += "="
			if s[end] == '%' {
				end += 2
			}
			end++
		}
		out.WriteString(s[:i])
		if n-i < minFernet {
			out.WriteString(s[i:n])
			end = n
		} else {
			out.WriteString(r.maskEscaped(isToken, value, s[i:end]))
		}
		s = s[end:]
		i = strings.Index(s, fernet)
	}
	out.WriteString(s)
	return out.String()
}

func isBase64URL(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// userInfo replaces the user information of URLs, the whole of it
// (RFC 3986 §3.2.1): swift://account:user:key@host/container/object.
func (r *Redactor) userInfo(s string) string {
	from := 0
	for {
		i := strings.Index(s[from:], "://")
		if i < 0 {
			return s
		}
		from += i + len("://")
		rest := s[from:]
		end := strings.IndexAny(rest, "/?# \t\r\n\"'<>\\,;|`(){}[]")
		if end >= 0 && (rest[end] == '[' || rest[end] == ']') {
			// An IPv6 address behind the user information.
			end = strings.IndexAny(rest, "/?# \t\r\n\"'<>\\,;|`(){}")
		}
		if end < 0 {
			end = len(rest)
		}
		at := strings.LastIndexByte(rest[:end], '@')
		if at < 0 {
			// A key may hold a slash that nobody quoted: up to an @ before
			// the next blank or quotation mark, if a colon comes first.
			if at = slashedKey(rest); at < 0 {
				continue
			}
		}
		if at == 0 || isMask(rest[:at]) {
			continue
		}
		mask := r.maskUser(rest[:at])
		s = s[:from] + mask + rest[at:]
		from += len(mask)
	}
}

// maskUser replaces user information, in place user and password each for
// itself.
func (r *Redactor) maskUser(info string) string {
	colon := strings.LastIndexByte(info, ':')
	if r.inPlace == nil || colon < 0 {
		return r.password(info)
	}
	return r.pseudonym(isUser, info[:colon], info[:colon]) + ":" + r.password(info[colon+1:])
}

// slashedKey finds the @ behind user:key with a key that holds a slash.
func slashedKey(s string) int {
	colon := strings.IndexByte(s, ':')
	slash := strings.IndexByte(s, '/')
	if colon < 0 || slash < colon {
		return -1
	}
	if colon+1 < len(s) && slash-colon <= 6 && allDigits(s[colon+1:slash]) {
		return -1 // a port
	}
	end := strings.IndexAny(s, "?# \t\r\n\"'<>\\")
	if end < 0 {
		end = len(s)
	}
	return strings.IndexByte(s[:end], '@')
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
