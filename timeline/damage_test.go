package timeline

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/timeline/story"
)

// frame is a packet of a capture with its connection: both ends in order, and
// which of them sent it.
type frame struct {
	at         int64
	data       []byte
	connection string
	first      bool // the end sent it that comes first
}

// recording is a capture that is damaged in many ways, with what it tells whole.
type recording struct {
	name   string
	link   layers.LinkType
	frames []frame
	whole  *story.Story
	// statements and calls of the whole, by client and by each of their frames.
	statements, calls map[place]int
}

type place struct {
	client string
	frame  int
}

func recordingOf(t *testing.T, path string) *recording {
	t.Helper()
	set, err := capture.Open(context.Background(), []string{path}, capture.Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	r := &recording{name: filepath.Base(filepath.Dir(path)), statements: make(map[place]int), calls: make(map[place]int)}
	var p capture.Packet
	for {
		if err := set.Next(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		r.link = layers.LinkType(p.LinkType)
		f := frame{at: p.Time, data: append([]byte(nil), p.Data...)}
		f.connection, f.first = connectionOf(gopacket.NewPacket(f.data, r.link, gopacket.NoCopy))
		r.frames = append(r.frames, f)
	}
	r.whole = storyOf(t, path)
	for k, s := range r.whole.Statements {
		for f := s.FirstFrame; f <= s.LastFrame; f++ {
			r.statements[place{s.Client, f}] = k
		}
		for _, leg := range s.Legs.All() {
			r.statements[place{leg.Client, leg.FirstFrame}] = k
		}
	}
	for k, c := range r.whole.Calls {
		for f := c.FirstFrame; f <= c.LastFrame; f++ {
			r.calls[place{c.Client, f}] = k
		}
		for _, leg := range c.Legs {
			r.calls[place{leg.Client, leg.FirstFrame}] = k
		}
	}
	return r
}

// connectionOf gives the innermost connection of a packet.
func connectionOf(p gopacket.Packet) (connection string, first bool) {
	var network, transport gopacket.Flow
	for _, l := range p.Layers() {
		switch l := l.(type) {
		case gopacket.NetworkLayer:
			network = l.NetworkFlow()
		case *layers.TCP:
			transport = l.TransportFlow()
		}
	}
	a := fmt.Sprint(network.Src(), ":", transport.Src())
	b := fmt.Sprint(network.Dst(), ":", transport.Dst())
	if a < b {
		return a + " " + b, true
	}
	return b + " " + a, false
}

// without writes the capture without some of its frames, and gives for each
// frame that is left its number in the whole.
func (r *recording) without(t *testing.T, gone func(n int) bool) (path string, numbers []int) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "damaged.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcapgo.NewWriterNanos(f)
	if err := w.WriteFileHeader(0, r.link); err != nil {
		t.Fatal(err)
	}
	for n, x := range r.frames {
		if gone(n) {
			continue
		}
		numbers = append(numbers, n+1)
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(0, x.at), CaptureLength: len(x.data), Length: len(x.data)}, x.data); err != nil {
			t.Fatal(err)
		}
	}
	return f.Name(), numbers
}

// damages are the ways in which a capture is damaged, by name.
var damages = map[string]func(r *recording, random *rand.Rand) func(n int) bool{
	"the beginnings of connections are cut off": func(r *recording, random *rand.Rand) func(n int) bool {
		share, most, cut := random.Float64(), 1+random.IntN(80), make(map[string]int)
		return func(n int) bool {
			c := r.frames[n].connection
			if _, known := cut[c]; !known {
				if cut[c] = 0; random.Float64() < share {
					cut[c] = random.IntN(most)
				}
			}
			cut[c]--
			return cut[c] >= 0
		}
	},
	"the capture begins late": func(r *recording, random *rand.Rand) func(n int) bool {
		from := random.IntN(len(r.frames) * 3 / 4)
		return func(n int) bool { return n < from }
	},
	"one direction is missing": func(r *recording, random *rand.Rand) func(n int) bool {
		share, lost := []float64{0.02, 0.1, 0.5, 1}[random.IntN(4)], make(map[string]int)
		return func(n int) bool {
			c := r.frames[n].connection
			if _, known := lost[c]; !known {
				if lost[c] = 0; random.Float64() < share {
					lost[c] = 1 + random.IntN(2)
				}
			}
			return lost[c] == 1 && r.frames[n].first || lost[c] == 2 && !r.frames[n].first
		}
	},
	"one packet in a hundred is dropped": func(r *recording, random *rand.Rand) func(n int) bool {
		return func(int) bool { return random.Float64() < 0.01 }
	},
}

// TestDamageNeverMakesAWrongLinkOrTransitionSure damages recorded captures in
// four ways, as often as GLANCECAP_VARIANTS says in all, and holds what is told
// at confidence 1.0 against what the whole capture tells.
func TestDamageNeverMakesAWrongLinkOrTransitionSure(t *testing.T) {
	variants := 24
	if n, err := strconv.Atoi(os.Getenv("GLANCECAP_VARIANTS")); err == nil {
		variants = n
	}
	names := []string{
		"upload-one", "same-image", "import", "failures", "db-trouble", "upload-one-tripleo", "preping", "db-proxy", "attribution-1", "attribution-4", "vxlan",
	}
	kinds := []string{
		"the beginnings of connections are cut off", "one direction is missing", "one packet in a hundred is dropped", "the capture begins late",
	}
	recordings := make(map[string]*recording)
	for v := range variants {
		name, kind := names[v/len(kinds)%len(names)], kinds[v%len(kinds)]
		if recordings[name] == nil {
			recordings[name] = recordingOf(t, shared(t, name))
		}
		r, seed := recordings[name], uint64(v)
		t.Run(fmt.Sprintf("%s/%s/%d", name, kind, seed), func(t *testing.T) {
			path, numbers := r.without(t, damages[kind](r, rand.New(rand.NewPCG(seed, 7))))
			s := storyOf(t, path)
			r.compareLinks(t, s, numbers)
			r.compareTransitions(t, s)
		})
	}
}

// compareLinks holds the links that are told at confidence 1.0 against those of
// the whole.
func (r *recording) compareLinks(t *testing.T, s *story.Story, numbers []int) {
	calls := make(map[string]int) // by id, the number in the whole
	for _, c := range s.Calls {
		calls[c.ID] = -1
		if c.FirstFrame > 0 {
			if k, ok := r.calls[place{c.Client, numbers[c.FirstFrame-1]}]; ok {
				calls[c.ID] = k
			}
		}
	}
	sure := 0
	for _, st := range s.Statements {
		if st.Call == nil || st.Call.Confidence < 1 {
			continue
		}
		k, ok := r.statements[place{st.Client, numbers[st.FirstFrame-1]}]
		if !ok || r.whole.Statements[k].Call == nil {
			continue
		}
		sure++
		want := r.whole.Statements[k].Call
		if c := calls[st.Call.ID]; c < 0 || r.whole.Calls[c].ID != want.ID {
			t.Errorf("%s (%s, frame %d of the whole): %s, in the whole %s (%s): %.60s", st.ID, st.Call.Rule, numbers[st.FirstFrame-1], st.Call.ID, want.ID, want.Certainty, st.Text)
		}
	}
	t.Logf("%d of %d statements have a sure link", sure, len(s.Statements))
}

func (r *recording) compareTransitions(t *testing.T, s *story.Story) {
	whole := make(map[string]*story.Image)
	for _, i := range r.whole.Images {
		whole[i.ID] = i
	}
	for _, i := range s.Images {
		for _, tr := range i.Transitions {
			if tr.Confidence == 1 && !hasTransition(whole[i.ID], tr) {
				t.Errorf("%s %v: %s is not in the whole", i.ID, tr.Time, arrows(&story.Image{Transitions: []story.Transition{tr}}))
			}
		}
	}
}

// hasTransition tells whether an image has a change like another at its time.
// What was before may not be known.
func hasTransition(i *story.Image, like story.Transition) bool {
	if i == nil {
		return false
	}
	for _, tr := range i.Transitions {
		from := like.From == nil || tr.From != nil && *tr.From == *like.From
		if d := tr.Time - like.Time; from && tr.To == like.To && d < 1e9 && d > -1e9 {
			return true
		}
	}
	return false
}
