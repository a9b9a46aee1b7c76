package diagnose

import (
	"slices"

	"glancecap/timeline/story"
)

// found are the few statements that something is asked of beside the images'
// own. All statements are gone over once for them: they are many, and far from
// each other in memory.
type found struct {
	end story.Time // of all statements
	// refusedCommits are asked for with each image.
	refusedCommits []*story.Statement
	// unready, and slowAside by service, are of no image; answerless are of any.
	unready, answerless []*story.Statement
	slowAside           map[string][]*story.Statement
	// writers are the hosts that changed rows of a service's database.
	writers map[string][]string
}

func findIn(statements []*story.Statement) found {
	f := found{end: story.NoTime, slowAside: make(map[string][]*story.Statement), writers: make(map[string][]string)}
	for _, s := range statements {
		f.end = max(f.end, s.End)
		if refusedCommit(s) {
			f.refusedCommits = append(f.refusedCommits, s)
		}
		if s.Image == nil && notReady(s) {
			f.unready = append(f.unready, s)
		}
		if s.Image == nil && isSlow(s) {
			f.slowAside[s.Service] = append(f.slowAside[s.Service], s)
		}
		if s.Command == "COM_QUERY" && s.Error == nil && s.Rows == nil && s.Affected == nil && s.LastFrame == s.FirstFrame {
			f.answerless = append(f.answerless, s)
		}
		if changesRows(s) {
			if h := story.HostOf(s.Client); !slices.Contains(f.writers[s.Service], h) {
				f.writers[s.Service] = append(f.writers[s.Service], h)
			}
		}
	}
	return f
}
