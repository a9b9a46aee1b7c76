package report

import (
	"cmp"
	"fmt"
	"io"
	"reflect"
	"strings"

	"glancecap/timeline/story"
)

// InfoJSON writes what captures hold as one object, schema glancecap.info/1.
func InfoJSON(w io.Writer, s *story.Survey) error {
	return writeObject(w, reflect.ValueOf(s).Elem())
}

// InfoText writes what captures hold for a person.
func InfoText(w io.Writer, s *story.Survey, o TextOptions) error {
	t := &infoText{page: newPage(w, o), survey: s}
	t.warnOfSecrets(s.ShowsSecrets)
	for i := range s.Captures {
		t.section()
		t.capture(&s.Captures[i])
	}
	t.services()
	t.conversations()
	t.balance()
	t.blindSpots()
	return t.close()
}

// infoText is the text of `info` being written.
type infoText struct {
	*page
	survey *story.Survey
}

const factWidth = len("snap length")

// fact writes a named value, nothing where there is none.
func (t *infoText) fact(name, value string) {
	if value != "" {
		t.labelled("  ", padRight(name, factWidth), faint, value)
	}
}

// capture tells of one input.
func (t *infoText) capture(c *story.SurveyedCapture) {
	t.pieces(piece{c.Path, strong})
	format := cmp.Or(c.Format, "unknown")
	if c.Detail != "" {
		format += ", " + c.Detail
	}
	if c.Compression != "" {
		format += ", in " + c.Compression
	}
	t.fact("format", format)
	t.fact("link types", strings.Join(c.LinkTypes, ", "))
	for _, i := range c.Interfaces {
		if words := interfaceWords(i); words != "" {
			t.fact("interface", words)
		}
	}
	t.fact("packets", fmt.Sprintf("%s, %s", grouped(c.Packets), inOrder(c)))
	size := count(c.Bytes, "byte")
	if c.Compression != "" && c.Size > 0 {
		size += fmt.Sprintf(" (%s compressed)", grouped(c.Size))
	}
	t.fact("size", fmt.Sprintf("%s, of packets %s on the wire", size, grouped(c.DataBytes)))
	t.fact("snap length", snapLength(c))
	t.fact("span", span(c.First, c.Last))
	if c.Seconds.Known() {
		t.fact("duration", fmt.Sprintf("%.6f s", float64(c.Seconds)))
	}
	t.fact("drops", drops(c))
	if c.SHA256 != nil {
		t.fact("sha256", *c.SHA256)
	}
	for _, remark := range c.Remarks {
		t.labelled("  ", padRight("remark", factWidth), warning, remark)
	}
	if c.Error != nil {
		t.labelled("  ", padRight("ended early", factWidth), bad, *c.Error)
	}
}

func interfaceWords(i story.SurveyedInterface) string {
	words := i.Name
	if i.OS != "" {
		words += " (" + i.OS + ")"
	}
	if i.Filter != "" {
		words += ", filter: " + i.Filter
	}
	return strings.TrimPrefix(words, ", ")
}

func inOrder(c *story.SurveyedCapture) string {
	if c.InOrder {
		return "in order of time"
	}
	return fmt.Sprintf("not in order of time: frame %d lies before the one in front of it; at most %.6f s back", c.Backwards, float64(c.BackwardsSeconds))
}

func snapLength(c *story.SurveyedCapture) string {
	limit := "none"
	if c.Snaplen > 0 {
		limit = count(c.Snaplen, "byte")
	}
	if c.CutPackets == 0 {
		return limit + ", no packet is cut"
	}
	return fmt.Sprintf("%s, %s cut: %s not here", limit, count(c.CutPackets, "packet"), count(c.DataBytes-c.CapturedBytes, "byte"))
}

func drops(c *story.SurveyedCapture) string {
	switch {
	case c.Dropped != nil:
		return count(*c.Dropped, "packet") + ", says the capturing system"
	case c.Format == "pcap":
		return "unknown: pcap does not tell"
	}
	return "unknown: the file does not tell"
}

// noService says that there is no service, or why there can be none.
func (t *infoText) noService() string {
	var packets int64
	damaged := false
	for i := range t.survey.Captures {
		packets, damaged = packets+t.survey.Captures[i].Packets, damaged || t.survey.Captures[i].Error != nil
	}
	return cmp.Or(noPacket(t.survey.Accounting, packets, damaged), "no connection to Keystone, Glance, Swift or MySQL")
}

// services tells what of each service is there, and how it was found.
func (t *infoText) services() {
	t.section()
	if len(t.survey.Services) == 0 {
		t.line(t.noService())
	}
	var rows [][]string
	for i := range t.survey.Services {
		s := &t.survey.Services[i]
		servers := strings.Join(s.Servers[:min(len(s.Servers), 3)], " ")
		if s.ServersTotal > 3 {
			servers += fmt.Sprintf(" and %d more", s.ServersTotal-3)
		}
		rows = append(rows, []string{s.Name, strings.Join(s.FoundBy, "+"), grouped(s.Connections), grouped(s.Readable), grouped(s.Encrypted),
			grouped(s.Bytes), servers})
	}
	t.table([]column{{"service", false}, {"found by", false}, {"connections", true}, {"readable", true}, {"encrypted", true}, {"bytes", true}, {"servers", false}}, rows)
	var words []string
	for _, d := range t.survey.Databases {
		words = append(words, fmt.Sprintf("%s (%s)", d.Database, count(d.Connections, "login")))
	}
	if len(words) > 0 {
		t.labelled("  ", "databases", faint, strings.Join(words, ", "))
	}
	words = words[:0]
	for _, p := range t.survey.OtherPorts[:min(len(t.survey.OtherPorts), 8)] {
		words = append(words, fmt.Sprintf("%d (%s, %s)", p.Port, count(p.Connections, "connection"), count(p.Packets, "packet")))
	}
	if len(words) > 0 {
		t.labelled("  ", "other ports", faint, strings.Join(words, ", "))
	}
}

// table lays rows out, nothing where there are none.
func (t *infoText) table(header []column, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	for _, line := range table(header, rows, false) {
		t.line("  ", line)
	}
}

// conversationsShown is how many conversations the text shows; JSON has more.
const conversationsShown = 10

// conversations tells of the largest ones.
func (t *infoText) conversations() {
	list := t.survey.Conversations[:min(len(t.survey.Conversations), conversationsShown)]
	if len(list) == 0 {
		return
	}
	t.section()
	if t.survey.ConversationsTotal > int64(len(list)) {
		t.line(fmt.Sprintf("the %d largest of %s", len(list), count(t.survey.ConversationsTotal, "conversation")))
	}
	var rows [][]string
	for i := range list {
		c := &list[i]
		rows = append(rows, []string{fmt.Sprint(c.Stream), c.Service, c.Client, c.Server, grouped(c.ClientBytes), grouped(c.ServerBytes)})
	}
	for n, line := range table([]column{{"stream", true}, {"service", false}, {"client", false}, {"server", false}, {"sent", true}, {"received", true}}, rows, false) {
		if n == 0 {
			t.line("  ", line)
			continue
		}
		t.remarked(line, strings.Join(conversationWords(&list[n-1]), ", "))
	}
	t.duplicates()
}

// remarked writes a line of a table and what is to be said of it: beside it, or
// below where the page is too narrow.
func (t *infoText) remarked(line, words string) {
	if wide := columns("  " + line + "  " + words); words == "" || wide <= t.width {
		t.line("  ", line, "  ", words)
		return
	}
	t.line("  ", line)
	t.flow("          ", "          ", unitsOf(words, plain)...)
}

// conversationWords tells what is not as it should be with a conversation.
func conversationWords(c *story.Conversation) []string {
	var words []string
	if c.Encrypted {
		words = append(words, cmp.Or(c.TLS, "encrypted"))
	}
	if c.Directions != "both" {
		words = append(words, c.Directions+" direction only")
	}
	if !c.Handshake {
		words = append(words, "no handshake")
	}
	for _, x := range []struct {
		n    int64
		what string
	}{{c.Missing, "bytes missing"}, {c.Cut, "cut"}, {c.Retransmits, "retransmitted"}, {c.Duplicates, "recorded twice"}} {
		if x.n > 0 {
			words = append(words, grouped(x.n)+" "+x.what)
		}
	}
	return words
}

func (t *infoText) duplicates() {
	if n := t.survey.Duplicates; n > 0 {
		t.section()
		t.line(count(n, "frame") + " recorded twice, as -i any or a mirrored port does; each was read once")
	}
}

// balance tells what became of packets and bytes, name by name.
func (t *infoText) balance() {
	var rows [][]string
	add := func(what string, v any) {
		value := reflect.ValueOf(v)
		for i := range value.NumField() {
			if n := value.Field(i).Int(); n != 0 {
				name, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("json"), ",")
				name = strings.ReplaceAll(name, "_", " ")
				rows = append(rows, []string{what, name, grouped(n)})
				what = ""
			}
		}
	}
	add("packets", t.survey.Accounting.Packets)
	add("stream bytes", t.survey.Accounting.Bytes)
	t.section()
	t.table([]column{{"", false}, {"became", false}, {"", true}}, rows)
}

// blindSpots tells what cannot be seen, and the command that would have shown
// it.
func (t *infoText) blindSpots() {
	t.section()
	if t.survey.Interrupted {
		t.labelled("", "interrupted:", warning, "only what was read until then is told")
	}
	told := make(map[string]bool)
	for _, b := range t.survey.BlindSpots {
		t.labelled("", "not seen ", warning, b.Text)
		if b.Advice != "" && !told[b.Advice] {
			t.labelled("", "to see it", strong, b.Advice)
		}
		told[b.Advice] = true
	}
	if t.survey.Command != "" {
		t.labelled("", "all of it", strong, t.survey.Command)
	}
	t.books("accounted for: " + accounting(t.survey.Accounting))
	var words []string
	for _, l := range t.survey.Limits {
		words = append(words, fmt.Sprintf("%s %s", l.Name, count(l.Times, "time")))
	}
	if len(words) > 0 {
		t.labelled("", "bounds reached:", warning, strings.Join(words, ", "))
	}
}
