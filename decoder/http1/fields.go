package http1

import (
	"math"
	"strings"

	"glancecap/decoder/record"
)

// lengthFact is what the Content-Length fields of a head say.
type lengthFact uint8

const (
	lengthAbsent lengthFact = iota
	lengthKnown
	lengthBad      // no number, or one beyond 2⁶³-1
	lengthConflict // several that differ
)

// head is the field section of a message: the fields and what framing,
// pairing and the keeping of bodies need of them.
type head struct {
	headers   [][2]string
	anomalies record.Marks
	// dropped counts the lines beyond the bound, which are read for framing
	// and not kept. malformed counts lines that are no field.
	dropped, malformed int
	// name and value are the field at hand, of which a folded line may follow.
	name, value string

	lengths lengthFact
	length  int64
	// coded tells that there is a Transfer-Encoding, chunked that its last
	// coding is chunked, others that a coding stands before that.
	coded, chunked bool
	others         []string
	expect         bool
	contentType    string
	encoding       string
	requestID      string
}

// parseHead reads the header lines of text (RFC 9112 §5), keeping at most
// maxLines of them.
func parseHead(text string, maxLines int) (h head) {
	bareCR := strings.IndexByte(text, '\n') < 0
	h.headers = make([][2]string, 0, min(strings.Count(text, "\n"), maxLines))
	for first := true; text != ""; first = false {
		var line string
		line, text = cutLine(text, bareCR)
		if line == "" {
			break
		}
		h.line(line, first, maxLines)
	}
	h.next("", "")
	if bareCR && len(h.headers) > 0 {
		h.anomalies.Add(record.MarkAnomaly + "bare_cr")
	}
	return h
}

// line takes one header line.
func (h *head) line(line string, first bool, maxLines int) {
	if line[0] == ' ' || line[0] == '\t' {
		h.folded(line, first)
		return
	}
	name, value, ok := strings.Cut(line, ":")
	if !ok {
		h.anomalies.Add(record.MarkAnomaly + "header_without_colon")
		h.malformed++
		h.keep(line, "", maxLines)
		h.next("", "")
		return
	}
	if trimmed := strings.TrimRight(name, " \t"); trimmed != name {
		// RFC 9112 §5.1: a server must refuse it. Some do not.
		h.anomalies.Add(record.MarkAnomaly + "blank_before_colon")
		name = trimmed
	}
	if !isToken(name) {
		h.anomalies.Add(record.MarkAnomaly + "header_name")
		h.malformed++
	}
	value = strings.Trim(value, " \t")
	if strings.ContainsAny(value, "\x00\r") {
		h.anomalies.Add(record.MarkAnomaly + "control_character")
	}
	h.keep(name, value, maxLines)
	h.next(name, value)
}

// next turns to the field of a line, now that the one before it is whole.
func (h *head) next(name, value string) {
	h.fact(h.name, h.value)
	h.name, h.value = name, value
}

// folded appends a continuation line to the field before it (obsolete line
// folding, RFC 9112 §5.2: replaced by a blank).
func (h *head) folded(line string, first bool) {
	if first || len(h.headers) == 0 {
		h.anomalies.Add(record.MarkAnomaly + "blank_before_header")
		h.malformed++
		return
	}
	h.anomalies.Add(record.MarkAnomaly + "folded_header")
	h.value = strings.Trim(h.value+" "+strings.Trim(line, " \t"), " \t")
	if h.dropped == 0 {
		last := &h.headers[len(h.headers)-1]
		last[1] += " " + strings.Trim(line, " \t")
	}
}

func (h *head) keep(name, value string, maxLines int) {
	if len(h.headers) >= maxLines {
		h.dropped++
		return
	}
	h.headers = append(h.headers, [2]string{name, value})
}

// fact notes what a field means for framing and pairing.
func (h *head) fact(name, value string) {
	switch len(name) {
	case len("Expect"):
		if strings.EqualFold(name, "Expect") {
			h.expect = strings.EqualFold(value, "100-continue")
		}
	case len("Content-Type"):
		if strings.EqualFold(name, "Content-Type") {
			h.contentType = value
		}
	case len("Content-Length"):
		if strings.EqualFold(name, "Content-Length") {
			h.contentLength(value)
		}
	case len("Content-Encoding"):
		if strings.EqualFold(name, "Content-Encoding") && value != "" {
			h.encoding = joinList(h.encoding, value)
		}
	case len("Transfer-Encoding"):
		if strings.EqualFold(name, "Transfer-Encoding") {
			h.transferEncoding(value)
		}
	case len("X-Openstack-Request-Id"):
		if strings.EqualFold(name, "X-Openstack-Request-Id") {
			h.requestID = value
		}
	}
}

// contentLength reads a Content-Length; a list of equal numbers counts as one
// (RFC 9112 §6.3 rule 5).
func (h *head) contentLength(value string) {
	for value, more := value, true; more; {
		var one string
		one, value, more = strings.Cut(value, ",")
		n, ok := parseLength(strings.Trim(one, " \t"))
		switch {
		case h.lengths == lengthBad:
		case !ok:
			h.lengths = lengthBad
		case h.lengths == lengthAbsent:
			h.lengths, h.length = lengthKnown, n
		case n != h.length:
			h.lengths = lengthConflict
		}
	}
}

// parseLength reads digits only: a sign, a blank or hexadecimal is no length.
func parseLength(s string) (int64, bool) {
	if !allDigits(s) {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		d := int64(s[i] - '0')
		if n > (math.MaxInt64-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}

// transferEncoding reads the list of codings; chunked must be the last
// (RFC 9112 §6.1).
func (h *head) transferEncoding(value string) {
	h.coded = true
	for value, more := value, true; more; {
		var one string
		one, value, more = strings.Cut(value, ",")
		one, _, _ = strings.Cut(one, ";")
		one = strings.ToLower(strings.Trim(one, " \t"))
		switch one {
		case "":
		case "identity":
			if h.chunked {
				h.anomalies.Add(record.MarkAnomaly + "transfer_encoding")
			}
		case "chunked":
			if h.chunked {
				h.anomalies.Add(record.MarkAnomaly + "transfer_encoding")
			}
			h.chunked = true
		default:
			if h.chunked {
				h.chunked = false
				h.anomalies.Add(record.MarkAnomaly + "transfer_encoding")
			}
			h.others = append(h.others, one)
		}
	}
}

func joinList(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}
