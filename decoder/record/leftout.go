package record

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// LeftOut tells what was left out of a capture on purpose behind the captured
// data of a packet: bytes of an image, and packets that held nothing else. It
// stands in a comment of that packet, so that readers do not take for lost
// what was left out.
type LeftOut struct {
	// Bytes are those of the packet's direction from the end of the packet, as
	// it was on the wire, to the next one that is there; Content those of them
	// that are of the body. Bytes of the packet itself that were cut off are
	// Content and in neither number.
	Bytes, Content int64
	// Rest is what is to come of the chunk in which the bytes end; 0 where
	// that is at its end or the body has no chunks.
	Rest int64
	// Packets counts the packets left out, also those of the other direction,
	// which only acknowledge.
	Packets int64
	// Until is the time from the packet to the last one with data that was left
	// out.
	Until Duration
	// Text is the comment itself.
	Text string
}

// leftOutBegins begins the comment.
const leftOutBegins = "glancecap left out "

// leftOutForm is the comment behind its beginning.
var leftOutForm = regexp.MustCompile(`^(\d{1,10}) image bytes of this packet(?:, behind it (\d{1,18}) packets with (\d{1,18}) bytes \((\d{1,18}) of the image; (\d{1,18}) of its chunk to come\) until \+(-?\d{1,9})\.(\d{9}) s: frames)?`)

// Comment writes the comment: cut are the bytes of the packet itself that were
// cut off, frames the packets left out, in the notation 5-8 11.
func (l *LeftOut) Comment(cut int64, frames string) string {
	text := leftOutBegins + strconv.FormatInt(cut, 10) + " image bytes of this packet"
	if l.Packets == 0 {
		return text
	}
	sign, until := "", l.Until
	if until < 0 {
		sign, until = "-", -until
	}
	return text + fmt.Sprintf(", behind it %d packets with %d bytes (%d of the image; %d of its chunk to come) until +%s%d.%09d s: frames %s",
		l.Packets, l.Bytes, l.Content, l.Rest, sign, until/1e9, until%1e9, frames)
}

// ParseLeftOut reads a comment, nil where it is another one, or one that
// contradicts itself.
func ParseLeftOut(comment []byte) *LeftOut {
	text := string(comment)
	rest, ok := strings.CutPrefix(text, leftOutBegins)
	if !ok {
		return nil
	}
	m := leftOutForm.FindStringSubmatch(rest)
	if m == nil {
		return nil
	}
	l := &LeftOut{Text: text}
	if m[2] == "" {
		return l
	}
	for i, to := range []*int64{&l.Packets, &l.Bytes, &l.Content, &l.Rest} {
		*to, _ = strconv.ParseInt(m[2+i], 10, 64) // the form has no more digits than fit
	}
	seconds, _ := strconv.ParseInt(strings.TrimPrefix(m[6], "-"), 10, 64)
	fraction, _ := strconv.ParseInt(m[7], 10, 64)
	if l.Until = Duration(seconds*1e9 + fraction); strings.HasPrefix(m[6], "-") {
		l.Until = -l.Until
	}
	// No more than what sequence numbers can tell lies between two packets.
	const most = 1 << 31
	if l.Content > l.Bytes || l.Bytes > most || l.Packets < 1 {
		return nil
	}
	return l
}
