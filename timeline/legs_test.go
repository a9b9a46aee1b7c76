package timeline

import (
	"context"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/timeline/story"
)

// proxied gives a capture in which each call to Glance crosses a proxy: first
// from the client to this, then from this to Glance, so much later, and back.
func proxied(t *testing.T, path string, delay time.Duration) string {
	t.Helper()
	set, err := capture.Open(context.Background(), []string{path}, capture.Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	const client, proxy, port = 10, 20, 9292
	var frames []frameSeen
	var p capture.Packet
	for set.Next(&p) == nil {
		d := slices.Clone(p.Data)
		if len(d) > 54 && d[23] == 6 {
			asks := d[29] == client && binary.BigEndian.Uint16(d[36:]) == port
			answers := d[33] == client && binary.BigEndian.Uint16(d[34:]) == port
			near := slices.Clone(d)
			switch {
			case asks:
				move(near, 33, proxy)
				move(d, 29, proxy)
				frames = append(frames, frameSeen{p.Time - int64(delay), near})
			case answers:
				move(near, 29, proxy)
				move(d, 33, proxy)
				frames = append(frames, frameSeen{p.Time + int64(delay), near})
			}
		}
		frames = append(frames, frameSeen{p.Time, d})
	}
	return captured(t, "proxied.pcap", frames)
}

// move gives a frame another address: the last byte of it, at its offset, with
// the checksums of IPv4 and TCP mended (RFC 1624 §3).
func move(frame []byte, at int, last byte) {
	for _, sum := range []int{24, 50} {
		x := uint32(^binary.BigEndian.Uint16(frame[sum:])) + uint32(^uint16(frame[at])) + uint32(last)
		for x>>16 != 0 {
			x = x&0xffff + x>>16
		}
		binary.BigEndian.PutUint16(frame[sum:], ^uint16(x))
	}
	frame[at] = last
}

// TestCallsThatCrossAProxyHaveTheSameWork holds the links where nine clients
// work on three images against those of the same calls without the proxy.
func TestCallsThatCrossAProxyHaveTheSameWork(t *testing.T) {
	path := shared(t, "same-image")
	one, two := storyOf(t, path), storyOf(t, proxied(t, path, 2*time.Millisecond))
	legs := 0
	for _, c := range two.Calls {
		if c.Service == "glance" {
			if len(c.Legs) != 1 || c.Legs[0].Client == c.Client {
				t.Errorf("%s %s has the legs %v", c.Method, c.Target, c.Legs)
			}
			legs++
		}
	}
	if len(two.Calls) != len(one.Calls) || legs == 0 {
		t.Errorf("%d calls, %d with legs; without the proxy %d", len(two.Calls), legs, len(one.Calls))
	}
	_, want := gist(one)
	_, got := gist(two)
	if len(got) != len(want) {
		t.Fatalf("%d statements, without the proxy %d", len(got), len(want))
	}
	differ := 0
	for k := range want {
		if got[k] != want[k] {
			if differ++; differ < 4 {
				t.Errorf("%s, without the proxy %s", got[k], want[k])
			}
		}
	}
}

// TestARefusedCallThatCrossesAProxyIsToldOnce holds it of calls of which the
// answer has no request id: Glance gives none to what it refuses for its token.
func TestARefusedCallThatCrossesAProxyIsToldOnce(t *testing.T) {
	path := shared(t, "attribution-4")
	one, two := storyOf(t, path), storyOf(t, proxied(t, path, 2*time.Millisecond))
	count := func(calls []*story.Call) (n, legs int) {
		for _, c := range calls {
			if c.Service == "glance" && c.RequestID == nil && c.Status != nil {
				n++
				legs += len(c.Legs)
			}
		}
		return n, legs
	}
	want, _ := count(one.Calls)
	if got, legs := count(two.Calls); want == 0 || got != want || legs != want || len(two.Calls) != len(one.Calls) {
		t.Errorf("%d refused calls with %d legs, without the proxy %d; of %d and %d calls", got, legs, want, len(two.Calls), len(one.Calls))
	}
}
