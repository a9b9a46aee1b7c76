package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// pseudonyms makes, of a secret, letters and digits of the same length that
// stand for it: the same for the same secret, and not to be guessed back
// without the key (HMAC, RFC 2104).
type pseudonyms struct {
	key   []byte
	given map[[2]string]string // by value and how it stood
	taken map[string]bool      // those given, without what pads them
	// met is called with each secret and how it stood, every time.
	met func(Met)
}

// Met is a secret that was recognised.
type Met struct {
	// Value is the secret, Raw what stood in its place, Pseudonym what takes
	// that place now.
	Value, Raw, Pseudonym string
	// Guessable tells that it is a password or the like, which may be a plain
	// word that means something else where it stands elsewhere; User that it is
	// the name beside one, a secret in this place only.
	Guessable, User bool
}

// pseudonym gives what stands for a secret in the place of raw.
func (r *Redactor) pseudonym(c class, value, raw string) string {
	if raw == "" {
		return raw
	}
	p := r.inPlace
	if len(raw) >= minToken && p.taken[unpadded(raw)] {
		return raw // replaced already
	}
	r.found++
	name, known := p.given[[2]string{value, raw}]
	if !known {
		name = p.make(value, raw)
		p.given[[2]string{value, raw}] = name
		p.taken[unpadded(name)] = true
	}
	if p.met != nil {
		p.met(Met{Value: value, Raw: raw, Pseudonym: name, Guessable: c != isToken || len(value) < minToken, User: c == isUser})
	}
	return name
}

// make makes a pseudonym that nothing else has and that is not the secret. Of
// secrets of a byte or two there are not enough; they may share one.
func (p *pseudonyms) make(value, raw string) (name string) {
	const tries = 64
	for i := range uint64(tries) {
		name = p.letters(value, raw, i)
		if plain := unpadded(name); name != raw && !p.taken[plain] {
			break
		}
	}
	return name
}

// The alphabets, of which a pseudonym has the one that its secret has.
const (
	digits   = "0123456789"
	hexLower = digits + "abcdef"
	hexUpper = digits + "ABCDEF"
	alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits
)

// letters draws a pseudonym. What tells the kind of a secret and nothing else
// stays: the beginning of a Fernet token, the star of a hashed password, the
// padding of base64.
func (p *pseudonyms) letters(value, raw string, try uint64) string {
	head := ""
	switch {
	case strings.HasPrefix(raw, fernet):
		head = fernet
	case len(raw) == 41 && raw[0] == '*':
		head = "*"
	}
	body := unpadded(raw[len(head):])
	pad := raw[len(head)+len(body):]
	if body == "" {
		head, body, pad = "", raw, ""
	}
	from := alphabet
	for _, a := range [...]string{digits, hexLower, hexUpper} {
		if strings.Trim(body, a) == "" && (a == digits || len(body) >= 8) {
			from = a
			break
		}
	}
	mac := hmac.New(sha256.New, p.key)
	var drawn []byte
	out := make([]byte, len(body))
	for i := range out {
		if i*2%sha256.Size == 0 {
			mac.Reset()
			mac.Write(binary.BigEndian.AppendUint64(nil, try))
			mac.Write(binary.BigEndian.AppendUint64(nil, uint64(i)))
			mac.Write([]byte(value))
			drawn = mac.Sum(drawn[:0])
		}
		k := i * 2 % sha256.Size
		out[i] = from[int(drawn[k])<<8+int(drawn[k+1])-(int(drawn[k])<<8+int(drawn[k+1]))/len(from)*len(from)]
	}
	if from == digits && out[0] == '0' {
		out[0] = '1' // a number begins with no zero
	}
	return head + string(out) + pad
}

// unpadded gives a text without the equals signs at its end, also where they
// are escaped for a URL.
func unpadded(s string) string {
	for {
		switch {
		case strings.HasSuffix(s, "="):
			s = s[:len(s)-1]
		case len(s) > 3 && strings.EqualFold(s[len(s)-3:], "%3D"):
			s = s[:len(s)-3]
		default:
			return s
		}
	}
}

// basic replaces the credentials of the Basic scheme (RFC 7617), so that the
// password in them has its own pseudonym also elsewhere.
func (r *Redactor) basic(credentials string) string {
	b, err := base64.StdEncoding.DecodeString(credentials)
	_, password, ok := strings.Cut(string(b), ":")
	if err == nil && ok && password != "" {
		r.password(password)
	}
	return r.password(credentials)
}
