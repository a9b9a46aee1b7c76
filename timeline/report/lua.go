package report

import (
	"bufio"
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"glancecap/timeline/story"
)

//go:embed story.lua
var luaScript string

// Lua writes a post-dissector for Wireshark and tshark
// (https://www.wireshark.org/docs/wsdg_html_chunked/wsluarm.html): the frames
// of calls and statements say which image, call and step they belong to, and
// why. Wireshark opens one capture: of several, the script is for the one whose
// number it is given (-X lua_script1:2), else for the first.
func Lua(w io.Writer, s *story.Story) error {
	l := &lua{w: bufio.NewWriter(w), index: NewIndex(s), images: make(map[string]*story.Image)}
	head, tail, _ := strings.Cut(luaScript, "-- STORY\n")
	if s.ShowsSecrets {
		l.w.WriteString("-- " + secretsShown + "\n")
	}
	l.w.WriteString(head)
	if l.several = len(s.Captures) > 1; l.several {
		for n, c := range s.Captures {
			fmt.Fprintf(l.w, "-- %d: %s\n", n+1, Safe(c.Path))
		}
		l.w.WriteString("several = true\n")
	}
	for _, i := range s.Images {
		l.image(i)
	}
	l.ranges(s)
	l.end()
	l.w.WriteString(tail)
	return l.w.Flush()
}

// lua is one script being written.
type lua struct {
	w *bufio.Writer
	*index
	images  map[string]*story.Image // by the ids of calls and statements
	written int
	// several tells that streams are counted over several captures, and mean
	// nothing to Wireshark.
	several bool
}

// LuaSafe makes text from strangers a string of Lua (Lua 5.2 manual, §3.1):
// one line of printable characters, in which \ and " are escaped.
func LuaSafe(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(Safe(s)) + `"`
}

// block is how many statements stand in one function: Lua bounds the constants
// of a function.
const block = 500

// say writes one statement of Lua.
func (l *lua) say(format string, args ...any) {
	if l.written%block == 0 {
		l.end()
		l.w.WriteString("do local _ = (function()\n")
	}
	l.written++
	fmt.Fprintf(l.w, format+"\n", args...)
}

// end closes the function that is open.
func (l *lua) end() {
	if l.written > 0 {
		l.w.WriteString("end)() end\n")
	}
}

// image tells an image's name, and the frames of its transitions: the
// statement that wrote the status, and the answer that committed it.
func (l *lua) image(i *story.Image) {
	l.say("image(%s, %s)", LuaSafe(i.ID), LuaSafe(i.Name))
	calls := l.family(i)
	for _, c := range calls {
		l.images[c.ID] = i
	}
	for _, s := range l.statementsOf(i, calls) {
		l.images[s.ID] = i
	}
	for _, t := range i.Transitions {
		why := statusChange(t.From, t.To) + ", told by " + strings.Join(t.Witnesses, ", ")
		frames := []int{t.Frame}
		if t.Written != nil && t.Written.Frame > 0 && t.Written.Frame != t.Frame {
			frames = []int{t.Written.Frame, t.Frame}
		}
		for _, f := range frames {
			l.say("step(%d, %d, %s, %s, %s, %s)", number(t.File), f, LuaSafe(i.ID), LuaSafe(deref(t.Call)), LuaSafe(t.To), LuaSafe(why))
		}
	}
}

// number is a capture's number, from 1.
func number(file *int) int {
	if file == nil {
		return 1
	}
	return *file + 1
}

// conversation is how the script finds a connection: by Wireshark's stream, of
// several captures by its ends.
func (l *lua) conversation(stream int, client, server string) string {
	if !l.several {
		return strconv.Itoa(stream)
	}
	return LuaSafe(min(client, server) + " " + max(client, server))
}

// stretch is a run of a stream's frames.
type stretch struct {
	file, stream, from, to int
	on, image, call, why   string
}

// ranges tells the frames of calls and statements, by stream and frame.
func (l *lua) ranges(s *story.Story) {
	var all []stretch
	for _, c := range s.Calls {
		if c.FirstFrame == 0 {
			continue
		}
		x := stretch{file: number(c.File), stream: c.Stream, on: l.conversation(c.Stream, c.Client, c.Server), from: c.FirstFrame, to: c.LastFrame, call: c.ID, why: Asked(c) + ", " + c.Action}
		if i := l.images[c.ID]; i != nil {
			x.image = i.ID
		}
		all = append(all, x)
	}
	for _, st := range s.Statements {
		if st.FirstFrame == 0 {
			continue
		}
		x := stretch{file: number(st.File), stream: st.Stream, on: l.conversation(st.Stream, st.Client, st.Server), from: st.FirstFrame, to: st.LastFrame, why: statementName(st)}
		if st.Call != nil && st.Call.Certainty != "guess" {
			x.call = st.Call.ID
			x.why += ", caused by " + st.Call.ID + ": " + st.Call.Certainty + ", " + st.Call.Rule
		}
		if i := l.images[st.ID]; i != nil {
			x.image = i.ID
		}
		all = append(all, x)
	}
	// The script looks a frame up among a connection's in order.
	order := func(a, b stretch) int { return cmp.Compare(a.stream, b.stream) }
	if l.several {
		order = func(a, b stretch) int { return strings.Compare(a.on, b.on) }
	}
	slices.SortStableFunc(all, func(a, b stretch) int {
		return cmp.Or(cmp.Compare(a.file, b.file), order(a, b), cmp.Compare(a.from, b.from))
	})
	for _, x := range all {
		l.say("range(%d, %s, %d, %d, %s, %s, %s)", x.file, x.on, x.from, max(x.to, x.from), LuaSafe(x.image), LuaSafe(x.call), LuaSafe(x.why))
	}
}
