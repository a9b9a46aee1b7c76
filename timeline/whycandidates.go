package timeline

import (
	"fmt"

	"glancecap/timeline/attribute"
	"glancecap/timeline/story"
)

// mostCandidates is how many candidates are told one by one.
const mostCandidates = 16

// candidates tells which calls may have caused the statement, and what stands
// against each.
func (w *asking) candidates(e *attribute.Evidence) {
	if w.why.Candidates != nil {
		return
	}
	w.why.Candidates = []story.Candidate{}
	for n := range e.Candidates {
		if n == mostCandidates {
			w.say("others", fmt.Sprintf("%s more were open meanwhile and are left out here.", counted(len(e.Candidates)-n, "call")))
			break
		}
		w.why.Candidates = append(w.why.Candidates, w.rival(&e.Candidates[n], e))
	}
}

// rival tells of one candidate.
func (w *asking) rival(c *attribute.Candidate, e *attribute.Evidence) story.Candidate {
	t := &w.calls[c.Call].told
	r := story.Candidate{Call: t.ID, What: askedWords(t), Frames: []story.Frames{}}
	if t.FirstFrame > 0 {
		r.Frames = append(r.Frames, framesOfCall(t))
	}
	if c.Task != "" {
		r.What += ", its task " + c.Task
	}
	since := ""
	if c.Since != story.NoTime {
		since = fmt.Sprintf("; what it had done before was over %s earlier", millis(c.Since))
	}
	if c.Call == e.Link.Call {
		r.Own = true
		r.Text = "it is the one" + since
		if c.Objection != attribute.Possible {
			r.Text = "it is the one, by what it does as a whole"
		}
		return r
	}
	r.Reason, r.Text = w.objection(c, e)
	if c.Objection == attribute.Possible {
		r.Text += since
	}
	return r
}

// objection says what stands against a candidate.
func (w *asking) objection(c *attribute.Candidate, e *attribute.Evidence) (reason, text string) {
	t, in := &w.calls[c.Call].told, &w.in.Calls[c.Call]
	switch c.Objection {
	case attribute.OtherHost:
		return "host", fmt.Sprintf("impossible: it was made to %s, the connection comes from %s", in.ServerHost, w.in.Sessions[e.Unit.Session].ClientHost)
	case attribute.BeganLater:
		return "nesting", fmt.Sprintf("impossible: it began %s after the work did", millis(t.Time-e.Unit.Start))
	case attribute.EndedBefore:
		return "nesting", fmt.Sprintf("impossible: it was over %s before the work was", millis(e.Unit.End-t.End))
	case attribute.AskedOthers:
		text = "impossible: it was waiting for another service meanwhile"
		if c.ByCall >= 0 {
			o := &w.calls[c.ByCall].told
			text = fmt.Sprintf("impossible: it was waiting for %s meanwhile (%s, frames %d–%d)", o.Service, o.ID, o.FirstFrame, o.LastFrame)
		}
		return "causality", text
	case attribute.OtherImage:
		if in.Image == "" {
			return "image", "impossible: it is about no image of that id"
		}
		return "image", "impossible: it is about the image " + in.Image
	case attribute.OtherTask:
		return "names", "impossible: it is about another task"
	case attribute.OtherNames:
		return "names", "impossible: " + w.otherNames(in, e)
	case attribute.NotItsWork:
		return "grammar", fmt.Sprintf("impossible: a call of its kind (%s, answered %s) never does %q", t.Action, statusText(t), unitWords(e.Unit.Kind))
	case attribute.OtherProcess:
		return "process", "impossible: its other work is another process's" + w.by(c)
	case attribute.BusyThen:
		return "causality", "impossible: it was at work on another connection at that time" + w.by(c)
	case attribute.NotItsTurn:
		return "grammar", fmt.Sprintf("impossible: beside the work that is proven to be its own there is no place for %q at that time", unitWords(e.Unit.Kind))
	case attribute.Together:
		return "together", "nothing alone speaks against it, but no arrangement of all the calls' work, each in its order, gives it this"
	}
	return "", "nothing that is seen speaks against it by itself"
}

// otherNames says which values differ.
func (w *asking) otherNames(in *attribute.Call, e *attribute.Evidence) string {
	for _, n := range e.Unit.Names {
		for _, m := range in.Names {
			if what := nameWords(n.Kind); what != "" && n.Kind == m.Kind && n.Value != m.Value {
				return fmt.Sprintf("it says %s%s, the bracket %s", what, m.Value, n.Value)
			}
		}
	}
	if in.SeenImage != 0 || in.SeenTags != 0 || in.SeenMembers != 0 {
		return "its answer shows other rows than those that were read"
	}
	return "it asks for other values than those that are written or read"
}

// by says which statement stands against a candidate.
func (w *asking) by(c *attribute.Candidate) string {
	if c.ByStatement < 0 {
		return ""
	}
	st := &w.statements[c.ByStatement].told
	return fmt.Sprintf(" (%s, frame %d)", st.ID, st.FirstFrame)
}

func statusText(t *story.Call) string {
	if t.Status == nil {
		return "nothing yet"
	}
	return fmt.Sprint(*t.Status)
}
