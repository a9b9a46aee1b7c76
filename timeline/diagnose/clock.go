package diagnose

import (
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// skew is from how many seconds on a clock is told to be wrong.
const skew = 0.5

// clocks looks at hosts whose clock differs from the captures'.
func (c *Inquiry) clocks() {
	var wrong []story.HostClock
	for _, h := range c.story.Clocks {
		if behind(h) || ahead(h) {
			wrong = append(wrong, h)
		}
	}
	if joint, one := together(wrong); one && len(wrong) > 1 && len(wrong) == len(c.story.Clocks) {
		c.add(story.Diagnosis{Code: "clock_skew", Severity: severityWarning, Frames: clockFrames(joint),
			Text:   fmt.Sprintf("the clocks of all %d hosts lie %s, and may agree with one another: then it is the capturing host's that is wrong", len(wrong), amount(joint)),
			Advice: "look at the time service of the capturing host: chronyc tracking"})
		return
	}
	for _, h := range wrong {
		c.add(story.Diagnosis{Code: "clock_skew", Severity: severityWarning, Frames: clockFrames(h),
			Text:   fmt.Sprintf("the clock of %s lies %s (%s)", h.Host, amount(h), strings.Join(h.By, ", ")),
			Advice: "look at its time service (chronyc tracking): tokens run out early or late, logs do not line up"})
	}
}

// behind and ahead tell that the bounds leave no other way. Bounds that exclude
// each other are no clock's: it was set meanwhile, or several hosts answer.
func behind(h story.HostClock) bool { return h.Least.Known() && h.Least >= skew && h.Least <= h.Most }

func ahead(h story.HostClock) bool {
	return h.Most.Known() && h.Most <= -skew && !(h.Least.Known() && h.Least > h.Most)
}

// together gives the bounds that fit all hosts; one tells that there are some.
func together(list []story.HostClock) (joint story.HostClock, one bool) {
	if len(list) == 0 {
		return joint, false
	}
	joint = list[0]
	for _, h := range list[1:] {
		if h.Least.Known() && (!joint.Least.Known() || h.Least > joint.Least) {
			joint.Least, joint.LeastFrame = h.Least, h.LeastFrame
		}
		if h.Most < joint.Most {
			joint.Most, joint.MostFrame = h.Most, h.MostFrame
		}
	}
	return joint, !joint.Least.Known() || joint.Least <= joint.Most
}

// amount says how far a clock is off.
func amount(h story.HostClock) string {
	switch {
	case behind(h):
		return between(h.Least, h.Most) + " behind the capture's"
	case h.Least.Known():
		return between(-h.Most, -h.Least) + " ahead of the capture's"
	}
	return fmt.Sprintf("at least %.3f s ahead of the capture's", -h.Most)
}

func between(least, most story.Number) string {
	if most-least < 0.001 {
		return fmt.Sprintf("%.3f s", least)
	}
	return fmt.Sprintf("%.3f to %.3f s", least, most)
}

func clockFrames(h story.HostClock) []int {
	if ahead(h) {
		return []int{h.MostFrame, h.LeastFrame}
	}
	return []int{h.LeastFrame, h.MostFrame}
}
