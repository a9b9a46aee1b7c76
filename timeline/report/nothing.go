package report

import (
	"fmt"
	"strings"
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
	if n := t.story.Totals.OnlyRead; n > 0 {
		t.line(count(n, "image"), " ", wasWere(n), " only read (--all)")
	}
	t.labelled("", "to see it:", strong, toSee)
}

// reasons says what there is in place of images.
func (t *text) reasons() []string {
	var reasons []string
	for _, s := range t.story.Services {
		switch {
		case s.Name == "mysql" && s.Readable > 0:
			reasons = append(reasons, t.databases(s.Readable))
		case s.Readable > 0:
			reasons = append(reasons, count(s.Readable, s.Name+" connection")+", none changes an image")
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
