package secret

import (
	"strings"

	"glancecap/decoder/sqltext"
)

// places tells what the literals of the texts of one mould are. Such texts are
// the same but for what stands inside the literals, so one of them tells of all
// whether a literal stands where a secret stands.
type places uint8

const (
	placesUnknown places = iota
	placesHarmless
	placesToScan // some may hold secrets, or the text is to be read anew each time
)

// knownHarmless tells whether a text that was taken apart holds no secret, from
// what is known of its mould. false says nothing.
func (r *Redactor) knownHarmless(s string, lexed *sqltext.Lexed) bool {
	number := lexed.Mould()
	if number == 0 {
		return false
	}
	for number >= len(r.places) {
		r.places = append(r.places, placesUnknown)
	}
	for i := range lexed.Literals() {
		if start, end, plain, ok := lexed.Inside(i); ok && (!plain || suspect(s[start:end])) {
			return false
		}
	}
	if r.places[number] == placesUnknown {
		r.places[number] = placesOf(s, lexed)
	}
	return r.places[number] == placesHarmless
}

// suspect tells whether what stands inside a literal may hold a secret wherever
// the literal stands: a URL, JSON, a Fernet token.
func suspect(inner string) bool {
	return strings.IndexByte(inner, ':') >= 0 && (strings.Contains(inner, "://") || strings.Contains(inner, `":`)) ||
		strings.IndexByte(inner, fernet[1]) >= 0 && strings.Contains(inner, fernet)
}

// placesOf reads a text whose literals hold nothing but themselves. The literals
// of the scan must be those that the text was taken apart into: where the two
// read a text differently, a text with other literals may be read otherwise.
func placesOf(s string, lexed *sqltext.Lexed) places {
	x, i := newSQLScan(s), 0
	for x.next() {
		if x.class != harmless {
			return placesToScan
		}
		if x.kind != sqlString {
			continue
		}
		for ; i < lexed.Literals(); i++ {
			if start, end, _, ok := lexed.Inside(i); ok {
				if start != x.start || end != x.end {
					return placesToScan
				}
				break
			}
		}
		if i == lexed.Literals() {
			return placesToScan
		}
		i++
	}
	for ; i < lexed.Literals(); i++ {
		if _, _, _, ok := lexed.Inside(i); ok {
			return placesToScan
		}
	}
	if x.varies {
		return placesToScan
	}
	return placesHarmless
}
