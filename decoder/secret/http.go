package secret

import (
	"strings"
)

// Headers replaces secrets in header fields, in place, and tells whether
// there were any.
func (r *Redactor) Headers(headers [][2]string) bool {
	before := r.found
	for i := range headers {
		headers[i][1] = r.header(headers[i][0], headers[i][1])
	}
	return r.found > before
}

// header replaces the value of a field that is a secret by its name, or what
// is secret in it.
func (r *Redactor) header(name, value string) string {
	switch {
	case value == "":
		return value
	case isOneOf(name, tokenHeaders[:]):
		return r.token(value)
	case isOneOf(name, passwordHeaders[:]):
		return r.password(value)
	case strings.EqualFold(name, "Authorization"), strings.EqualFold(name, "Proxy-Authorization"):
		return r.authorization(value)
	case strings.EqualFold(name, "Cookie"), strings.EqualFold(name, "Set-Cookie"):
		return r.cookies(value, strings.EqualFold(name, "Set-Cookie"))
	}
	switch classOf(name) {
	case isPassword:
		return r.password(value)
	case isToken:
		return r.token(value)
	}
	if strings.ContainsAny(value, "/?=") || strings.Contains(value, fernet) {
		return r.Target(value)
	}
	return value
}

// tokenHeaders hold a token and nothing else (Keystone and Swift API).
var tokenHeaders = [...]string{
	"X-Auth-Token", "X-Subject-Token", "X-Service-Token", "X-Storage-Token", "X-Auth-Receipt", "OpenStack-Auth-Receipt",
	"X-Amz-Security-Token", "X-Identity-Token",
}

// passwordHeaders hold what people make up (Swift's TempAuth and TempURL).
var passwordHeaders = [...]string{
	"X-Auth-Key", "X-Storage-Pass", "X-Account-Meta-Temp-URL-Key", "X-Account-Meta-Temp-URL-Key-2",
	"X-Container-Meta-Temp-URL-Key", "X-Container-Meta-Temp-URL-Key-2",
}

func isOneOf(name string, names []string) bool {
	for _, n := range names {
		if len(n) == len(name) && strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// authorization keeps the scheme and replaces the credentials: Basic ones can
// be guessed, others are tokens (RFC 9110 §11.4).
func (r *Redactor) authorization(value string) string {
	if isMask(value) {
		return value
	}
	scheme, credentials, ok := strings.Cut(value, " ")
	credentials = strings.TrimLeft(credentials, " ")
	switch {
	case !ok:
		return r.token(value)
	case credentials == "" || isMask(credentials):
		return value
	case r.inPlace != nil && strings.EqualFold(scheme, "Basic"):
		return value[:len(value)-len(credentials)] + r.basic(credentials)
	case r.inPlace != nil:
		return value[:len(value)-len(credentials)] + r.token(credentials)
	case strings.EqualFold(scheme, "Basic"), strings.EqualFold(scheme, "Digest"):
		return scheme + " " + r.password(credentials)
	}
	return scheme + " " + r.token(credentials)
}

// cookies replaces the values of cookies; of Set-Cookie only the first pair is
// one, the rest are attributes (RFC 6265 §4).
func (r *Redactor) cookies(value string, set bool) string {
	pairs := strings.Split(value, ";")
	for i, pair := range pairs {
		if set && i > 0 {
			break
		}
		name, v, ok := strings.Cut(pair, "=")
		if !ok {
			name, v = "", pair
		} else {
			name += "="
		}
		trimmed := strings.TrimSpace(v)
		if masked := r.token(trimmed); masked != trimmed {
			if !ok {
				masked = v[:len(v)-len(strings.TrimLeft(v, " "))] + masked
			}
			pairs[i] = name + masked
		}
	}
	return strings.Join(pairs, ";")
}

// Target replaces secrets in a request target or URL: parameters that are
// secret by name, tokens in paths, user information, Fernet tokens.
func (r *Redactor) Target(s string) string {
	s = r.Text(s)
	path, query, ok := strings.Cut(s, "?")
	if masked := r.path(path); masked != path {
		path = masked
		s = path
		if ok {
			s += "?" + query
		}
	}
	if !ok && !strings.Contains(s, "=") {
		return s
	}
	return r.parameters(s)
}

// path replaces the token in Keystone's /v2.0/tokens/<token> and in
// /v3/auth/tokens/<token> as some clients write it.
func (r *Redactor) path(path string) string {
	const mark = "/tokens/"
	i := strings.Index(path, mark)
	if i < 0 {
		return path
	}
	start := i + len(mark)
	end := strings.IndexByte(path[start:], '/')
	if end < 0 {
		end = len(path) - start
	}
	token := path[start : start+end]
	if strings.EqualFold(token, "revoked") || strings.HasPrefix(token, "OS-") || strings.ContainsAny(token, " ") && !isMask(token) {
		return path
	}
	return path[:start] + r.token(token) + path[start+end:]
}

// parameters replaces the values of name=value pairs that are secret by their
// name, in a query, a fragment or a form (application/x-www-form-urlencoded).
func (r *Redactor) parameters(s string) string {
	from := 0
	for {
		i := strings.IndexByte(s[from:], '=')
		if i < 0 {
			return s
		}
		i += from
		name := i
		for name > 0 && isNameByte(s[name-1]) {
			name--
		}
		from = i + 1
		c := parameterClass(s[name:i])
		if c == harmless {
			continue
		}
		end := from
		for end < len(s) && !strings.ContainsRune("&;# \t\r\n\"'<>", rune(s[end])) {
			end++
		}
		if strings.HasPrefix(s[from:], passwordOpen) || strings.HasPrefix(s[from:], tokenOpen) {
			continue // a mask holds a blank
		}
		mask := r.mask(c, s[from:end])
		s = s[:from] + mask + s[end:]
		from += len(mask)
	}
}

// parameterClass is classOf for parameters, whose names may be short.
func parameterClass(name string) class {
	if isOneOf(name, tokenParameters[:]) {
		return isToken
	}
	return classOf(name)
}

var tokenParameters = [...]string{"token", "sig", "signature", "assertion", "SAMLResponse"}

func isNameByte(c byte) bool {
	return isBase64URL(c) || c == '.' || c == '[' || c == ']'
}
