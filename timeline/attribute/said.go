package attribute

import "slices"

// said is the link of a bracket where its call may be one that only a log
// tells: other callers may have no log, so that it is likely at most, and
// without a name a guess or nothing. One thing is sure: no other call can have made the
// image that the answer names as made.
func (l *linker) said(link Link, b *bracket) Link {
	c := &l.in.Calls[link.Call]
	switch {
	case !c.Log:
	case c.Made && b.kind == kindCreate && slices.Contains(b.images, c.Image):
		link.Confidence, link.Certainty = 1, Proven
	case len(b.images)+len(b.tasks) == 0 && c.Untimed:
		return Link{Call: -1, Candidates: link.Candidates}
	case len(b.images)+len(b.tasks) == 0:
		link.Confidence, link.Certainty = min(link.Confidence, least), Guess
	default:
		link.Confidence, link.Certainty = min(link.Confidence, partialConfidence), Likely
	}
	return link
}

// readsBack tells the work that follows the making of an image in its call. A
// log may tell so many creates whose images are not known that these would
// else be taken for others'.
func readsBack(kind string) bool {
	return kind == kindImage || kind == kindTags || kind == kindMember
}
