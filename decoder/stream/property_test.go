package stream

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"glancecap/decoder/packet"
)

// exchange simulates two ends over a network that splits, delays, repeats and
// loses, captured in front of the server: what each end sends is cut at
// random, sent in bursts, shuffled and repeated, and acknowledged as far as it
// came. The capture sees every arrival.
func exchange(rng *rand.Rand, k *talk, said [2][]byte, timed bool) {
	type piece struct{ from, to int }
	var got, acked [2]int // in order received by the other end; last acknowledgement sent
	have := [2][]bool{make([]bool, len(said[0])), make([]bool, len(said[1]))}
	clock := uint32(1000)
	send := func(dir Dir, from, to int) {
		clock++
		s := k.segment(dir, from, got[dir.Other()], ack, string(said[dir][from:to]), window(60000))
		if timed {
			stampedWith(clock, clock)(s)
		}
		k.add(s)
		acked[dir.Other()] = got[dir.Other()]
		for i := from; i < to; i++ {
			have[dir][i] = true
		}
		for got[dir] < len(have[dir]) && have[dir][got[dir]] {
			got[dir]++
		}
	}
	for got[0] < len(said[0]) || got[1] < len(said[1]) {
		dir := Dir(rng.IntN(2))
		if got[dir] == len(said[dir]) {
			dir = dir.Other()
		}
		var burst []piece
		at := got[dir]
		for range 1 + rng.IntN(8) {
			n := min(1+rng.IntN(400), len(said[dir])-at)
			if n == 0 {
				break
			}
			burst = append(burst, piece{at, at + n})
			switch rng.IntN(6) {
			case 0: // once more, cut otherwise
				from := max(0, at-rng.IntN(300))
				burst = append(burst, piece{from, min(len(said[dir]), at+1+rng.IntN(500))})
			case 1: // lost on the way
				burst = burst[:len(burst)-1]
			}
			at += n
		}
		rng.Shuffle(len(burst), func(i, j int) { burst[i], burst[j] = burst[j], burst[i] })
		for _, p := range burst {
			if p.to > p.from {
				send(dir, p.from, p.to)
			}
			if rng.IntN(3) == 0 {
				clock++
				s := k.segment(dir.Other(), got[dir.Other()], got[dir], ack, "", window(60000))
				if timed {
					stampedWith(clock, clock)(s)
				}
				k.add(s)
			}
		}
	}
}

func stampedWith(val, ecr uint32) part {
	return func(s *packet.Segment) {
		s.HasTS, s.TSVal, s.TSEcr = true, val, ecr
		s.Options = make([]byte, 12)
	}
}

func TestAnyOrderOfAnySegmentsReadsTheSame(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 3))
		said := [2][]byte{make([]byte, rng.IntN(20_000)), make([]byte, rng.IntN(20_000))}
		for _, b := range said {
			for i := range b {
				b[i] = byte(rng.Uint32())
			}
		}
		k := newTalk(t, Options{})
		k.client, k.server = rng.Uint32(), rng.Uint32()
		timed := seed%2 == 0
		k.add(k.segment(FromClient, -1, 0, syn, ""))
		k.add(k.segment(FromServer, -1, 0, syn|ack, ""))
		exchange(rng, k, said, timed)
		k.a.Close()
		lawful(t, k.a, k.count)
		if len(*k.heard) != 1 {
			if len(said[0])+len(said[1]) > 0 {
				t.Fatalf("seed %d: %d connections", seed, len(*k.heard))
			}
			continue
		}
		h := (*k.heard)[0]
		for dir := range said {
			if !bytes.Equal(h.said[dir], said[dir]) || len(h.gaps[dir]) > 0 || h.info.Overlaps[dir] != 0 {
				t.Fatalf("seed %d, direction %d: %d of %d bytes, gaps %v, %d overlaps", seed, dir, len(h.said[dir]), len(said[dir]), h.gaps[dir], h.info.Overlaps[dir])
			}
		}
	}
}

// aligned is a handler that knows what was said and checks that every byte it
// gets stands where it was said.
type aligned struct {
	t    *testing.T
	said [2][]byte
	pos  [2]int
	lost [2]int
	bad  bool
}

func (h *aligned) Data(dir Dir, b []byte, at At) Answer {
	if p := h.pos[dir]; p+len(b) > len(h.said[dir]) || !bytes.Equal(h.said[dir][p:p+len(b)], b) {
		h.bad = true
	}
	h.pos[dir] += len(b)
	return Answer{}
}

func (h *aligned) Gap(dir Dir, n int64, why Why, at At) Answer {
	h.pos[dir] += int(n)
	h.lost[dir] += int(n)
	return Answer{}
}
func (*aligned) Skipped(Dir, Run, At) Answer { return Answer{} }
func (*aligned) End(Dir, How, At)            {}

func TestLossInTheCaptureNeverShiftsOrInventsBytes(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 4))
		said := [2][]byte{make([]byte, 2000+rng.IntN(20_000)), make([]byte, 2000+rng.IntN(20_000))}
		for _, b := range said {
			for i := range b {
				b[i] = byte(rng.Uint32())
			}
		}
		k := newTalk(t, Options{})
		h := &aligned{t: t, said: said}
		k.a.o.Accept = func(*Info) Handler { return h }
		k.add(k.segment(FromClient, -1, 0, syn, ""))
		k.add(k.segment(FromServer, -1, 0, syn|ack, ""))
		k.lose = func() bool { return rng.IntN(12) == 0 }
		exchange(rng, k, said, seed%2 == 0)
		k.lose = nil
		// Both ends close, and that is captured.
		k.add(k.segment(FromClient, len(said[0]), len(said[1]), ack|fin, ""))
		k.add(k.segment(FromServer, len(said[1]), len(said[0])+1, ack|fin, ""))
		k.add(k.segment(FromClient, len(said[0])+1, len(said[1])+1, ack, ""))
		k.a.Close()
		lawful(t, k.a, k.count)
		for dir := range said {
			if h.bad || h.pos[dir] != len(said[dir]) {
				t.Fatalf("seed %d, direction %d: %d of %d bytes (%d lost), shifted: %v", seed, dir, h.pos[dir], len(said[dir]), h.lost[dir], h.bad)
			}
		}
	}
}
