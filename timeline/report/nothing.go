package report

import (
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// toSee is the capture filter that shows everything the timeline can tell.
const toSee = "tcpdump -i any -s 0 -w x.pcap 'port 9292 or port 5000 or port 3306 or port 8080'"

// nothing says why no image is told, and how to see one.
func (t *text) nothing() {
	var paths []string
	for _, c := range t.story.Captures {
		paths = append(paths, nameOf(c))
	}
	if len(paths) > 3 {
		paths = append(paths[:2], fmt.Sprintf("%d more captures", len(paths)-2))
	}
	reasons := t.reasons()
	where := list(paths)
	if where == "" {
		where = "the input"
	}
	t.labelled("", "no image's life in "+Safe(where)+":", strong, strings.Join(reasons, "; "))
	if a := &t.story.Accounting.Packets; a.Total == 0 && a.Outside > 0 {
		return // the packets are there: another time is to be asked for
	}
	if n := t.story.Totals.OnlyRead; n > 0 {
		t.line(count(n, "image"), " ", wasWere(n), " only read (--all)")
	}
	t.labelled("", "to see it:", strong, toSee)
}

// reasons says what there is in place of images.
func (t *text) reasons() []string {
	if packets, damaged := heldBy(t.story.Captures); len(t.story.Captures) > 0 {
		if none := noPacket(t.story.Accounting, packets, damaged); none != "" {
			return []string{none}
		}
	}
	var reasons []string
	for _, s := range t.story.Services {
		switch {
		case s.Name == "mysql" && s.Readable > 0:
			reasons = append(reasons, t.databases(s.Readable))
		case s.Readable > 0:
			reasons = append(reasons, count(s.Readable, s.Name+" connection")+", none shows a change of an image")
		}
		if s.Encrypted > 0 {
			reasons = append(reasons, s.Name+" is TLS ("+count(s.Encrypted, "connection")+")")
		}
	}
	if len(reasons) == 0 {
		reasons = append(reasons, "no connection to Keystone, Glance, Swift or MySQL that can be read")
	}
	return reasons
}

// noPacket says why there is no packet to tell of, "" where there is one, or
// where an input could not be read; read is how many the inputs hold.
func noPacket(a story.Accounting, read int64, damaged bool) string {
	switch {
	case a.Packets.Total > 0:
		return ""
	case a.Packets.Outside > 0:
		return "no packet is of the time asked for (-A, -B)"
	case read > 0 || damaged:
		return ""
	}
	return "not one packet is here: did nothing match the capture's filter, or was it another interface?"
}

// heldBy counts the packets of captures, and tells whether one is damaged.
func heldBy(captures []story.Capture) (packets int64, damaged bool) {
	for _, c := range captures {
		packets, damaged = packets+c.Packets, damaged || c.Error != nil
	}
	return packets, damaged
}

// databases says which databases the MySQL connections speak to.
func (t *text) databases(connections int) string {
	line := count(connections, "MySQL connection") + ", none names Glance's tables"
	var words []string
	for n, d := range t.story.Folded.Databases {
		if n == 5 {
			words = append(words, "…")
			break
		}
		words = append(words, d.Database+" "+count(d.Statements, "statement"))
	}
	if len(words) > 0 {
		line += " (databases: " + strings.Join(words, ", ") + ")"
	}
	return line
}
