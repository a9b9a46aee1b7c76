package secret

import (
	"bytes"

	"glancecap/decoder/record"
)

// stream blots the secrets out of a direction's bytes with asterisks: its
// length and its offsets must stay true.
func (r *Redactor) stream(rec *record.Stream) { r.blotOut(rec.Data) }

func (r *Redactor) blotOut(data []byte) {
	for b := data; ; {
		i := bytes.Index(b, []byte(fernet))
		if i < 0 {
			break
		}
		b = b[i:]
		n := 0
		for n < len(b) && isBase64URL(b[n]) {
			n++
		}
		if n >= minFernet {
			r.blot(b[:n])
		}
		b = b[n:]
	}
	for _, name := range blotted {
		r.blotFields(data, []byte(name))
	}
	r.blotAfter(data, []byte(`"`))
	r.blotAfter(data, []byte(`'`))
}

// blotted are the header fields whose values are blotted out of raw bytes.
var blotted = [...]string{
	"x-auth-token:", "x-subject-token:", "x-service-token:", "x-storage-token:", "authorization:", "cookie:", "x-auth-key:",
}

// blot replaces bytes by asterisks.
func (r *Redactor) blot(b []byte) {
	if r.inPlace != nil {
		copy(b, r.pseudonym(isPassword, string(b), string(b)))
		return
	}
	for i := range b {
		b[i] = '*'
	}
	r.found++
}

// blotFields blots the rest of each line behind a header field's name.
func (r *Redactor) blotFields(b, name []byte) {
	for {
		i := bytes.IndexByte(b, name[len(name)-1])
		if i < 0 {
			return
		}
		at := i + 1 - len(name)
		line := b[i+1:]
		if at >= 0 && bytes.EqualFold(b[at:i+1], name) {
			end := bytes.IndexAny(line, "\r\n")
			if end < 0 {
				end = len(line)
			}
			if value := bytes.TrimLeft(line[:end], " \t"); len(value) > 0 {
				r.blot(value)
			}
			line = line[end:]
		}
		b = line
	}
}

// blotAfter blots quoted values that follow a secret name and a colon, an
// equals sign or a blank: JSON fields and SQL assignments.
func (r *Redactor) blotAfter(b, quote []byte) {
	for from := 0; ; {
		i := bytes.Index(b[from:], quote)
		if i < 0 {
			return
		}
		i += from
		from = i + 1
		end := bytes.IndexAny(b[from:], string(quote)+"\r\n")
		if end < 0 {
			end = len(b) - from
		}
		if end > 0 && announced(b[max(0, i-64):i]) {
			r.blot(b[from : from+end])
			from += end
		}
	}
}

// announced tells whether b ends with a secret name and what may stand
// between it and its value.
func announced(b []byte) bool {
	trimmed := bytes.TrimRight(b, " \t:=(")
	if len(trimmed) == len(b) {
		return false
	}
	trimmed = bytes.TrimRight(trimmed, "\"'`\\")
	start := len(trimmed)
	for start > 0 && isNameByte(trimmed[start-1]) {
		start--
	}
	return classOf(string(trimmed[start:])) != harmless
}
