package timeline

import (
	"glancecap/timeline/attribute"
	"glancecap/timeline/story"
)

// Among tells who would be told to have made the statements of the story that
// was made last, were only some of its calls and statements captured: calls and
// statements tell which, by their places in the story. The answer has a link for
// each statement that there is; nil is nobody. The builder must have been asked
// to keep the evidence (Options.Why). It may be asked by several at once.
func (b *Builder) Among(calls, statements []bool) []*story.Link {
	links := make([]*story.Link, len(statements))
	if b.asked == nil {
		return links
	}
	all := b.asked.in
	in := &attribute.Input{Tasks: all.Tasks, Partial: all.Partial}
	var whose, which []int // of in, places in the story
	for k, is := range calls {
		if is {
			in.Calls, whose = append(in.Calls, all.Calls[k]), append(whose, k)
		}
	}
	sessions := make(map[int]int)
	for k, is := range statements {
		if !is {
			continue
		}
		st := all.Statements[k]
		n, known := sessions[st.Session]
		if !known {
			n = len(in.Sessions)
			sessions[st.Session], in.Sessions = n, append(in.Sessions, all.Sessions[st.Session])
		}
		st.Session = n
		in.Statements, which = append(in.Statements, st), append(which, k)
	}
	for k, link := range attribute.Statements(in, attribute.Parents(in)) {
		if link.Call >= 0 {
			links[which[k]] = linkTo(&b.asked.calls[whose[link.Call]].told, &link)
		}
	}
	return links
}

// linkTo is a link to a call as the story tells it.
func linkTo(t *story.Call, link *attribute.Link) *story.Link {
	return &story.Link{ID: t.ID, RequestID: t.RequestID, Rule: link.Rule, Confidence: link.Confidence, Certainty: link.Certainty, Candidates: link.Candidates}
}
