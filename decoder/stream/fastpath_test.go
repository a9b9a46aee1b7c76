package stream

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"glancecap/decoder/packet"
)

// addSmoothly is Add, and fails where a direction is smooth that would not be if
// one looked.
func (a *Assembler) addSmoothly(t *testing.T, seg *packet.Segment) {
	a.Add(seg)
	a.flows.each(func(f *flow) {
		if f.conn == nil || f.state != talking {
			return
		}
		for e := range f.conn.dirs {
			if f.conn.dirs[e].smooth && !f.conn.isSmooth(e) {
				t.Fatalf("frame %d: end %d of stream %d is smooth no more", seg.Frame, e, f.number)
			}
		}
	})
}

// addSlowly is Add without its short cut for segments in order.
func (a *Assembler) addSlowly(seg *packet.Segment) {
	f, e := a.flows.find(seg)
	if f == nil {
		f, e = a.newFlow(seg), 0
	}
	a.meet(f, seg)
	a.dispatch(f, e, seg)
}

func TestTheShortCutDecidesAsTheLongWay(t *testing.T) {
	for _, name := range []string{"overlap/overlap.pcap", "lossy/capture.pcap", "upload-one/capture.pcap", "sll2/capture.pcap", "offload/capture.pcap"} {
		whole := keepSegments(t, shared(t, name))
		for seed := range 4 {
			rng := rand.New(rand.NewPCG(uint64(seed), 5))
			segments := damage(rng, whole, seed)
			tell := func(add func(*Assembler, *packet.Segment)) (all []string) {
				a, heard, sums := listen(Options{}, 9292, 5000, 3306, 8080)
				for i := range segments {
					add(a, &segments[i])
				}
				a.Close()
				for _, h := range *heard {
					for _, dir := range []Dir{FromClient, FromServer} {
						all = append(all, fmt.Sprintf("%d %d %q %v %v %v", h.info.Number, dir, h.said[dir], h.gaps[dir], h.ends[dir], h.info.Waits(dir, 0, 1<<62)))
					}
				}
				for _, s := range *sums {
					all = append(all, fmt.Sprintf("%+v", s))
				}
				p, b := a.Counts()
				return append(all, fmt.Sprintf("%+v %+v", p, b))
			}
			short, long := tell(func(a *Assembler, seg *packet.Segment) { a.addSmoothly(t, seg) }), tell((*Assembler).addSlowly)
			if !reflect.DeepEqual(short, long) {
				for i := range min(len(short), len(long)) {
					if short[i] != long[i] {
						t.Fatalf("%s, seed %d:\n%.600s\nand the long way\n%.600s", name, seed, short[i], long[i])
					}
				}
				t.Fatalf("%s, seed %d: %d and %d lines", name, seed, len(short), len(long))
			}
		}
	}
}
