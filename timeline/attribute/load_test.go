//go:build unix

package attribute

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// load gives a conversation of so many statements in which 64 calls are open
// at a time: of 64 clients, three of four have an image of their own, the
// others share four; four processes with pools of their own serve them.
func load(statements int) *Input {
	const clients, processes = 64, 4
	s := scene{sites: map[string]int{}}
	r := rand.New(rand.NewPCG(7, 7))
	var free [clients]story.Time
	taken := make(map[string]bool) // connections, by the time
	actions := map[string][]string{
		"image.show":   {"image", "tags"},
		"image.upload": {"image", "tags", "saving", "image", "tags", "active", "image", "tags", "members"},
		"member.list":  {"image", "tags", "members"},
		"tag.add":      {"image", "tags", "save", "image", "tags", "addtag", "members"},
	}
	names := []string{"image.show", "image.upload", "member.list", "image.show", "tag.add"}
	for n := 0; len(s.in.Statements) < statements; n++ {
		client := n % clients
		process := r.IntN(processes)
		image := fmt.Sprint("own ", client, " ", n/clients/16)
		if client%4 == 3 {
			image = fmt.Sprint("common ", client/4%4, " ", n/clients/16)
		}
		action := names[r.IntN(len(names))]
		at := free[client] + story.Time(r.IntN(5))
		c := s.call(fmt.Sprint(n), action, image, 200, at, 0)
		c.Client = fmt.Sprint("client ", client)
		if action == "image.upload" {
			c.Status = 204
		}
		for _, kind := range actions[action] {
			at += 2 + story.Time(r.IntN(6))
			connection := fmt.Sprintf("%d/%d", process, r.IntN(20))
			for taken[fmt.Sprint(connection, at)] {
				connection = fmt.Sprintf("%d/%d", process, r.IntN(20))
			}
			taken[fmt.Sprint(connection, at)] = true
			s.work(connection, kind, image, at, glance.Name{Kind: glance.NameImage, Value: image})
		}
		end := (at + 3) * ms
		c.Answered, c.End, free[client] = end, end, at+4
	}
	slices.SortStableFunc(s.in.Statements, func(x, y Statement) int { return compareTimes(x.Start, y.Start) })
	slices.SortStableFunc(s.in.Calls, func(x, y Call) int { return compareTimes(x.Start, y.Start) })
	return &s.in
}

// TestAttributionGrowsWithItsInput doubles the input and holds what is allocated
// for a statement. With GLANCECAP_STATEMENTS, as many as that are the most, and
// the processor time is held too: 100,000 statements a second, also of the most.
func TestAttributionGrowsWithItsInput(t *testing.T) {
	most, timed := 25000, false
	if n, err := strconv.Atoi(os.Getenv("GLANCECAP_STATEMENTS")); err == nil {
		most, timed = n, true
	}
	for n := most / 8; n <= most; n *= 2 {
		in := load(n)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := spent(t)
		links := Statements(in, noParents(in))
		took := spent(t) - began
		runtime.ReadMemStats(&after)
		told, proven := 0, 0
		for _, l := range links {
			if l.Call >= 0 {
				told++
			}
			if l.Certainty == Proven {
				proven++
			}
		}
		each := (after.TotalAlloc - before.TotalAlloc) / uint64(len(links))
		t.Logf("%d statements, %d calls: %v, %.0f a second, %d bytes each; %.1f %% told, %.1f %% proven", len(links), len(in.Calls), took.Round(time.Millisecond),
			float64(len(links))/took.Seconds(), each, 100*float64(told)/float64(len(links)), 100*float64(proven)/float64(len(links)))
		if each > 2000 {
			t.Errorf("%d bytes are allocated for a statement", each)
		}
		if rate := float64(len(links)) / took.Seconds(); timed && rate < 100000 {
			t.Errorf("%.0f statements a second", rate)
		}
		if told < len(links)*9/10 {
			t.Errorf("%d of %d statements are told", told, len(links))
		}
	}
}

// spent gives the processor time that this process has used, so that other
// work on the machine does not count.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Skip(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{50000, 100000, 200000, 400000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			in := load(n)
			parents := noParents(in)
			b.ReportAllocs()
			for b.Loop() {
				Statements(in, parents)
			}
			b.ReportMetric(float64(len(in.Statements)*b.N)/b.Elapsed().Seconds(), "statements/s")
		})
	}
}
