package extract

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/timeline/story"
)

// Notes is the Step that says, in comments, which packets are steps of a story:
// a commit that made an image's status, a write, a call and its answer. A pcap
// file has no place for them.
type Notes map[frameOf][]string

// NewNotes takes down the steps of images.
func NewNotes(s *story.Story, images []*story.Image) Notes {
	n := &noting{notes: make(Notes), statements: make(map[string]*story.Statement), wanted: make(map[string]string), calls: make(map[string]bool)}
	for _, st := range s.Statements {
		n.statements[st.ID] = st
	}
	for _, i := range images {
		name := ""
		if len(images) > 1 {
			if name = i.Name; name == "" {
				name = i.ID
			}
			name = " of " + name
		}
		n.wanted[i.ID] = name
		n.image(i, name)
	}
	n.writes(s)
	n.called(s)
	return n.notes
}

// noting is the taking down.
type noting struct {
	notes      Notes
	statements map[string]*story.Statement
	// wanted are the images by their ids, with what tells them apart.
	wanted map[string]string
	// calls are those of the images.
	calls map[string]bool
}

func (n *noting) add(file *int, frame int, text string) {
	if frame <= 0 {
		return
	}
	at := frameOf{frame: frame}
	if file != nil {
		at.file = int32(*file)
	}
	text = printable(text)
	if !slices.Contains(n.notes[at], text) {
		n.notes[at] = append(n.notes[at], text)
	}
}

// image notes transitions and what did not become one: "queued: COMMIT".
func (n *noting) image(i *story.Image, name string) {
	for _, t := range i.Transitions {
		how := "seen in the answer"
		if t.Statement != nil && n.statements[*t.Statement] != nil {
			st := n.statements[*t.Statement]
			if how = "COMMIT"; st.Outcome == "autocommitted" {
				how = st.Verb
			}
		}
		n.add(t.File, t.Frame, t.To+name+": "+how)
	}
	for _, a := range i.Attempts {
		n.add(nil, a.Frame, a.To+name+", without effect: "+strings.ReplaceAll(a.Why, "_", " "))
	}
	for _, id := range i.Calls {
		n.calls[id] = true
	}
}

// writes notes the statements that changed something of the images.
func (n *noting) writes(s *story.Story) {
	for _, st := range s.Statements {
		if st.Image == nil || st.Outcome == "read" || st.Housekeeping || len(st.Tables) == 0 {
			continue
		}
		name, wanted := n.wanted[*st.Image]
		if !wanted {
			continue
		}
		text := st.Verb + " " + strings.Join(st.Tables, ", ") + name
		if st.Detail != "" {
			text += ", " + st.Detail
		}
		n.add(st.File, st.FirstFrame, text+": "+strings.ReplaceAll(st.Outcome, "_", " "))
	}
}

// called notes the images' calls, and those made on their behalf.
func (n *noting) called(s *story.Story) {
	for _, x := range s.Calls {
		of := x.Behalf()
		if !n.calls[x.ID] && (of == nil || !n.calls[*of]) || x.Stream < 0 {
			continue
		}
		what := x.Service + " " + x.Action
		begun := what + " begins"
		if x.Detail != "" {
			begun += ", " + x.Detail
		}
		n.add(x.File, x.FirstFrame, begun)
		if x.Status != nil {
			done := what + ": " + strconv.Itoa(*x.Status)
			if x.RequestID != nil {
				done += ", " + *x.RequestID
			}
			at := x.File
			if x.LastFile != nil {
				at = x.LastFile
			}
			n.add(at, x.LastFrame, done)
		}
	}
}

// printable replaces what cannot be shown: names come from strangers.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// Change is Step's.
func (n Notes) Change(p *capture.Packet, _ *packet.Segment, c *capture.Change) bool {
	c.Comments = append(c.Comments, n[frameOf{p.File, p.Number}]...)
	return true
}
