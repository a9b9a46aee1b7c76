package report

import (
	"bufio"
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

//go:embed story.lua
var luaScript string

// Lua writes a post-dissector for Wireshark and tshark
// (https://www.wireshark.org/docs/wsdg_html_chunked/wsluarm.html): the frames
// of calls and statements say which image, call and step they belong to, and
// why. It is for the first capture of the story: Wireshark opens one.
func Lua(w io.Writer, s *story.Story) error {
	l := &lua{w: bufio.NewWriter(w), index: NewIndex(s), images: make(map[string]*story.Image)}
	head, tail, _ := strings.Cut(luaScript, "-- STORY\n")
	l.w.WriteString(head)
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
		if !first(t.File) {
			continue
		}
		why := statusChange(t.From, t.To) + ", told by " + strings.Join(t.Witnesses, ", ")
		frames := []int{t.Frame}
		if t.Written != nil && t.Written.Frame > 0 && t.Written.Frame != t.Frame {
			frames = []int{t.Written.Frame, t.Frame}
		}
		for _, f := range frames {
			l.say("step(%d, %s, %s, %s, %s)", f, LuaSafe(i.ID), LuaSafe(deref(t.Call)), LuaSafe(t.To), LuaSafe(why))
		}
	}
}

// first tells whether a frame number is of the first capture.
func first(file *int) bool { return file == nil || *file == 0 }

// stretch is a run of a stream's frames.
type stretch struct {
	stream, from, to int
	image, call, why string
}

// ranges tells the frames of calls and statements, by stream and frame.
func (l *lua) ranges(s *story.Story) {
	var all []stretch
	for _, c := range s.Calls {
		if !first(c.File) || c.FirstFrame == 0 {
			continue
		}
		x := stretch{stream: c.Stream, from: c.FirstFrame, to: c.LastFrame, call: c.ID, why: c.Method + " " + c.Target + ", " + c.Action}
		if i := l.images[c.ID]; i != nil {
			x.image = i.ID
		}
		all = append(all, x)
	}
	for _, st := range s.Statements {
		if !first(st.File) || st.FirstFrame == 0 {
			continue
		}
		x := stretch{stream: st.Stream, from: st.FirstFrame, to: st.LastFrame, why: strings.TrimSpace(cmp.Or(st.Verb, st.Command) + " " + strings.Join(st.Tables, ", "))}
		if st.Call != nil && st.Call.Certainty != "guess" {
			x.call = st.Call.ID
			x.why += ", caused by " + st.Call.ID + ": " + st.Call.Certainty + ", " + st.Call.Rule
		}
		if i := l.images[st.ID]; i != nil {
			x.image = i.ID
		}
		all = append(all, x)
	}
	slices.SortStableFunc(all, func(a, b stretch) int { return cmp.Or(cmp.Compare(a.stream, b.stream), cmp.Compare(a.from, b.from)) })
	for _, x := range all {
		l.say("range(%d, %d, %d, %s, %s, %s)", x.stream, x.from, max(x.to, x.from), LuaSafe(x.image), LuaSafe(x.call), LuaSafe(x.why))
	}
}
