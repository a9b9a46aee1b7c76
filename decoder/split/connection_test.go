package split

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
)

// frame makes an Ethernet frame of a TCP segment; client is a number below
// 65536, and the direction is its server's where back is true.
func frame(client int, back bool, tcp layers.TCP, payload int) []byte {
	c, s := net.IP{10, 0, byte(client >> 8), byte(client)}, net.IP{10, 9, 9, 9}
	ip := layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: c, DstIP: s}
	tcp.SrcPort, tcp.DstPort, tcp.Window, tcp.ACK = layers.TCPPort(1024+client), 9292, 1000, !tcp.SYN || back
	if back {
		ip.SrcIP, ip.DstIP, tcp.SrcPort, tcp.DstPort = s, c, tcp.DstPort, tcp.SrcPort
	}
	tcp.SetNetworkLayerForChecksum(&ip)
	b := gopacket.NewSerializeBuffer()
	ethernet := layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4}
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, &ethernet, &ip, &tcp, gopacket.Payload(make([]byte, payload))); err != nil {
		panic(err)
	}
	return bytes.Clone(b.Bytes())
}

// fragments cuts a frame's IP datagram in two.
func fragments(f []byte, id byte) [2][]byte {
	const ethernet, header, first = 14, 20, 24
	one, two := bytes.Clone(f[:ethernet+header+first]), append(bytes.Clone(f[:ethernet+header]), f[ethernet+header+first:]...)
	for n, b := range [][]byte{one, two} {
		ip := b[ethernet:]
		ip[2], ip[3], ip[4], ip[5] = byte((len(ip))>>8), byte(len(ip)), 0, id
		ip[6], ip[7] = 0x20, 0 // more fragments
		if n == 1 {
			ip[6], ip[7] = 0, first/8
		}
		ip[10], ip[11] = 0, 0
		sum := uint32(0)
		for i := 0; i < header; i += 2 {
			sum += uint32(ip[i])<<8 | uint32(ip[i+1])
		}
		sum = sum&0xffff + sum>>16
		sum = ^(sum&0xffff + sum>>16)
		ip[10], ip[11] = byte(sum>>8), byte(sum)
	}
	return [2][]byte{one, two}
}

// captured makes a pcap file of frames, a millisecond apart.
func captured(frames ...[]byte) []byte {
	b := pcap(le, true)
	for i, f := range frames {
		b = append(b, u32(uint32(begin/1e9), uint32(i)*1e6, uint32(len(f)), uint32(len(f)))...)
		b = append(b, f...)
	}
	return b
}

// busy makes the frames of connections that take turns, those with a higher
// number being larger, with frames of something else between them.
func busy(connections, rounds int) [][]byte {
	var list [][]byte
	for r := range rounds {
		for c := range connections {
			list = append(list, frame(c, r%2 == 1, layers.TCP{SYN: r < 2, Seq: uint32(r)}, 40*c))
		}
		list = append(list, append(make([]byte, 12), 0x08, 0x06, byte(r))) // ARP, cut short
	}
	return list
}

// pairsIn gives the connections of a file.
func pairsIn(t *testing.T, path string) map[uint64]int {
	t.Helper()
	packets, _ := read(t, capture.Options{}, path)
	d := packet.NewDecoder(bounds.Default())
	var seg packet.Segment
	found := make(map[uint64]int)
	for _, s := range packets {
		p := capture.Packet{Number: s.number, Time: s.time, LinkType: s.link, Original: s.original, Data: []byte(s.data)}
		if d.Decode(&p, &seg) == packet.IsSegment {
			hash, _ := pairOf(&seg)
			found[hash]++
		}
	}
	return found
}

func TestNoConnectionIsTornAndPiecesAreOfAboutEqualSize(t *testing.T) {
	in := captured(busy(40, 20)...)
	folder, names, _ := cutUp(t, in, "out.pcap", Options{ByConnection: true, Pieces: 4, Manifest: filepath.Join(t.TempDir(), "m")})
	if len(names) != 4 {
		t.Fatalf("files %v", names)
	}
	where, total := make(map[uint64]string), 0
	for _, name := range names {
		path := filepath.Join(folder, name)
		for hash, n := range pairsIn(t, path) {
			if other := where[hash]; other != "" {
				t.Errorf("a connection is torn between %s and %s", other, name)
			}
			where[hash] = name
			total += n
		}
		info, _ := os.Stat(path)
		if mean := int64(len(in)) / 4; info.Size() < mean*9/10 || info.Size() > mean*11/10 {
			t.Errorf("%s has %d bytes of %d", name, info.Size(), len(in))
		}
	}
	if len(where) != 40 || total != 800 {
		t.Errorf("%d connections with %d segments, want 40 with 800", len(where), total)
	}
}

func TestThePiecesHoldEveryPacketOnceAndTheManifestReadsThemAsTheInput(t *testing.T) {
	in := captured(busy(30, 9)...)
	for _, o := range []Options{{ByConnection: true, Pieces: 5}, {ByConnection: true, Size: 2000}, {Packets: 7}, {Interval: 3e6}} {
		o.Manifest = filepath.Join(t.TempDir(), "m.json")
		folder, names, _ := cutUp(t, in, "out.pcap", o)
		all, files := read(t, capture.Options{}, o.Manifest)
		if files[0].Err != nil {
			t.Fatal(files[0].Err)
		}
		same(t, all, in)
		// One piece beside its manifest has the numbers of the whole.
		packets, files := read(t, capture.Options{Manifest: o.Manifest}, filepath.Join(folder, names[1]))
		if len(packets) == 0 || files[0].Err != nil {
			t.Fatalf("the second piece: %d packets, %v", len(packets), files[0].Err)
		}
		for _, p := range packets {
			if p != all[p.number-1] {
				t.Fatalf("packet %d of the whole is %+v in its piece", p.number, p)
			}
		}
	}
}

func TestAConnectionThatCameInFragmentsStaysWithThem(t *testing.T) {
	frames := busy(12, 6)
	for _, c := range []int{3, 9} {
		f := fragments(frame(c, false, layers.TCP{Seq: 50}, 300), byte(c))
		frames = append(frames, f[1], f[0]) // the ports come last
	}
	in := captured(frames...)
	folder, names, r := cutUp(t, in, "out.pcap", Options{ByConnection: true, Pieces: 4})
	segments := 0
	for _, name := range names {
		for _, n := range pairsIn(t, filepath.Join(folder, name)) {
			segments += n
		}
	}
	if segments != 12*6+2 {
		t.Errorf("%d segments can be read in the pieces, want %d", segments, 12*6+2)
	}
	if r.Held == 0 {
		t.Error("nothing is told of what had to stay together")
	}
}

func TestConnectionsBeyondTheBoundAreNotTornEither(t *testing.T) {
	in := captured(busy(200, 5)...)
	path, folder := filepath.Join(t.TempDir(), "in"), t.TempDir()
	if err := os.WriteFile(path, in, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := newSplitter(path, filepath.Join(folder, "out"), Options{ByConnection: true, Pieces: 4, NoSync: true, Zone: time.UTC, Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	s.options.Bounds.Pairs = 20
	if err := s.byConnection(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	where := make(map[uint64]string)
	for _, name := range namesIn(t, folder) {
		for hash := range pairsIn(t, filepath.Join(folder, name)) {
			if where[hash] != "" {
				t.Errorf("a connection is torn between %s and %s", where[hash], name)
			}
			where[hash] = name
		}
	}
	if len(where) != 200 {
		t.Errorf("%d connections, want 200", len(where))
	}
}

func TestTheManifestTellsEachPiece(t *testing.T) {
	in := captured(busy(3, 4)...) // 4 rounds of 3 segments and an ARP frame
	folder := t.TempDir()
	path := filepath.Join(folder, "in.pcap")
	if err := os.WriteFile(path, in, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "p"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := splitFile(path, filepath.Join(folder, "p", "out"), Options{Packets: 5, Manifest: filepath.Join(folder, "m.json"), Version: "1"}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "m.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Schema, Version string
		Pieces          []struct {
			File, First, Last, SHA256 string
			Packets, Bytes            int64
			Frames, Streams           []int
		}
		Input struct {
			Path, Format string
			Packets      int
			Error        *string
		}
	}
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	if m.Schema != "glancecap.split/1" || m.Version != "1" || m.Input.Path != path || m.Input.Packets != 16 || m.Input.Error != nil || len(m.Pieces) != 4 {
		t.Errorf("the manifest: %s", text)
	}
	p := m.Pieces[1]
	info, err := os.Stat(filepath.Join(folder, p.File))
	if err != nil {
		t.Fatal(err)
	}
	if p.File != "p/out_00001_20200218044955" || p.Packets != 5 || p.Bytes != info.Size() || !slices.Equal(p.Frames, []int{6, 5}) || !slices.Equal(p.Streams, []int{0, 1, 2}) ||
		p.First != "2020-02-18T04:49:55.005000000Z" || p.Last != "2020-02-18T04:49:55.009000000Z" || len(p.SHA256) != 64 {
		t.Errorf("the second piece: %+v", p)
	}
}

func TestFrameNumbersThatDoNotFitInMemoryWaitInAFile(t *testing.T) {
	var f frames
	var want []string
	for n := int64(1); n < 200_000; n += 2 + n%5 {
		if err := f.add(n); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprint(n))
	}
	if f.file == nil {
		t.Fatal("all of them stayed in memory")
	}
	defer f.close()
	i := 0
	for first, count := range f.runs() {
		for n := first; n < first+count; n++ {
			if i >= len(want) || want[i] != fmt.Sprint(n) {
				t.Fatalf("number %d is %d", i, n)
			}
			i++
		}
	}
	if i != len(want) {
		t.Errorf("%d numbers come back of %d", i, len(want))
	}
}
