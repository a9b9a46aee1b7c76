package http1

import (
	"slices"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// FuzzHTTP1 plays any bytes as a conversation: each record of it is a byte of
// what happens and the bytes that go with it. However the bytes are split,
// the same is told, and no more bytes are taken back than were given.
func FuzzHTTP1(f *testing.F) {
	for _, c := range slices.Concat(conversations, practice) {
		f.Add([]byte(c.talk), uint8(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, split uint8) {
		if len(data) > 1<<14 {
			return
		}
		whole := playBytes(t, data, 0).lines()
		for _, n := range []int{1, int(split)%60 + 1} {
			if got := playBytes(t, data, n).lines(); got != whole {
				t.Errorf("%d bytes a call: got\n%s\nwant\n%s", n, got, whole)
			}
		}
	})
}

// playBytes reads data as lines of play's notation, with small bounds.
func playBytes(t testing.TB, data []byte, split int) *wire {
	b := bounds.Default()
	b.HTTPHead, b.HTTPLines, b.BodyDefault, b.PipelinedPerConn, b.DirectionBytes = 600, 8, 100, 4, 400
	w := newWireWith(t, b, false)
	w.split = split
	w.info.Midstream = [2]bool{len(data)%3 == 0, len(data)%5 == 0}
	dir, from := client, 0
	say := func(to int) {
		if to > from {
			w.say(dir, string(data[from:to]))
		}
	}
	for i := 0; i+2 < len(data); i++ {
		if data[i] != '\n' || data[i+2] != ' ' || data[i+1] != '>' && data[i+1] != '<' {
			continue
		}
		say(i)
		if dir = client; data[i+1] == '<' {
			dir = server
		}
		from = i + 3
		if from+2 < len(data) && data[from] == '-' {
			w.gap(dir, int64(data[from+1]), []stream.Why{stream.Lost, stream.SnapCut, stream.UrgentOut}[data[from+2]%3])
			from += 3
		}
	}
	say(len(data))
	w.end([]stream.How{stream.Fin, stream.Reset, stream.Open}[len(data)%3])
	for _, r := range w.recs {
		if r.Request == nil && r.Response == nil || r.Type != record.TypeHTTP {
			t.Errorf("a record without content: %+v", r)
		}
	}
	return w
}
