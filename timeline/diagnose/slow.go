package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// What is worth telling: a phase of a quarter of a second of which one party
// took half, of a second where it is Glance or the client; a warning where
// identity or the database took five seconds.
// A statement is slow from a second on (MySQL's long_query_time is 10).
const (
	shortestSlow = 0.25
	shortestOwn  = 1
	longSlow     = 5
	slowQuery    = 1.0
)

// parties says what the shares of a phase are called, of those that can be
// blamed: bytes that flow are nobody's fault.
var parties = []struct{ share, name, service string }{
	{"identity", "identity", "keystone"},
	{"database", "the database", ""},
	{"network", "the network, which repaired losses", ""},
	{"store", "the store", "swift"},
	{"glance", "Glance itself", ""},
	{"client", "the client, which sent nothing", ""},
}

// slow looks at where the image's time went, and at its slow statements.
func (c *Inquiry) slow() {
	for k := range c.image.Phases {
		p := &c.image.Phases[k]
		p.HeldBecause = most(p.HeldBy)
		c.slowPhase(p)
	}
	c.slowQueries(c.statements, "")
}

// slowPhase tells who took most of a phase in which the image was worked on.
func (c *Inquiry) slowPhase(p *story.Phase) {
	switch p.Name {
	case "created", "saving", "uploading", "importing":
	default:
		return
	}
	if p.Open || !p.Seconds.Known() || p.Seconds < shortestSlow {
		return
	}
	for _, party := range parties {
		took := p.Shares.Of(party.share)
		if took < p.Seconds/2 || party.share == "client" && !c.clientIdle(p) {
			continue
		}
		if (party.share == "client" || party.share == "glance") && p.Seconds < shortestOwn {
			return
		}
		name := party.name
		if party.share == "store" && c.asksUnseen(p) {
			name = "the store, or identity, which it asked meanwhile"
			p.HeldBecause = strings.Replace(p.HeldBecause, "the store", "the store or identity", 1)
		}
		d := story.Diagnosis{Code: "slow_phase", Severity: severityNote,
			Text: fmt.Sprintf("%s took %.3f s, %.0f %% of it %s", p.Name, p.Seconds, 100*took/p.Seconds, name)}
		if refused, n := c.refusedIn(p, party.service); n > 0 {
			d.Text += "; meanwhile " + unreachable(refused, n)
			d.Frames = append(d.Frames, refused.FirstFrame)
		} else if longest := c.longest(p, party.service); longest != nil {
			d.Text += fmt.Sprintf("; the longest of it %s %s, %.3f s", longest.Method, longest.Target, longest.Seconds)
			d.Frames = append(d.Frames, longest.FirstFrame, longest.LastFrame)
		}
		c.heldClient(&d, p)
		if (party.share == "identity" || party.share == "database") && took >= longSlow {
			d.Severity = severityWarning
		}
		d.Advice = slowAdvice[party.share]
		c.add(d)
		return
	}
}

var slowAdvice = map[string]string{
	"identity": "look at Keystone: its caches, its workers, its database",
	"database": "look at the statements with the longest times: --all",
	"network":  "look for losses on the way: cables, queues, MTU",
	"store":    "look at the store's own log and disks",
	"glance":   "look at Glance's workers and host in that time",
	"client":   "look at the client and at what feeds it",
}

// heldClient adds that the client could not send, and because of whom.
func (c *Inquiry) heldClient(d *story.Diagnosis, p *story.Phase) {
	if p.Held == nil || !p.Held.Known() || len(p.HeldFrames) != 2 {
		return
	}
	d.Text += fmt.Sprintf("; the client was held %.3f s by Glance's closed window", p.HeldLongest)
	if p.HeldFiles == nil { // else they are told with their captures
		d.Text += fmt.Sprintf(" (frames %d–%d)", p.HeldFrames[0], p.HeldFrames[1])
	}
	if p.HeldBecause != "" {
		d.Text += " because of " + p.HeldBecause
	}
	d.Frames = append(d.Frames, p.HeldFrames...)
}

// most names who took at least half of the seconds of shares, "" where nobody
// did or nobody can be blamed.
func most(shares story.Shares) string {
	var all story.Number
	for _, s := range shares {
		all += s.Seconds
	}
	for _, party := range parties {
		if n := shares.Of(party.share); n > 0 && n >= all/2 {
			return strings.TrimSuffix(strings.Split(party.name, ",")[0], " itself")
		}
	}
	return ""
}

// asksUnseen tells that a host of the store asked Keystone during a phase, and
// that what for is not known: the store's time may be identity's.
func (c *Inquiry) asksUnseen(p *story.Phase) bool {
	stores := make(map[string]bool)
	for _, call := range c.story.Calls {
		if call.Service == "swift" {
			stores[story.HostOf(call.Server)] = true
		}
	}
	for _, call := range c.story.Calls {
		if call.Service == "keystone" && call.Behalf() == nil && stores[story.HostOf(call.Client)] && call.Time < p.End && call.End > p.Start {
			return true
		}
	}
	return false
}

// clientIdle tells whether the packets show that the client sent nothing for
// half of a phase.
func (c *Inquiry) clientIdle(p *story.Phase) bool {
	for _, call := range c.ours {
		if call.Service == "glance" && call.Transfer != nil && call.Time < p.End && call.RequestEnd > p.Start && call.Transfer.Idle >= p.Seconds/2 {
			return true
		}
	}
	return false
}

// refusedIn gives the first connection to a service that was refused in a phase
// to a call of the image, and how many there were.
func (c *Inquiry) refusedIn(p *story.Phase, service string) (first *story.RefusedConnection, n int) {
	for k := range c.story.Refused {
		r := &c.story.Refused[k]
		if r.Service != service || r.Call == nil || r.Time < p.Start || r.Time > p.End || !slices.Contains(c.image.Calls, *r.Call) {
			continue
		}
		if n++; first == nil {
			first = r
		}
	}
	return first, n
}

// longest gives the longest call to a service on the image's behalf that lies
// in a phase, nil where there is none.
func (c *Inquiry) longest(p *story.Phase, service string) *story.Call {
	if service == "" {
		return nil
	}
	var found *story.Call
	seen := make(map[string]bool)
	for _, call := range c.ours {
		for _, leg := range c.family(call) {
			if seen[leg.ID] || leg.Service != service || leg.Time < p.Start || leg.End > p.End || open(leg) {
				continue
			}
			seen[leg.ID] = true
			if found == nil || leg.Seconds > found.Seconds {
				found = leg
			}
		}
	}
	return found
}

// slowElsewhere looks at the slow statements that are of no image.
func (c *Inquiry) slowElsewhere() {
	for _, service := range []string{"glance", "keystone", "unknown"} {
		c.slowQueries(c.slowAside[service], " for "+service)
	}
}

// isSlow tells whether a statement took a second or more. What ended in an error
// is told as one.
func isSlow(s *story.Statement) bool {
	took := s.End.Sub(s.Time)
	return took.Known() && took >= slowQuery && s.Error == nil && s.Verb != ""
}

// slowQueries tells of slow statements.
func (c *Inquiry) slowQueries(statements []*story.Statement, whose string) {
	var slow []*story.Statement
	var worst *story.Statement
	for _, s := range statements {
		if !isSlow(s) {
			continue
		}
		slow = append(slow, s)
		if worst == nil || s.End.Sub(s.Time) > worst.End.Sub(worst.Time) {
			worst = s
		}
	}
	if worst == nil {
		return
	}
	what := worst.Verb
	if len(worst.Tables) > 0 {
		what += " of " + worst.Tables[0]
	}
	text := fmt.Sprintf("the database took %.3f s for %s", worst.End.Sub(worst.Time), what)
	if n := len(slow) - 1; n > 0 {
		text += fmt.Sprintf(", and a second or more for %s", plural(n, "other statement"))
	}
	c.add(story.Diagnosis{Code: "slow_query", Severity: severityWarning, Text: text + whose,
		Frames: some(append([]int{worst.FirstFrame}, framesOf(without(slow, worst))...)),
		Advice: "locks, or a slow disk? SHOW ENGINE INNODB STATUS; the slow query log"})
}

// without gives a list without one of its statements.
func without(list []*story.Statement, one *story.Statement) []*story.Statement {
	var rest []*story.Statement
	for _, s := range list {
		if s != one {
			rest = append(rest, s)
		}
	}
	return rest
}
