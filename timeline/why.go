package timeline

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"glancecap/timeline/attribute"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// NothingOfThatID tells that the story has nothing of an id.
type NothingOfThatID struct {
	ID string
	// Known says what there is.
	Known string
}

// Error says what there is.
func (e *NothingOfThatID) Error() string {
	return fmt.Sprintf("nothing is called %q; %s", e.ID, e.Known)
}

// evidence is what attribution went by, kept where somebody asks why.
type evidence struct {
	in         *attribute.Input
	parents    []int
	links      []attribute.Link
	calls      []*call
	statements []*statement
	t          *telling
}

// Why tells the evidence for a statement, a call or a transition of the story
// that was made last, by its id, by that of its record, by a request id or by a
// frame. The builder must have been asked to keep it (Options.Why). The error
// is a *NothingOfThatID.
func (b *Builder) Why(s *story.Story, id string) (*story.Why, error) {
	w := &asking{b: b, evidence: b.asked, story: s}
	if w.evidence == nil {
		return nil, &NothingOfThatID{ID: id, Known: "no evidence was kept"}
	}
	if !w.find(id) {
		return nil, &NothingOfThatID{ID: id, Known: w.known()}
	}
	switch {
	case w.statement != nil:
		w.tellStatement()
	case w.call != nil:
		w.tellCall()
	default:
		w.tellTransition()
	}
	w.why.Filter, w.why.Tshark = w.filter()
	return &w.why, nil
}

// asking is one question.
type asking struct {
	b *Builder
	*evidence
	story *story.Story
	why   story.Why
	// What was asked for is one of these.
	statement  *statement
	call       *call
	transition *story.Transition
	image      *story.Image
	// shown are the packets that the filter shows.
	shown []stretch
}

// stretch are frames of one conversation.
type stretch struct {
	file           int
	stream         int
	client, server string
	first, last    int
}

// find finds what an id names.
func (w *asking) find(id string) bool {
	for _, i := range w.story.Images {
		for n := range i.Transitions {
			if i.Transitions[n].ID == id {
				w.image, w.transition = i, &i.Transitions[n]
				return true
			}
		}
	}
	for _, st := range w.statements {
		if st.told.ID == id || st.told.Record == id {
			w.statement = st
			return true
		}
	}
	for _, c := range w.calls {
		if c.told.ID == id || c.told.Record == id && id != "" || c.told.RequestID != nil && *c.told.RequestID == id {
			w.call = c
			return true
		}
	}
	var only *int // the capture that is meant
	if number, rest, ok := strings.Cut(id, ":"); ok {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > len(w.story.Captures) {
			return false
		}
		n--
		only, id = &n, rest
	}
	frame, err := strconv.Atoi(id)
	return err == nil && w.at(frame, only)
}

// at finds what stands in a frame: what begins or ends there before what only
// spans it, and of these the shortest. only is the capture that is meant, nil
// where any will do.
func (w *asking) at(frame int, only *int) bool {
	best := -1
	better := func(first, last int, file, elsewhere *int) bool {
		switch {
		case only != nil && file != nil && *file != *only:
			// What ends in the capture that is meant is not shown by its span.
			if elsewhere == nil || *elsewhere != *only || frame != last {
				return false
			}
			first = last
		case elsewhere != nil:
			last = first
		}
		if frame < first || frame > last {
			return false
		}
		length := last - first
		if frame == first || frame == last {
			length = 0
		}
		if best >= 0 && length >= best {
			return false
		}
		best = length
		return true
	}
	for _, st := range w.statements {
		if better(st.told.FirstFrame, st.told.LastFrame, st.told.File, st.told.LastFile) {
			w.statement = st
		}
	}
	for _, c := range w.calls {
		if better(c.told.FirstFrame, c.told.LastFrame, c.told.File, c.told.LastFile) {
			w.call, w.statement = c, nil
		}
	}
	return best >= 0
}

// known says what can be asked for.
func (w *asking) known() string {
	var words []string
	span := func(what, letter string, n int) {
		switch {
		case n == 1:
			words = append(words, "the "+what+" "+letter+"1")
		case n > 1:
			words = append(words, fmt.Sprintf("the %ss %s1 to %s%d", what, letter, letter, n))
		}
	}
	span("statement", "s", len(w.statements))
	span("call", "c", len(w.calls))
	n := 0
	for _, i := range w.story.Images {
		n += len(i.Transitions)
	}
	span("transition", "t", n)
	if words == nil {
		return "the captures tell of no statement, call or transition"
	}
	return "there are " + list(words) + ", and a request id or a frame" + w.example() + " will do"
}

// example shows how a frame of one of several captures is named.
func (w *asking) example() string {
	if len(w.story.Captures) < 2 {
		return ""
	}
	return ", as in 2:57 for the second capture's,"
}

// say adds a sentence.
func (w *asking) say(about, text string, frames ...story.Frames) {
	kept := slices.DeleteFunc(slices.Clone(frames), func(f story.Frames) bool { return f.First == 0 })
	for n := range kept {
		// What ends in another file ends in a frame of that.
		kept[n].Last = max(kept[n].First, kept[n].Last)
	}
	w.why.Evidence = append(w.why.Evidence, story.Said{About: about, Text: text, Frames: append([]story.Frames{}, kept...)})
}

// framesIn gives a stretch of frames; of one that ends in another capture its
// beginning.
func framesIn(file *int, first, last int, elsewhere *int) story.Frames {
	if elsewhere != nil {
		last = first
	}
	return story.Frames{First: first, Last: last, File: file}
}

func framesOfCall(c *story.Call) story.Frames {
	return framesIn(c.File, c.FirstFrame, c.LastFrame, c.LastFile)
}

func framesOfStatement(st *story.Statement) story.Frames {
	return framesIn(st.File, st.FirstFrame, st.LastFrame, st.LastFile)
}

// showCall and showStatement add packets to those of the filter.
func (w *asking) showCall(c *story.Call) {
	if c.FirstFrame > 0 {
		w.shown = append(w.shown, stretch{fileNumber(c.File), c.Stream, c.Client, c.Server, c.FirstFrame, c.LastFrame})
	}
}

func (w *asking) showStatement(st *story.Statement) {
	if st.FirstFrame > 0 {
		w.shown = append(w.shown, stretch{fileNumber(st.File), st.Stream, st.Client, st.Server, st.FirstFrame, st.LastFrame})
	}
}

func fileNumber(file *int) int {
	if file == nil {
		return 0
	}
	return *file
}

// filter makes the display filter for the packets of the first file shown, and
// the command. Streams are Wireshark's where there is one capture; of several
// each is opened alone, and its streams are counted anew.
func (w *asking) filter() (filter, command string) {
	if len(w.shown) == 0 {
		return "", ""
	}
	file := w.shown[0].file
	var order []string
	spans := make(map[string][2]int)
	for _, s := range w.shown {
		if s.file != file {
			continue
		}
		key := "tcp.stream == " + strconv.Itoa(s.stream)
		if len(w.story.Captures) > 1 {
			key = conversation(s.client, s.server)
		}
		span, ok := spans[key]
		if !ok {
			order, span = append(order, key), [2]int{s.first, s.last}
		}
		spans[key] = [2]int{min(span[0], s.first), max(span[1], s.last)}
	}
	var parts []string
	for _, key := range order {
		part := fmt.Sprintf("%s && frame.number in {%d..%d}", key, spans[key][0], spans[key][1])
		if spans[key][0] == spans[key][1] {
			part = fmt.Sprintf("%s && frame.number == %d", key, spans[key][0])
		}
		parts = append(parts, part)
	}
	filter = parts[0]
	if len(parts) > 1 {
		filter = "(" + strings.Join(parts, ") || (") + ")"
	}
	path := "FILE"
	if file < len(w.story.Captures) && w.story.Captures[file].Path != "-" {
		path = shellQuoted(w.story.Captures[file].Path)
	}
	return filter, "tshark -r " + path + w.decodeAs(file) + " -Y " + shellQuoted(filter)
}

// conversation is a filter for the packets between two ends.
func conversation(a, b string) string {
	var parts []string
	for _, end := range []string{a, b} {
		ip, port, err := net.SplitHostPort(end)
		if err != nil {
			continue
		}
		field := "ip.addr"
		if strings.Contains(ip, ":") {
			field = "ipv6.addr"
		}
		parts = append(parts, field+" == "+ip, "tcp.port == "+port)
	}
	return strings.Join(parts, " && ")
}

// decodeAs tells tshark of the ports that it would not take for HTTP or MySQL.
func (w *asking) decodeAs(file int) string {
	var words []string
	for _, s := range w.shown {
		_, port, err := net.SplitHostPort(s.server)
		if err != nil || s.file != file || port == "3306" || port == "80" || port == "8080" {
			continue
		}
		protocol := "http"
		if w.b.sessions[s.stream] != nil {
			protocol = "mysql"
		}
		words = addOnce(words, " -d tcp.port=="+port+","+protocol)
	}
	return strings.Join(words, "")
}

// shellQuoted quotes a word for a POSIX shell.
func shellQuoted(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/+:=@%") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// list writes words as "a, b and c".
func list(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// counted writes a number of things.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if strings.HasSuffix(what, "y") {
		what = strings.TrimSuffix(what, "y") + "ie"
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// secondsText writes a stretch of time.
func secondsText(t story.Time) string { return fmt.Sprintf("%.3f s", float64(t)/1e9) }

// millis writes a short stretch of time.
func millis(t story.Time) string { return fmt.Sprintf("%.3f ms", float64(t)/1e6) }

// callWords names a call: its id and what it asked.
func callWords(c *story.Call) string {
	words := cmp.Or(strings.TrimSpace(c.Method+" "+shortIDs(c.Target)), "a request that was not captured")
	if c.Service != glance.Glance {
		words = c.Service + " " + words
	}
	return c.ID + " (" + words + ")"
}

// shortIDs leaves of each long id its beginning: whole it stands in the title.
func shortIDs(path string) string {
	const long, kept = 32, 8
	var b strings.Builder
	for from := 0; from < len(path); {
		to := from
		for to < len(path) && strings.IndexByte("0123456789abcdef-", path[to]) >= 0 {
			to++
		}
		switch {
		case to-from > 36 && glance.IsUUID(path[from:from+36]):
			b.WriteString(path[from:from+kept] + "…" + path[from+36:to])
		case to-from >= long:
			b.WriteString(path[from:from+kept] + "…")
		case to > from:
			b.WriteString(path[from:to])
		default:
			b.WriteByte(path[from])
			to++
		}
		from = to
	}
	return b.String()
}

// askedWords is what a call asked, with its request id.
func askedWords(c *story.Call) string {
	words := cmp.Or(strings.TrimSpace(c.Method+" "+c.Target), "a request that was not captured")
	if c.Service != glance.Glance {
		words = c.Service + " " + words
	}
	if c.RequestID != nil {
		words += ", " + *c.RequestID
	}
	return words
}
