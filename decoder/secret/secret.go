// Package secret recognises secrets in records and replaces them, before any
// output sees them.
//
// Comes in: records and their texts. Goes out: the same with `‹token
// {SHA256}5e7d771c277d›` for tokens and `‹password›` for what can be guessed.
// It keeps no secret: of a password only a keyed hash, to tell equal ones.
package secret

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// maxPasswords bounds the passwords that are told apart; beyond, they are all
// shown as `‹password ?›`.
const maxPasswords = 64 << 10

// minToken is how long a text must be to be shown by its digest: what is
// shorter can be guessed and tried.
const minToken = 16

const (
	tokenOpen    = "‹token {SHA256}"
	passwordOpen = "‹password"
	maskClose    = "›"
	digestDigits = 12
)

// Redactor replaces the secrets of one run. Equal passwords of a run are
// shown equal. It is not safe for concurrent use.
type Redactor struct {
	key  [32]byte
	seen map[[sha256.Size]byte]int
	// found counts the replacements since the record at hand began.
	found int
	// columns remembers which columns of a shared list hold secrets.
	columns map[columnList]map[int]class
	// prepared remembers of texts of prepared statements that hold no secret
	// which of their parameters do.
	prepared map[string]map[int]class
	// places tells of each mould (sqltext) what its texts' literals are.
	places []places
	// inPlace makes what is of the secret's own length; nil: masks are made.
	inPlace *pseudonyms
}

// NewRedactor gives the redactor of a run. Its key is random; what it shows
// depends only on the order of the passwords.
func NewRedactor() *Redactor {
	r := &Redactor{seen: make(map[[sha256.Size]byte]int)}
	rand.Read(r.key[:]) // never fails (crypto/rand)
	return r
}

// Token gives what is shown for a token: the first 12 hex digits of the
// SHA-256 that OpenStack's own clients print in their debug output
// (keystoneauth1, session.py).
func Token(s string) string {
	sum := sha256.Sum256([]byte(s))
	return tokenOpen + hex.EncodeToString(sum[:])[:digestDigits] + maskClose
}

// token masks a token, or a text in a token's place that is short enough to
// be guessed.
func (r *Redactor) token(s string) string {
	if r.inPlace != nil {
		return r.pseudonym(isToken, s, s)
	}
	if s == "" || isMask(s) {
		return s
	}
	if len(s) < minToken {
		return r.password(s)
	}
	r.found++
	return Token(s)
}

// password masks what can be guessed. The first password of a run is
// ‹password›, the second other one ‹password 2›.
func (r *Redactor) password(s string) string {
	if r.inPlace != nil {
		return r.pseudonym(isPassword, s, s)
	}
	if s == "" || isMask(s) {
		return s
	}
	r.found++
	mac := hmac.New(sha256.New, r.key[:])
	mac.Write([]byte(s))
	var sum [sha256.Size]byte
	mac.Sum(sum[:0])
	n, known := r.seen[sum]
	if !known {
		if len(r.seen) >= maxPasswords {
			return passwordOpen + " ?" + maskClose
		}
		n = len(r.seen) + 1
		r.seen[sum] = n
	}
	if n == 1 {
		return passwordOpen + maskClose
	}
	return passwordOpen + " " + strconv.Itoa(n) + maskClose
}

// isMask tells whether s is a replacement already, and nothing more.
func isMask(s string) bool {
	inner, ok := strings.CutSuffix(s, maskClose)
	if !ok {
		return false
	}
	if digest, ok := strings.CutPrefix(inner, tokenOpen); ok {
		_, err := hex.DecodeString(digest)
		return err == nil && len(digest) == digestDigits
	}
	number, ok := strings.CutPrefix(inner, passwordOpen)
	if !ok || number == "" || number == " ?" {
		return ok
	}
	n, err := strconv.Atoi(strings.TrimPrefix(number, " "))
	return err == nil && n > 1 && number[0] == ' '
}
