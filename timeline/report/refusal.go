package report

import "glancecap/timeline/story"

// refusals tells of the attempts of an image's calls to reach a service that did
// not take them: one event for those that follow each other.
func (t *text) refusals(calls []*story.Call) (events []event) {
	for _, c := range calls {
		var run []story.RefusedConnection
		for _, r := range t.story.Refused {
			if r.Call == nil || *r.Call != c.ID {
				continue
			}
			if len(run) > 0 && run[0].Server != r.Server {
				events = append(events, t.refusal(c, run))
				run = nil
			}
			run = append(run, r)
		}
		if len(run) > 0 {
			events = append(events, t.refusal(c, run))
		}
	}
	return events
}

// refusal is the event of attempts to reach one server.
func (t *text) refusal(c *story.Call, run []story.RefusedConnection) event {
	first, last := run[0], run[len(run)-1]
	e := event{
		at: first.Time, frame: first.FirstFrame, who: "glance", depth: t.depth(c) + 1, answer: "refused",
		what: first.Service + " " + count(len(run), "attempt") + " to connect", rank: rankFailure, style: bad,
		frames: framesAt(first.FirstFrame, last.FirstFrame, first.File, last.File),
	}
	if first.Unanswered {
		e.answer = "no answer"
	}
	if len(run) > 1 {
		e.took = seconds(last.Time.Sub(first.Time))
	}
	return e
}
