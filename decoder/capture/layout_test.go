package capture

import (
	"bytes"
	"context"
	"io"
	"testing"

	"glancecap/decoder/bounds"
)

func TestDataAndOptionsOfAPacketAreFoundInItsRecord(t *testing.T) {
	ng := newNg(be).iface(linkEthernet, 0)
	ng.enhanced(0, 5, 12, "0123456789a", ng.option(optionComment, []byte("note"))).simple(8, "01234567")
	inputs := map[string][]byte{
		"pcap":             plainPcap().packet(1, 2, "0123456789").record(1, 2, 10, 99, "0123456789").b,
		"pcap, big-endian": newPcap(be, pcapModified, 4, 99, linkEthernet).packet(1, 2, "0123456789").b,
		"pcap 2.2":         newPcap(le, pcapMicroseconds, 2, 99, linkEthernet).record(1, 2, 99, 10, "0123456789").b,
		"pcapng":           ng.b,
	}
	for name, in := range inputs {
		r, options := NewRewriter(io.Discard), ""
		for p := range everything(t, in) {
			if p.Kind != IsPacket {
				r.Part(p)
				continue
			}
			if got := p.Record[r.DataAt(p):]; !bytes.HasPrefix(got, p.Data) {
				t.Errorf("%s: data is not where it is said to be", name)
			}
			from, to := r.OptionsAt(p)
			options += string(p.Record[from:to])
			if simple := len(p.Data) == 8; r.CanCut(p) == simple {
				t.Errorf("%s: a packet of %d bytes: can be cut: %v", name, len(p.Data), !simple)
			}
		}
		if want := name == "pcapng"; (options == "\x00\x01\x00\x04note") != want {
			t.Errorf("%s: options %q", name, options)
		}
	}
}

// everything gives the parts of a capture.
func everything(t *testing.T, b []byte) func(func(*Packet) bool) {
	t.Helper()
	set, err := Open(context.Background(), []string{"-"}, Options{Stdin: bytes.NewReader(b), Bounds: bounds.Default(), Everything: true})
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(*Packet) bool) {
		defer set.Close()
		var p Packet
		for set.Next(&p) == nil {
			if !yield(&p) {
				return
			}
		}
		if err := set.Files()[0].Err; err != nil && err != io.EOF {
			t.Error(err)
		}
	}
}
