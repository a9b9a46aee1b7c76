package witness

import (
	"strings"
)

// curl is what a client's `curl` line asks for.
type curl struct {
	method, url string
	headers     [][2]string
	body        string
	hasBody     bool
}

// readCurl reads the words behind `curl`. The clients put bodies between
// single quotes without escaping those inside, so a body runs to the last
// quote of the line.
func readCurl(s string) (c curl, ok bool) {
	s, c.body, c.hasBody = cutBody(s)
	w := words{rest: s}
	for word, more := w.next(); more; word, more = w.next() {
		switch word {
		case "-X", "--request":
			c.method, _ = w.next()
		case "-H", "--header":
			field, _ := w.next()
			if name, value, ok := strings.Cut(field, ":"); ok && len(c.headers) < maxFields {
				c.headers = append(c.headers, [2]string{name, strings.TrimSpace(value)})
			}
		case "--cacert", "--cert", "--key", "-u", "--user", "-o":
			w.next()
		default:
			if strings.Contains(word, "://") && c.url == "" && word[0] != '-' {
				c.url = word
			}
		}
	}
	if c.method == "" {
		c.method = "GET"
	}
	return c, c.url != "" && isMethod(c.method)
}

// maxFields bounds the header fields of a curl line.
const maxFields = 64

// cutBody takes the body off a curl line: what stands between the first
// single quote behind -d and the last of the line.
func cutBody(s string) (rest, body string, ok bool) {
	for _, flag := range []string{" -d '", " --data '", " --data-binary '"} {
		before, after, found := strings.Cut(s, flag)
		if !found {
			continue
		}
		if i := strings.LastIndexByte(after, '\''); i >= 0 {
			return before + " " + after[i+1:], after[:i], true
		}
		return before, after, true
	}
	return s, "", false
}

// words gives the words of a shell command one after the other.
type words struct{ rest string }

func (w *words) next() (word string, more bool) {
	s := strings.TrimLeft(w.rest, " \t")
	if s == "" {
		w.rest = ""
		return "", false
	}
	var b strings.Builder
	i := 0
	for quote := byte(0); i < len(s); i++ {
		c := s[i]
		switch {
		case quote == 0 && (c == ' ' || c == '\t'):
			w.rest = s[i:]
			return b.String(), true
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	w.rest = ""
	return b.String(), true
}

// isMethod tells whether a word can be an HTTP method as the APIs use them.
func isMethod(s string) bool {
	return s != "" && len(s) <= 10 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// cutURL takes a URL apart: "host:port" with the scheme's own port filled in,
// and the request target.
func cutURL(url string) (tls bool, endpoint, target string, ok bool) {
	scheme, rest, ok := strings.Cut(url, "://")
	tls = strings.EqualFold(scheme, "https")
	if !ok || !tls && !strings.EqualFold(scheme, "http") {
		return false, "", "", false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	endpoint, target = rest[:end], rest[end:]
	target, _, _ = strings.Cut(target, "#")
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	endpoint = endpoint[strings.LastIndexByte(endpoint, '@')+1:]
	if endpoint == "" {
		return false, "", "", false
	}
	if i := strings.LastIndexByte(endpoint, ':'); i < 0 || strings.HasSuffix(endpoint, "]") {
		port := ":80"
		if tls {
			port = ":443"
		}
		endpoint += port
	}
	return tls, endpoint, target, true
}
