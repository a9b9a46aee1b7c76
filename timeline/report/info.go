package report

import (
	"cmp"
	"fmt"
	"io"
	"reflect"
	"strings"

	"glancecap/timeline/story"
)

// InfoSchema names the version of the JSON of `info`.
const InfoSchema = "glancecap.info/1"

// info is the part of a story that tells of the captures themselves.
type info struct {
	Schema      string            `json:"schema"`
	Version     string            `json:"version"`
	Captures    []story.Capture   `json:"captures"`
	Services    []story.Service   `json:"services"`
	BlindSpots  []story.BlindSpot `json:"blind_spots"`
	Limits      []story.Limit     `json:"limits,omitempty"`
	Interrupted bool              `json:"interrupted,omitempty"`
	Folded      story.Folded      `json:"folded"`
	Accounting  story.Accounting  `json:"accounting"`
}

// InfoJSON writes what captures hold as one object, schema glancecap.info/1.
func InfoJSON(w io.Writer, s *story.Story) error {
	i := info{
		Schema: InfoSchema, Version: s.Version, Captures: s.Captures, Services: s.Services, BlindSpots: s.BlindSpots,
		Limits: s.Limits, Interrupted: s.Interrupted, Folded: s.Folded, Accounting: s.Accounting,
	}
	return writeObject(w, reflect.ValueOf(i))
}

// InfoText writes what captures hold for a person.
func InfoText(w io.Writer, s *story.Story, o TextOptions) error {
	t := &text{page: newPage(w, o), TextOptions: o, index: newIndex(s)}
	for _, c := range s.Captures {
		t.section()
		t.capture(c)
	}
	t.services()
	t.balance()
	t.TextOptions.All = true
	t.footer()
	return t.close()
}

// capture tells of one input.
func (t *text) capture(c story.Capture) {
	t.pieces(piece{nameOf(c), strong})
	format := c.Format
	if c.Compression != "" {
		format += ", " + c.Compression
	}
	t.fact("format", cmp.Or(format, "unknown"))
	t.fact("link types", strings.Join(c.LinkTypes, ", "))
	t.fact("packets", fmt.Sprintf("%s, %s", grouped(c.Packets), count(c.Bytes, "byte")))
	if c.Snaplen > 0 {
		t.fact("snap length", count(c.Snaplen, "byte"))
	}
	t.fact("span", span(c.First, c.Last))
	if seconds := c.Last.Sub(c.First); seconds.Known() {
		t.fact("", fmt.Sprintf("%.6f s", float64(seconds)))
	}
	for _, remark := range c.Remarks {
		t.labelled("  ", padRight("remark", factWidth), warning, remark)
	}
	if c.Error != nil {
		t.labelled("  ", padRight("ended early", factWidth), bad, *c.Error)
	}
}

const factWidth = len("snap length")

// fact writes a named value, nothing where there is none.
func (t *text) fact(name, value string) {
	if value != "" {
		t.labelled("  ", padRight(name, factWidth), faint, value)
	}
}

// services tells what of each service is there.
func (t *text) services() {
	var rows [][]string
	for _, s := range t.story.Services {
		servers := strings.Join(s.Servers, " ")
		if len(s.Servers) > 3 {
			servers = fmt.Sprintf("%s and %d more", strings.Join(s.Servers[:3], " "), len(s.Servers)-3)
		}
		rows = append(rows, []string{s.Name, grouped(s.Readable), grouped(s.Encrypted), servers})
	}
	t.section()
	if len(rows) == 0 {
		t.line("no connection to Keystone, Glance, Swift or MySQL")
		return
	}
	t.table([]column{{"service", false}, {"readable", true}, {"encrypted", true}, {"servers", false}}, rows)
	for n, d := range t.story.Folded.Databases {
		if n == 0 {
			t.section()
		}
		t.labelled("  ", "other database", faint, fmt.Sprintf("%s: %s on %s", d.Database, count(d.Statements, "statement"), count(d.Connections, "connection")))
	}
}

// balance tells what became of packets and bytes, name by name.
func (t *text) balance() {
	var rows [][]string
	add := func(what string, v any) {
		value := reflect.ValueOf(v)
		for i := range value.NumField() {
			if n := value.Field(i).Int(); n != 0 {
				name := strings.ReplaceAll(value.Type().Field(i).Tag.Get("json"), "_", " ")
				rows = append(rows, []string{what, name, grouped(n)})
				what = ""
			}
		}
	}
	add("packets", t.story.Accounting.Packets)
	add("stream bytes", t.story.Accounting.Bytes)
	t.section()
	t.table([]column{{"", false}, {"became", false}, {"", true}}, rows)
}
