package secret

import (
	"encoding/json"
	"strings"
)

// maxNested is how often JSON inside a JSON string is opened.
const maxNested = 2

// maxKept is how many levels of nesting the scanner remembers; of deeper
// ones it only knows the depth.
const maxKept = 64

// Body replaces secrets in the text of a body: JSON by the names of its
// fields, forms by those of their parameters, anything else by what is a
// secret wherever it stands. JSON stays valid; broken JSON is done as far as
// its marks can be read.
func (r *Redactor) Body(s string) string {
	t := strings.TrimLeft(s, " \t\r\n\ufeff")
	if t != "" && (t[0] == '{' || t[0] == '[' || t[0] == '"') {
		return r.JSONText(s)
	}
	s = r.Text(s)
	if strings.Contains(s, "=") {
		s = r.parameters(s)
		s = r.attributes(s)
	}
	if strings.Contains(s, `":`) || strings.Contains(s, `" :`) {
		s = r.JSONText(s) // JSON whose beginning is not in the capture
	}
	return s
}

// attributes replaces quoted values that are secret by their name:
// password="x" in XML.
func (r *Redactor) attributes(s string) string {
	from := 0
	for {
		i := strings.Index(s[from:], `="`)
		if i < 0 {
			return s
		}
		i += from
		name := i
		for name > 0 && isNameByte(s[name-1]) {
			name--
		}
		from = i + len(`="`)
		c := classOf(s[name:i])
		if c == harmless {
			continue
		}
		end := strings.IndexByte(s[from:], '"')
		if end < 0 {
			end = len(s) - from
		}
		mask := r.mask(c, s[from:from+end])
		s = s[:from] + mask + s[from+end:]
		from += len(mask)
	}
}

// JSONText replaces secrets in JSON, whole or cut, by the names of fields, and
// Fernet tokens also where a string is broken.
func (r *Redactor) JSONText(s string) string { return r.fernets(r.json(s, 0)) }

// json scans s string by string. It copies only once a secret is found.
func (r *Redactor) json(s string, nested int) string {
	var scan jsonScan
	var out strings.Builder
	copied := 0
	for i := 0; i < len(s); {
		switch s[i] {
		case '"':
			end, whole := endOfString(s, i)
			inner := s[i+1 : end]
			if whole && isKey(s, end+1) {
				scan.key = inner
			} else if masked := r.jsonString(inner, scan.value(), nested); masked != inner {
				out.WriteString(s[copied : i+1])
				out.WriteString(masked)
				copied = end
				scan.key = ""
			} else {
				scan.key = ""
			}
			i = end + 1
			continue
		case '{', '[':
			scan.open(s[i] == '{')
		case '}', ']':
			scan.close()
		case ',':
			scan.key = ""
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			end := endOfNumber(s, i)
			if c := scan.value(); c != harmless {
				out.WriteString(s[copied:i])
				out.WriteString(r.maskNumber(c, s[i:end], `"`))
				copied = end
			}
			i = end
			continue
		}
		i++
	}
	if copied == 0 {
		return s
	}
	out.WriteString(s[copied:])
	return out.String()
}

// jsonScan is where in a JSON text the scanner is.
type jsonScan struct {
	// key is the name whose value comes next.
	key string
	// tokens tells for each open object or array whether it is the value of
	// "token", whose "id" is one.
	tokens [maxKept]bool
	// secrets tells whether it is the value of a secret name, so that all
	// strings in it are secret.
	secrets [maxKept]class
	depth   int
}

// open goes into an object or array.
func (j *jsonScan) open(object bool) {
	if j.depth < maxKept {
		j.tokens[j.depth] = object && j.key == "token"
		j.secrets[j.depth] = harmless
		if !object {
			j.secrets[j.depth] = j.value()
		}
	}
	j.depth++
	j.key = ""
}

func (j *jsonScan) close() {
	j.depth = max(0, j.depth-1)
	j.key = ""
}

// value tells what the value that comes next is.
func (j *jsonScan) value() class {
	inside := j.depth > 0 && j.depth <= maxKept
	switch {
	case j.key == "" && inside:
		return j.secrets[j.depth-1]
	case j.key == "id" && inside && j.tokens[j.depth-1]:
		return isToken
	case j.key == "blob":
		return isPassword // a credential of Keystone's /v3/credentials
	}
	return classOf(j.key)
}

// jsonString masks the inside of a string, still escaped.
func (r *Redactor) jsonString(inner string, c class, nested int) string {
	if c != harmless {
		return r.maskEscaped(c, unescaped(inner), inner)
	}
	if strings.Contains(inner, `\"`) && nested < maxNested {
		plain := unescaped(inner)
		if masked := r.json(plain, nested+1); masked != plain {
			return r.fit(escaped(masked), inner)
		}
	}
	if strings.Contains(inner, fernet) || strings.Contains(inner, "://") || strings.Contains(inner, `:\/\/`) {
		return r.inJSON(inner)
	}
	return inner
}

// inJSON replaces what is a secret anywhere, and URL parameters.
func (r *Redactor) inJSON(inner string) string {
	if strings.IndexByte(inner, '\\') < 0 {
		return r.Target(inner)
	}
	plain := unescaped(inner)
	if masked := r.Target(plain); masked != plain {
		return r.fit(escaped(masked), inner)
	}
	return inner
}

// unescaped reads a JSON string; one that is not valid is taken as it is.
func unescaped(inner string) string {
	if strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var s string
	if json.Unmarshal([]byte(`"`+inner+`"`), &s) != nil {
		return inner
	}
	return s
}

// escaped writes the inside of a JSON string.
func escaped(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	return string(b[1 : len(b)-1])
}

// endOfString gives the index of the quotation mark that ends the string
// which begins at i, or the end of s where it is cut.
func endOfString(s string, i int) (end int, whole bool) {
	for j := i + 1; ; {
		k := strings.IndexByte(s[j:], '"')
		if k < 0 {
			return len(s), false
		}
		j += k
		back := j
		for back > i+1 && s[back-1] == '\\' {
			back--
		}
		if (j-back)%2 == 0 {
			return j, true
		}
		j++
	}
}

// isKey tells whether a colon follows at i.
func isKey(s string, i int) bool {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i < len(s) && s[i] == ':'
}

// endOfNumber gives the end of the number that begins at i.
func endOfNumber(s string, i int) int {
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || strings.IndexByte("+-.eE", s[i]) >= 0) {
		i++
	}
	return i
}
