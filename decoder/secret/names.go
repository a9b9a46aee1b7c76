package secret

import "strings"

// class is what kind of secret a name announces.
type class uint8

const (
	harmless class = iota
	isPassword
	isToken
	isUser // beside a password
)

// passwordEnds are the ends of names whose values can be guessed: Keystone's
// and Nova's bodies, columns of Keystone's tables, options of stores.
var passwordEnds = [...]string{
	"password", "passwd", "password_hash", "passphrase", "passcode", "adminpass", "admin_pass", "user_pass",
	"secret", "secret_hash", "secretkey", "secret_key", "secret_access_key", "private_key", "privatekey",
	"temp_url_key", "temp-url-key", "temp_url_key_2", "temp-url-key-2", "auth_key", "auth-key", "api_key", "apikey",
	"encrypted_blob", "authentication_string",
}

// tokenEnds are the ends of names whose values are too long to guess.
var tokenEnds = [...]string{
	"auth_token", "auth-token", "authtoken", "access_token", "refresh_token", "id_token", "subject_token",
	"temp_url_sig", "session_token", "security_token", "security-token", "x-amz-signature",
}

// classOf tells what a field, column or parameter of this name holds. Names
// are compared without case, by their end: a prefix says whose secret it is.
func classOf(name string) class {
	if len(name) < len("secret") || len(name) > 128 || !endings[ending(name)] {
		return harmless
	}
	for _, end := range passwordEnds {
		if endsWith(name, end) {
			return isPassword
		}
	}
	for _, end := range tokenEnds {
		if endsWith(name, end) {
			return isToken
		}
	}
	return harmless
}

// endings tells which of the last three letters any of the ends has, as a
// number that others may share: nearly all words of a statement are passed by
// it, at a tenth of the cost of looking for each end.
var endings = func() (is [1 << 12]bool) {
	for _, end := range passwordEnds {
		is[ending(end)] = true
	}
	for _, end := range tokenEnds {
		is[ending(end)] = true
	}
	return is
}()

// ending gives a number for the last three bytes of a name, the same for small
// and capital letters.
func ending(name string) uint32 {
	n := len(name)
	return (uint32(name[n-1]|0x20) + uint32(name[n-2]|0x20)*37 + uint32(name[n-3]|0x20)*1021) % (1 << 12)
}

// endsWith compares without case; end is in small letters.
func endsWith(name, end string) bool {
	return len(name) >= len(end) && strings.EqualFold(name[len(name)-len(end):], end)
}

// maskEscaped replaces a value that stands escaped as raw.
func (r *Redactor) maskEscaped(c class, value, raw string) string {
	if r.inPlace != nil {
		return r.pseudonym(c, value, raw)
	}
	return r.mask(c, value)
}

// maskNumber replaces a number, which becomes a string in these quotation
// marks, or where its length must stay another number.
func (r *Redactor) maskNumber(c class, raw, quote string) string {
	if r.inPlace != nil {
		return r.pseudonym(c, raw, raw)
	}
	return quote + r.mask(c, raw) + quote
}

// fit gives what was escaped again in the place of raw. Where the length must
// stay and does not, all of raw is a secret.
func (r *Redactor) fit(escaped, raw string) string {
	if r.inPlace == nil || len(escaped) == len(raw) {
		return escaped
	}
	return r.pseudonym(isPassword, raw, raw)
}

// mask replaces a value by what its name says of it.
func (r *Redactor) mask(c class, value string) string {
	if c == isToken {
		return r.token(value)
	}
	return r.password(value)
}
