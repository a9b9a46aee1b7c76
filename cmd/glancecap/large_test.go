package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"glancecap/timeline/report/html"
	"glancecap/timeline/story"
)

// repeated tells the life of the founding example's image so many times, one
// after the other: calls, statements and transitions have ids of their own.
func repeated(t *testing.T, times int) *story.Story {
	t.Helper()
	p := &program{}
	command := p.newTimeline()
	command.SetContext(context.Background())
	s, err := p.story(command, &common{}, []string{"../../fixtures/founding/founding.pcap"})
	if err != nil {
		t.Fatal(err)
	}
	all := *s
	all.Images, all.Calls, all.Statements = nil, nil, nil
	for n := range times {
		name := func(id string) string { return fmt.Sprintf("%s-%d", id, n) }
		named := func(id *string) *string {
			if id == nil {
				return nil
			}
			other := name(*id)
			return &other
		}
		names := func(ids []string) []string {
			list := slices.Clone(ids)
			for k, id := range list {
				list[k] = name(id)
			}
			return list
		}
		later := story.Time(n) * 300e6
		id := fmt.Sprintf("%08x-6add-4c28-87cd-6da62e6f8a3c", n)
		for _, c := range s.Calls {
			c := *c
			c.ID, c.Parent, c.Within = name(c.ID), named(c.Parent), named(c.Within)
			c.Time, c.End, c.RequestEnd = c.Time+later, c.End+later, c.RequestEnd+later
			all.Calls = append(all.Calls, &c)
		}
		for _, st := range s.Statements {
			st := *st
			st.ID, st.Time, st.End = name(st.ID), st.Time+later, st.End+later
			if st.Image != nil {
				st.Image = &id
			}
			if st.Call != nil {
				link := *st.Call
				link.ID, st.Call = name(link.ID), &link
			}
			all.Statements = append(all.Statements, &st)
		}
		i := *s.Images[0]
		i.ID, i.Name, i.Calls, i.Statements = id, fmt.Sprintf("image-%03d", n), names(i.Calls), names(i.Statements)
		i.First, i.Last, i.Transitions = i.First+later, i.Last+later, slices.Clone(i.Transitions)
		for k := range i.Transitions {
			tr := &i.Transitions[k]
			tr.Time, tr.Statement, tr.Call = tr.Time+later, named(tr.Statement), named(tr.Call)
		}
		all.Images = append(all.Images, &i)
	}
	all.Totals.Images = len(all.Images)
	all.Totals.Outcomes = []story.Outcome{{What: "active", Images: len(all.Images)}}
	return &all
}

// The page of 200 images and 20,000 statements stays below largest, and what a
// hand does costs the page less than patience, in time of a processor: how much
// of it passes depends on what else the machine does. Figures are told with -v.
const (
	largest  = 20_000_000 // bytes
	patience = 2 * time.Second
)

// worked is how long the page has kept a processor busy.
func (b *browser) worked() time.Duration {
	b.t.Helper()
	for _, m := range b.call("Performance.getMetrics", nil).Result.Metrics {
		if m.Name == "ThreadTime" {
			return time.Duration(m.Value * float64(time.Second))
		}
	}
	b.t.Fatal("the browser does not tell how long it worked")
	return 0
}

func TestAPageOf200ImagesAnd20000StatementsIsFluidAndBelow20MB(t *testing.T) {
	s := repeated(t, 203)
	if len(s.Images) < 200 || len(s.Statements) < 20_000 {
		t.Fatalf("%d images and %d statements are too few", len(s.Images), len(s.Statements))
	}
	path := filepath.Join(t.TempDir(), "page.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := html.Write(f, s); err != nil {
		t.Fatal(err)
	}
	size, err := f.Seek(0, 1)
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	t.Logf("%d images, %d calls, %d statements: %.1f MB", len(s.Images), len(s.Calls), len(s.Statements), float64(size)/1e6)
	if size > largest {
		t.Errorf("the page has %d bytes", size)
	}
	b := browse(t)
	b.call("Performance.enable", nil)
	took := func(what string, limit time.Duration, do func()) {
		t.Helper()
		before, began := b.worked(), time.Now()
		do()
		passed, worked := time.Since(began), b.worked()-before
		t.Logf("%s: %d ms of the page's own, %d ms passed", what, worked.Milliseconds(), passed.Milliseconds())
		if worked > limit {
			t.Errorf("%s takes %v", what, worked)
		}
	}
	took("to load and paint", 20*time.Second, func() { b.open(path); b.painted() })
	b.expect(`document.querySelectorAll("svg.lanes").length`, 200.0)
	took("to open a folded image", patience, func() {
		b.eval(`document.querySelector("details.image:nth-of-type(5)").open = true`)
		b.painted()
	})
	b.eval(`document.querySelector("details.image[open] .lanes").scrollIntoView()`)
	took("to zoom by twenty turns of the wheel", patience, func() {
		b.eval(`(async e => { for (let n = 0; n < 20; n++) {
			e.dispatchEvent(new WheelEvent("wheel", {deltaY: -60, clientX: 600, bubbles: true, cancelable: true}));
			await new Promise(requestAnimationFrame);
		} })(document.querySelector("details.image[open] .lanes"))`)
	})
	search := func(words string) func() {
		return func() {
			b.eval(fmt.Sprintf(`(async e => {
				const found = document.querySelector("#found"), before = found.textContent;
				e.value = %q;
				e.dispatchEvent(new Event("input"));
				while (found.textContent === before) await new Promise(requestAnimationFrame);
			})(document.querySelector("#search"))`, words))
			b.painted()
		}
	}
	took("to search for the first time", patience, search("image_properties"))
	took("to search once more", patience, search("req-bd51"))
	took("to search for nothing any more", patience, search(""))
	took("to show housekeeping too", patience, func() { b.eval(`document.querySelector("#hk").click()`); b.painted() })
	took("to scroll to the end", patience, func() { b.eval(`scrollTo(0, document.body.scrollHeight)`); b.painted() })
	b.quiet()
}
