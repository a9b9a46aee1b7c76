package timeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"glancecap/timeline/story"
)

// refusedFor is Swift refusing Glance's connections as swiftclient tries again:
// each time after twice the time before.
func refusedFor(seconds ...int) string {
	var lines []string
	ends := "stores46010 = 172.16.0.19:46010\n"
	lines = append(lines, "stores46010 --> swift syn\nstores46010 <-- swift rst")
	for k, s := range seconds {
		who := fmt.Sprintf("stores%d", 46011+k)
		ends += fmt.Sprintf("%s = 172.16.0.19:%d\n", who, 46011+k)
		lines = append(lines, fmt.Sprintf("+%ds %s --> swift syn\n%[2]s <-- swift rst", s, who))
	}
	return ends + strings.Join(lines, "\n") + "\n"
}

func TestTimeInWhichSwiftRefusesConnectionsIsTheStoresAndNotGlances(t *testing.T) {
	s := tell(t, then(uploading(), refusedFor(1, 2, 4), fellBack("500 Internal Server Error", ""))...)
	i := only(t, s)
	n := slices.IndexFunc(i.Phases, func(p story.Phase) bool { return p.Name == "saving" })
	if n < 0 {
		t.Fatalf("no phase of saving: %+v", i.Phases)
	}
	if store := i.Phases[n].Shares.Of("store"); store < 7 || store > 7.1 {
		t.Errorf("shares %v of %v s, want 7 s of the store", i.Phases[n].Shares, i.Phases[n].Seconds)
	}
	says(t, s, "slow_phase", "note", "saving took 7.", "of it the store; meanwhile Swift (172.16.0.40:8080) refused 4 connections")
	for _, r := range s.Refused {
		if r.Call == nil || *r.Call != i.Calls[len(i.Calls)-1] {
			t.Errorf("the connection refused in frame %d is call %v's, want the upload's", r.FirstFrame, r.Call)
		}
	}
	if len(i.Silences) != 0 {
		t.Errorf("silences %+v, though Glance tries again and again", i.Silences)
	}
}

func TestARefusedConnectionIsNobodysWhereTwoCallsCanHaveMadeIt(t *testing.T) {
	reader := "reader = 172.16.0.10:51300\nreader --> glance connect\n" +
		request("reader", "glance", "GET /v2/images/0b8dd29e-3e4c-4d3c-9d1c-7a4d5b2c1f00/file", "", "Host: x", token)
	s := tell(t, then(uploading(), reader, refusedFor(1, 2, 4), fellBack("500 Internal Server Error", ""))...)
	for _, r := range s.Refused {
		if r.Call != nil {
			t.Errorf("the connection refused in frame %d is told to be %s's", r.FirstFrame, *r.Call)
		}
	}
	for _, p := range s.Images[0].Phases {
		if p.Shares.Of("store") != 0 {
			t.Errorf("%s: %v is the store's, though whose connections it refused is not known", p.Name, p.Shares)
		}
	}
}

func TestAStoreThatTakesTheNextConnectionWasWaitedForUntilThen(t *testing.T) {
	back := "+8s stores --> swift connect\n" + put(id, "201 Created", "")
	s := tell(t, then(uploading(), refusedFor(1), back, finished())...)
	i := only(t, s)
	n := slices.IndexFunc(i.Phases, func(p story.Phase) bool { return p.Name == "saving" })
	if n < 0 || i.Phases[n].Shares.Of("store") < 9 {
		t.Errorf("phases %+v, want 9 s of the store", i.Phases)
	}
}
