package timeline

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"glancecap/timeline/attribute"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// What a host says of the time, and when the capture shows that it was said,
// bounds how far its clock lies behind the capture's. A time t that the host
// took between the packets at a and b bounds it by a-t and b-t; where it was cut
// to whole seconds, by a-t-1 s and b-t.

// hostTimes is what one host said of the time.
type hostTimes struct {
	host  string
	least []bound // of each sample
	most  bound   // the smallest of all
	by    map[string]int
}

// bound is a bound and the frame that shows it.
type bound struct {
	ns    story.Time
	frame int
}

// slack is granted to times of whole seconds: servers keep the Date of an
// answer for up to a second, and it is written before the answer is sent.
const slack = story.Time(time.Second / 2)

// hostClocks gathers the evidence, by host.
type hostClocks map[string]*hostTimes

func (h hostClocks) add(host, by string, from, to bound) {
	if host == "" || to.ns == story.NoTime {
		return
	}
	t := h[host]
	if t == nil {
		t = &hostTimes{host: host, most: to, by: make(map[string]int)}
		h[host] = t
	}
	t.by[by]++
	if to.ns < t.most.ns {
		t.most = to
	}
	if from.ns != story.NoTime {
		t.least = append(t.least, from)
	}
}

// seconds adds a time in whole seconds, said in a call of which the request
// begins and the answer ends the time in which it was taken.
func (h hostClocks) seconds(c *call, by string, said story.Time) {
	if said == story.NoTime || c.responseStart == story.NoTime || c.told.Time == story.NoTime || c.said != nil {
		return
	}
	h.add(story.HostOf(c.told.Server), by,
		bound{c.told.Time - said - story.Time(time.Second) - slack, c.told.FirstFrame},
		bound{c.responseStart - said + slack, c.told.LastFrame})
}

// tellClocks bounds the clocks of the hosts that say what time it is.
func (b *Builder) tellClocks(calls []*call, statements []*statement) []story.HostClock {
	h := make(hostClocks)
	for _, c := range b.calls {
		if len(c.told.Legs) > 0 || c.told.Method == "" || !c.answered {
			continue // the last leg's server wrote the answer
		}
		if !c.fromCache {
			h.seconds(c, "Date", dateOf(c.date))
		}
		h.seconds(c, "X-Trans-Id", transactionTime(c))
		h.seconds(c, "issued_at", c.issued)
	}
	byID := make(map[string]*call, len(calls))
	for _, c := range calls {
		byID[c.told.ID] = c
	}
	for _, st := range statements {
		if st.wrote == story.NoTime || st.told.Time == story.NoTime {
			continue
		}
		from := bound{ns: story.NoTime}
		if link := st.told.Call; link != nil && link.Certainty == attribute.Proven {
			if c := byID[link.ID]; c != nil && c.said == nil && c.told.Time != story.NoTime {
				from = bound{c.told.Time - st.wrote, c.told.FirstFrame}
			}
		}
		h.add(story.HostOf(st.told.Client), "updated_at", from, bound{st.told.Time - st.wrote, st.told.FirstFrame})
	}
	var list []story.HostClock
	for _, name := range slices.Sorted(maps.Keys(h)) {
		list = append(list, h[name].tell())
	}
	return list
}

// tell gives the bounds. A time may be older than it seems (a save repeated
// with what was read before), which makes its lower bound too high and its
// upper one too high, too; so the lower bound is the one that half of the
// samples reach.
func (t *hostTimes) tell() story.HostClock {
	c := story.HostClock{Host: t.host, By: slices.Sorted(maps.Keys(t.by)), Least: story.Unknown, Most: t.most.ns.Sub(0), MostFrame: t.most.frame}
	for _, n := range t.by {
		c.Samples += n
	}
	if n := len(t.least); n > 0 {
		slices.SortStableFunc(t.least, func(x, y bound) int { return cmp.Compare(x.ns, y.ns) })
		middle := t.least[(n-1)/2]
		c.Least, c.LeastFrame = middle.ns.Sub(0), middle.frame
	}
	return c
}

// dateOf reads a Date field (RFC 9110 §5.6.7).
func dateOf(field string) story.Time {
	t, err := http.ParseTime(field)
	if err != nil {
		return story.NoTime
	}
	return story.Time(t.UnixNano())
}

// transactionTime reads the seconds in Swift's transaction id: tx, 21 hex
// digits, a hyphen, 10 hex digits of time (swift/common/utils,
// generate_trans_id).
func transactionTime(c *call) story.Time {
	if c.Service != glance.Swift || c.told.RequestID == nil {
		return story.NoTime
	}
	head, rest, found := strings.Cut(*c.told.RequestID, "-")
	if !found || len(head) != 23 || !strings.HasPrefix(head, "tx") || len(rest) < 10 {
		return story.NoTime
	}
	seconds, err := strconv.ParseInt(rest[:10], 16, 64)
	if err != nil {
		return story.NoTime
	}
	return story.Time(seconds) * story.Time(time.Second)
}

// writtenAt reads the updated_at that a statement writes: Glance takes it from
// its clock, in UTC.
func writtenAt(c *glance.Change) story.Time {
	v, ok := c.Sets("updated_at")
	for _, fields := range c.Rows {
		if !ok {
			v, ok = glance.FieldOf(fields, "updated_at")
		}
	}
	if !ok || !v.Known || v.Null {
		return story.NoTime
	}
	// Whole seconds are what the column keeps: a time that was read, not taken.
	if len(v.Text) <= len("2006-01-02 15:04:05") {
		return story.NoTime
	}
	t, err := time.Parse("2006-01-02 15:04:05.999999", v.Text)
	if err != nil {
		return story.NoTime
	}
	return story.Time(t.UnixNano())
}
