package stream

import (
	"fmt"
	"strings"
	"testing"

	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

func TestAnUploadIsHeldByTheServersClosedWindow(t *testing.T) {
	a, all, _ := listen(Options{}, 9292)
	feed(t, shared(t, "upload-one/capture.pcap"), func(s *packet.Segment) { a.Add(s) })
	var told []string
	for _, h := range *all {
		for _, w := range h.info.Waits(FromClient, 0, 1<<62) {
			if w.Why == WaitWindow && w.End-w.Time > 100_000_000 {
				told = append(told, fmt.Sprintf("%.3f s, frames %d-%d", float64(w.End-w.Time)/1e9, w.FirstFrame, w.LastFrame))
			}
		}
	}
	if got, want := strings.Join(told, "; "), "0.251 s, frames 1143-1514"; got != want {
		t.Errorf("closed windows: %s, want %s", got, want)
	}
	a.Close()
}

// ms is a time in the milliseconds after the beginning of a talk.
func (k *talk) pause(ms int64) *talk {
	k.now += ms * 1_000_000
	return k
}

func waitsOf(k *talk, dir Dir) string {
	var told []string
	for _, w := range (*k.heard)[0].info.Waits(dir, 0, record.Time(1<<62)) {
		told = append(told, fmt.Sprintf("%s %d ms, frames %d-%d", w.Why, (w.End-w.Time)/1_000_000, w.FirstFrame, w.LastFrame))
	}
	return strings.Join(told, "; ")
}

func TestWhatASenderWaitsForIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		window uint16
		talk   func(k *talk)
		want   string
	}{
		"a window that is closed": {4, func(k *talk) {
			k.c(0, 0, "full").s(0, 4, "", window(0))
			k.pause(100).s(0, 4, "", window(5000)).c(4, 0, "more")
		}, "window_closed 106 ms, frames 4-7"},
		"a probe of a closed window costs nothing more": {4, func(k *talk) {
			k.c(0, 0, "full").s(0, 4, "", window(0)).pause(50).c(3, 0, "l").s(0, 4, "", window(0))
			k.pause(100).s(0, 4, "", window(5000)).c(4, 0, "more")
		}, "window_closed 160 ms, frames 4-9"},
		"a loss that is repaired": {60000, func(k *talk) {
			k.c(0, 0, "lost").c(4, 0, "more").s(0, 0, "").pause(200).c(0, 0, "lost").s(0, 8, "").c(8, 0, "next")
		}, "loss 208 ms, frames 5-9"},
		"a retransmission in vain": {60000, func(k *talk) {
			k.c(0, 0, "slow").pause(20).c(0, 0, "slow").s(0, 4, "", sackBlock(1001, 1005)).c(4, 0, "next")
		}, "idle 2 ms, frames 6-7"},
		"a sender with nothing to send": {60000, func(k *talk) {
			k.c(0, 0, "some").s(0, 4, "").pause(300).c(4, 0, "more")
		}, "idle 302 ms, frames 5-6"},
		"an answer is no pause": {60000, func(k *talk) {
			k.c(0, 0, "ask").s(0, 3, "answer").pause(300).c(3, 6, "ask")
		}, ""},
		"the network's own time": {60000, func(k *talk) {
			k.c(0, 0, "some").pause(80).s(0, 4, "").c(4, 0, "more")
		}, "idle 2 ms, frames 5-6"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t, Options{}).open(window(c.window))
			c.talk(k)
			k.a.Close()
			if got := waitsOf(k, FromClient); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
