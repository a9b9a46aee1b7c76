package attribute

import (
	"sort"

	"glancecap/timeline/story"
)

// mostFollow is how much later a process's next bracket may begin than
// statements that belong to it: a ping on a connection that is dead, the login
// of the one that takes its place, the end of others.
const mostFollow = story.Time(1e9)

// follow links what a connection said without doing any work to the call that
// the process served next. quits are the ends of connections behind brackets.
func (l *linker) follow(list []*bracket, links []Link) {
	next := make(map[int][]*bracket) // by process, in the order of their start
	for _, b := range list {
		if b.works && b.process != 0 {
			next[b.process] = append(next[b.process], b)
		}
	}
	for _, b := range list {
		if !b.works {
			l.links[b] = l.behind(next[b.process], b.start)
		}
	}
	for _, b := range list {
		if b.quit < 0 {
			continue
		}
		s, link := &l.in.Statements[b.quit], l.links[b]
		if link.Call < 0 {
			continue // whose the bracket is may have ended it
		}
		if s.Start > l.in.Calls[link.Call].End {
			links[b.quit] = l.behind(next[b.process], s.Start)
			continue
		}
		// A connection beyond the pool's size is closed when it is given
		// back.
		link.Confidence, link.Certainty = min(link.Confidence, partialConfidence), Likely
		links[b.quit] = link
	}
}

// behind is the link of a process's first bracket from a time on. Where calls
// are missing it may have served one of these before.
func (l *linker) behind(list []*bracket, at story.Time) Link {
	k := sort.Search(len(list), func(i int) bool { return list[i].start >= at })
	if k == len(list) || list[k].start-at > mostFollow || l.links[list[k]].Call < 0 || l.missing.any() {
		return None
	}
	link := l.links[list[k]]
	link.Confidence, link.Certainty, link.Rule = partialConfidence, Likely, "process"
	return link
}
