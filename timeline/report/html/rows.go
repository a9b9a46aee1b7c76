package html

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"glancecap/decoder/sqltext"
	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

// callRow is a row of the calls.
type callRow struct {
	ID, Clock, From, Service, Words, Status, StatusClass, Took, RequestID, Frames string
	Image                                                                         int // index of the image, -1 for none
	Depth                                                                         int
	Curl, Filter, Tshark                                                          string
	More                                                                          [][2]string
}

func newCallRow(x *report.Index, c *story.Call, image int) callRow {
	r := callRow{
		ID: c.ID, Clock: report.Clock(c.Time), From: report.Safe(x.Maker(c)), Service: report.Safe(c.Service),
		Words: report.Safe(report.Asked(c)), Status: "none", StatusClass: "warning", Took: report.Seconds(c.Seconds),
		RequestID: report.Safe(deref(c.RequestID, "")), Frames: report.FramesOf(c), Image: image,
		Curl: curl(c), Filter: c.Wireshark.Filter(), Tshark: report.Safe(c.Wireshark.Command()),
	}
	if c.Behalf() != nil {
		r.Depth = 1
	}
	if c.Bytes != nil {
		r.Words += "  " + report.Grouped(*c.Bytes) + " bytes"
	}
	if c.Detail != "" {
		r.Words += "  " + report.Safe(c.Detail)
	}
	if c.Status != nil {
		r.Status, r.StatusClass = strconv.Itoa(*c.Status), ""
		switch {
		case *c.Status >= 500:
			r.StatusClass = "error"
		case *c.Status >= 400:
			r.StatusClass = "warning"
		}
	}
	more := func(name, value string) {
		if value != "" {
			r.More = append(r.More, [2]string{name, report.Safe(value)})
		}
	}
	more("action", c.Service+" "+c.Action)
	more("client → server", c.Client+" → "+c.Server)
	more("first byte after", report.Seconds(c.Wait)+" s of waiting")
	more("on behalf of", deref(c.Behalf(), ""))
	if c.User != nil {
		more("user", strings.TrimSpace(cmp.Or(c.User.Name, c.User.ID)+" in "+cmp.Or(c.User.Project, c.User.ProjectID)))
	}
	more("told by", strings.Join(c.Witnesses, ", "))
	more("marks", strings.Join(c.Marks, ", "))
	for _, l := range c.Legs {
		more("seen also", fmt.Sprintf("%s → %s, frame %d", l.Client, l.Server, l.FirstFrame))
	}
	return r
}

// statementRow is a row of the statements.
type statementRow struct {
	ID, Clock, Service, Words, Literals, Rows, Outcome, Class, Frames string
	Call, Sure, Why, Filter                                           string
	Shape, Image                                                      int
}

func newStatementRow(s *story.Statement, shape, image int, literals []sqltext.Value) statementRow {
	r := statementRow{
		ID: s.ID, Clock: report.Clock(s.Time), Service: report.Safe(s.Service), Literals: literalWords(literals),
		Outcome: strings.ReplaceAll(s.Outcome, "_", " "), Frames: report.FramesOfStatement(s), Shape: shape, Image: image,
	}
	r.Filter = s.Wireshark().Filter()
	r.Words = strings.TrimSpace(cmp.Or(s.Verb, s.Command) + " " + strings.Join(s.Tables, ", "))
	if s.Detail != "" {
		r.Words += "  " + s.Detail
	}
	r.Words = cut(report.Safe(r.Words), 160)
	if s.Housekeeping {
		r.Class = "hk"
	}
	switch {
	case s.Error != nil:
		r.Outcome, r.Class = fmt.Sprintf("error %d", s.Error.Code), r.Class+" bad"
		r.Words += "  " + cut(report.Safe(s.Error.Message), 160)
	case s.Rows != nil:
		r.Rows = report.Grouped(*s.Rows)
	case s.Affected != nil && s.Outcome != "read":
		r.Rows = "±" + report.Grouped(*s.Affected)
	}
	if s.Call != nil {
		r.Call, r.Why = s.Call.ID, fmt.Sprintf("%s, by %s, confidence %.2f", s.Call.Certainty, s.Call.Rule, s.Call.Confidence)
		switch s.Call.Certainty {
		case "likely":
			r.Sure = "?"
		case "guess":
			r.Sure = "??"
		}
	}
	return r
}

// phaseRow is a row of the waterfall.
type phaseRow struct {
	Name, Seconds string
	Parts         []part
	Shares        []string
	Held          string
}

// part is a stretch of a waterfall's bar.
type part struct {
	X, W         float64
	Class, Title string
}

// waterfall is where the time of an image went.
type waterfall struct {
	Names []string // of the shares
	Rows  []phaseRow
}

// shareOrder is the order of the shares that are known.
var shareOrder = []string{"client", "identity", "glance", "database", "store", "network", "transfer", "unseen"}

// fall lays the waterfall out. To be active, or deactivated, is no work.
func fall(i *story.Image) *waterfall {
	var w waterfall
	total := 0.0
	var phases []story.Phase
	for _, p := range i.Phases {
		if p.Name == "active" || p.Name == "deactivated" || p.Name == "deleted" || !p.Seconds.Known() || len(p.Shares) == 0 {
			continue
		}
		phases = append(phases, p)
		total += float64(p.Seconds)
		for _, s := range p.Shares {
			if !slices.Contains(w.Names, s.Who) {
				w.Names = append(w.Names, s.Who)
			}
		}
	}
	slices.SortFunc(w.Names, func(a, b string) int {
		at := func(name string) int {
			return (slices.Index(shareOrder, name) + len(shareOrder) + 1) % (len(shareOrder) + 1)
		}
		return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a, b))
	})
	if !(total > 0) {
		return nil
	}
	const width = 400
	x := 0.0
	for _, p := range phases {
		r := phaseRow{Name: report.Safe(p.Name), Seconds: report.Seconds(p.Seconds)}
		at := x
		for _, name := range w.Names {
			share := p.Shares.Of(name)
			if !(share > 0) {
				r.Shares = append(r.Shares, "")
				continue
			}
			r.Shares = append(r.Shares, report.Seconds(share))
			wide := float64(share) / total * width
			r.Parts = append(r.Parts, part{at, max(wide, .6), "sh-" + name, fmt.Sprintf("%s: %s %s s", r.Name, name, report.Seconds(share))})
			at += wide
		}
		x += float64(p.Seconds) / total * width
		if p.Held != nil && p.Held.Known() && *p.Held > 0 {
			r.Held = fmt.Sprintf("client held by Glance's closed window for %s s", report.Seconds(*p.Held))
			if len(p.HeldFrames) == 2 {
				r.Held += " (frames " + report.HeldFrames(&p) + ")"
			}
		}
		w.Rows = append(w.Rows, r)
	}
	return &w
}

// backslashG writes a row as mysql's \G does, and what belongs to it below.
func backslashG(i *story.Image) string {
	var b strings.Builder
	if len(i.Row) > 0 {
		b.WriteString("*************************** 1. row ***************************\n")
		for _, c := range i.Row {
			fmt.Fprintf(&b, "%16s: %s\n", report.Safe(c.Column), null(c.Value))
		}
	}
	group := func(name string, lines []string) {
		if len(lines) > 0 {
			b.WriteString("\n" + name + "\n")
			slices.Sort(lines)
			for _, l := range lines {
				b.WriteString("    " + l + "\n")
			}
		}
	}
	var properties, locations, members, tags []string
	for _, p := range i.Properties {
		properties = append(properties, report.Safe(p.Name)+" = "+null(p.Value))
	}
	for _, l := range i.Locations {
		locations = append(locations, report.Safe(l.Value)+" ("+report.Safe(l.Status)+")")
	}
	for _, m := range i.Members {
		members = append(members, report.Safe(m.Member)+" ("+report.Safe(m.Status)+")")
	}
	for _, t := range i.Tags {
		tags = append(tags, report.Safe(t))
	}
	group("image_properties", properties)
	group("image_locations", locations)
	group("image_members", members)
	group("image_tags", tags)
	return b.String()
}

func null(s *string) string {
	if s == nil {
		return "NULL"
	}
	return report.Safe(*s)
}

// folded says which statements are counted only, of other databases.
func folded(f story.Folded) []string {
	var lines []string
	for _, d := range f.Databases {
		var verbs []string
		for _, v := range slices.Sorted(maps.Keys(d.Verbs)) {
			verbs = append(verbs, report.Safe(v)+" "+report.Grouped(d.Verbs[v]))
		}
		lines = append(lines, fmt.Sprintf("database %s: %s statements on %d connections (%s)", report.Safe(d.Database), report.Grouped(d.Statements), d.Connections, strings.Join(verbs, ", ")))
	}
	if f.Unnamed > 0 {
		lines = append(lines, report.Grouped(f.Unnamed)+" statements of connections whose database is not known")
	}
	return lines
}
