package survey

import (
	"fmt"
	"slices"
	"strings"

	"glancecap/timeline/filter"
	"glancecap/timeline/story"
)

// blindSpots says what the captures cannot show, why, and the command that
// would have shown it.
func (b *Builder) blindSpots(s *story.Survey) {
	if p := &s.Accounting.Packets; p.Total == 0 && p.Outside > 0 {
		return // another time is to be asked for, not another capture
	}
	w := wish{ports: b.ports(s)}
	for i := range s.Services {
		b.encrypted(s, &s.Services[i], &w)
	}
	b.absent(s, &w)
	b.filters(s, &w)
	b.directions(s, &w)
	b.losses(s, &w)
	b.unread(s)
	if w.wanted {
		s.Command = w.command()
	}
}

// spot adds a blind spot.
func spot(s *story.Survey, code, text, advice string, bytes int64, streams []int) {
	s.BlindSpots = append(s.BlindSpots, story.BlindSpot{Code: code, Text: text, Advice: advice, Bytes: bytes, Streams: slices.Concat([]int{}, streams)})
}

// encrypted tells of a service whose connections are TLS.
func (b *Builder) encrypted(s *story.Survey, told *story.SurveyedService, w *wish) {
	if told.Encrypted == 0 {
		return
	}
	x := b.services[told.Name]
	text := fmt.Sprintf("%s: %s TLS, %s cannot be read", told.Name, are(told.Encrypted, "connection"), count(x.encrypted, "byte"))
	port := plainPort(told.Name)
	switch {
	case told.Readable > 0:
		spot(s, "tls", text+"; "+are(told.Readable, "other connection")+" readable", "where these are the plain leg behind the proxy, nothing is missing", x.encrypted, x.streams)
	case port != "":
		w.wanted = true
		spot(s, "tls", text, "capture the plain leg behind the TLS endpoint too: port "+port, x.encrypted, x.streams)
	default:
		spot(s, "tls", text, "", x.encrypted, x.streams)
	}
}

// absent tells of the usual services of which there is nothing.
func (b *Builder) absent(s *story.Survey, w *wish) {
	var names, ports []string
	for _, u := range usual {
		if b.services[u.name] == nil {
			names, ports = append(names, u.name), append(ports, u.port)
		}
	}
	if len(names) == 0 {
		return
	}
	w.wanted = true
	advice := "capture port " + strings.Join(ports, ", ") + " too, where that traffic passes"
	spot(s, "not_seen", fmt.Sprintf("%s: not one connection", strings.Join(names, ", ")), advice, 0, nil)
}

// filters tells what a capture filter left out, as far as the capture shows it.
func (b *Builder) filters(s *story.Survey, w *wish) {
	for _, c := range s.Captures {
		for _, i := range c.Interfaces {
			b.filterText(s, i.Filter, w)
		}
	}
	b.filterText(s, b.filter, w)
	p := &s.Accounting.Packets
	if followed := p.Decoded + p.Duplicate + p.Ignored; followed > 0 && p.Total == followed+p.Evicted && len(s.OtherPorts) == 0 {
		var ports []string
		for _, service := range s.Services {
			for _, server := range service.Servers {
				if port := server[strings.LastIndexByte(server, ':')+1:]; !slices.Contains(ports, port) {
					ports = append(ports, port)
				}
			}
		}
		spot(s, "filter", "all packets belong to server "+plural(len(ports), "port")+" "+strings.Join(ports, ", ")+
			": a capture filter left everything else out",
			"several ports with a host need parentheses: `host A and (port 1 or port 2)`; without them the host counts for the first port alone", 0, nil)
	}
	if p.FragmentPending > 0 {
		w.wanted, w.fragments = true, true
		spot(s, "fragments", fmt.Sprintf("%s of IP datagrams that are never whole: a filter on ports lets only a datagram's first fragment through", count(p.FragmentPending, "fragment")),
			"let fragments through the filter", 0, nil)
	}
	if b.sums.bare > 0 {
		w.wanted = true
		spot(s, "no_data", fmt.Sprintf("of %s the handshake is here and no byte of data: a filter on TCP flags?", count(b.sums.bare, "connection")), "capture all segments", 0, nil)
	}
}

// filterText tells how a filter was read that leaves parentheses out.
func (b *Builder) filterText(s *story.Survey, expression string, w *wish) {
	read, meant, mixed := filter.Grouped(expression)
	if !mixed {
		return
	}
	w.wanted = true
	text := fmt.Sprintf("the capture filter `%s` was read as `%s`: `and` and `or` bind equally, from the left", expression, read)
	advice := ""
	if meant != "" {
		advice = fmt.Sprintf("if `%s` was meant, it has to be written so", meant)
	}
	if !slices.ContainsFunc(s.BlindSpots, func(x story.BlindSpot) bool { return x.Text == text }) {
		spot(s, "filter_precedence", text, advice, 0, nil)
	}
}

// directions tells of connections that are seen in part.
func (b *Builder) directions(s *story.Survey, w *wish) {
	if n := b.sums.oneSided; n > 0 {
		w.wanted = true
		text := fmt.Sprintf("of %s only one direction is here", count(n, "connection"))
		if missing := b.sums.theirMissing; missing > 0 {
			text += fmt.Sprintf(" (%s of theirs are not)", count(missing, "byte"))
		}
		advice := "capture where both directions pass, on the host itself"
		if n == b.total && n > 1 {
			text += ": of all, as a filter with `src` or `dst` leaves them"
			advice = "name ports and hosts without `src` and `dst`"
		}
		spot(s, "one_sided", text, advice, b.sums.theirMissing, b.sums.oneSidedStreams)
	}
	if n := b.sums.midstream; n > 0 {
		spot(s, "midstream", fmt.Sprintf("%s began before the capture: what was said there, and prepared, is not known", count(n, "connection")),
			"begin the capture before the work", 0, nil)
	}
}

// losses tells of bytes that are not in the capture.
func (b *Builder) losses(s *story.Survey, w *wish) {
	if n := b.sums.missing; n > 0 {
		w.wanted, w.buffer = true, true
		spot(s, "missing", fmt.Sprintf("%s of %s were sent and are not here", count(n, "byte"), count(b.sums.holed, "connection")), "a larger buffer: tcpdump -B 131072", n, nil)
	}
	for _, c := range s.Captures {
		if c.Dropped != nil && *c.Dropped > 0 {
			w.wanted, w.buffer = true, true
			spot(s, "dropped", fmt.Sprintf("%s: the capturing system says that it lost %s", c.Path, count(*c.Dropped, "packet")), "a larger buffer: tcpdump -B 131072", 0, nil)
		}
		if c.CutPackets > 0 {
			w.wanted = true
			spot(s, "cut", fmt.Sprintf("%s: %s cut by the snap length, %s not here", c.Path, are(c.CutPackets, "packet"), count(c.DataBytes-c.CapturedBytes, "byte")),
				"capture whole frames: tcpdump -s 0", c.DataBytes-c.CapturedBytes, nil)
		}
	}
}

// unread tells of what is here and makes no sense.
func (b *Builder) unread(s *story.Survey) {
	p := &s.Accounting.Packets
	if p.UnsupportedLink > 0 {
		spot(s, "link_type", fmt.Sprintf("%s of a link type that cannot be read", are(p.UnsupportedLink, "packet")), "capture on another interface, as Ethernet", 0, nil)
	}
	if n := b.sums.undecodable; n > 0 {
		spot(s, "undecodable", fmt.Sprintf("%s of followed connections make no sense in their protocol: %v", count(n, "byte"), &b.sums.senseless), "", n, b.sums.senseless.numbers())
	}
	if n := b.sums.unread; n > 0 {
		spot(s, "unread", fmt.Sprintf("%s lie behind holes that their receivers never filled", count(n, "byte")), "", n, nil)
	}
}

// plainPort gives the usual port of a service's plain leg.
func plainPort(name string) string {
	for _, u := range usual {
		if u.name == name {
			return u.port
		}
	}
	return ""
}

// count writes a number with its noun: "1 byte", "2,000 bytes".
func count(n int64, noun string) string { return grouped(n) + " " + plural(int(min(n, 2)), noun) }

// are writes a number with its noun and verb: "1 packet is", "2 packets are".
func are(n int64, noun string) string {
	if n == 1 {
		return count(n, noun) + " is"
	}
	return count(n, noun) + " are"
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// grouped writes a number with commas between thousands.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
