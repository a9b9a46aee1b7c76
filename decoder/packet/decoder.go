package packet

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// Decoder decodes frames of any link type. It is not safe for concurrent use.
//
// Ordinary frames, TCP in IP in Ethernet, are read by fast. All others are
// walked layer by layer by gopacket's DecodingLayerParser: it goes from
// header to header without recursion and without allocating, and turns a
// panic of a layer into an error. Where gopacket's own layers are sound they
// do the reading; the comment of each hand-written layer says what they lack.
type Decoder struct {
	bounds    bounds.Bounds
	hits      bounds.Hits
	fragments fragments
	known     known
	segment   Segment // of Next, where its frame is of no known kind

	parser  *gopacket.DecodingLayerParser
	decoded []gopacket.LayerType

	// gopacket's layers, used again for each header.
	ethernetHeader layers.Ethernet
	vlanHeader     layers.Dot1Q
	loopbackHeader layers.Loopback
	llcHeader      layers.LLC
	snapHeader     layers.SNAP
	ipv4Header     layers.IPv4
	udpHeader      layers.UDP
	vxlanHeader    layers.VXLAN

	walk
}

// walk is where the decoding of one frame stands.
type walk struct {
	packet *capture.Packet
	seg    *Segment

	next gopacket.LayerType // the layer that rest belongs to
	rest []byte             // the captured bytes that no layer has read yet
	cut  int                // bytes on the wire behind rest that were not captured

	path    uint32 // digest so far, see Segment.Path
	headers int    // IP headers so far
	ttl     uint8  // of the last one
	routed  bool   // a routing header says that this is not yet the destination
	padded  bool   // the 802.11 header is padded

	done bool // fate is settled
	fate Fate
}

// NewDecoder gives a Decoder that keeps to the bounds FragmentBytes,
// FragmentTime and Tunnels.
func NewDecoder(b bounds.Bounds) *Decoder {
	d := &Decoder{bounds: b}
	d.fragments.init(b, &d.hits)
	d.known.forget()
	var all gopacket.DecodingLayerContainer = gopacket.DecodingLayerSparse(nil)
	for kind, read := range d.readers() {
		all = all.Put(&layer{d, kind, read})
	}
	d.parser = gopacket.NewDecodingLayerParser(layerFrame)
	d.parser.SetDecodingLayerContainer(all)
	return d
}

// Decode reads one frame. Where it answers IsSegment it has filled seg, else
// the contents of seg mean nothing.
func (d *Decoder) Decode(p *capture.Packet, seg *Segment) Fate {
	if p.LinkType == linkEthernet && decodeOrdinary(p, seg) {
		return IsSegment
	}
	return d.decodeLayers(p, seg)
}

// Next is Decode for one frame after another, the segment valid until the next
// call. It goes by what frames have in common with those before them.
func (d *Decoder) Next(p *capture.Packet) (*Segment, Fate) {
	if p.LinkType != linkEthernet {
		return &d.segment, d.decodeLayers(p, &d.segment)
	}
	if seg := d.known.segment(p); seg != nil {
		return seg, IsSegment
	}
	if decodeOrdinary(p, &d.segment) {
		return d.known.learn(p, &d.segment), IsSegment
	}
	return &d.segment, d.decodeLayers(p, &d.segment)
}

// decodeLayers decodes any frame layer by layer.
func (d *Decoder) decodeLayers(p *capture.Packet, seg *Segment) Fate {
	wire := max(int(p.Original), len(p.Data))
	d.fragments.pieces = d.fragments.pieces[:0]
	d.walk = walk{packet: p, seg: seg, cut: wire - len(p.Data), path: basePath(p)}
	*seg = Segment{Frame: p.Number, File: p.File, Time: p.Time, LeftOut: p.LeftOut}
	if !SupportedLink(p.LinkType) {
		return UnsupportedLink
	}
	d.then(layerFrame, p.Data)
	err := d.parser.DecodeLayers(p.Data, &d.decoded)
	fate := d.verdict(err)
	if fate == IsSegment {
		seg.Path = d.path
	}
	return fate
}

// verdict tells what became of a frame whose walk is over. Where no layer
// ended it, a header was bad, or the bytes ended before or inside one.
func (d *Decoder) verdict(err error) Fate {
	if d.done {
		return d.fate
	}
	if err != errBad && d.cut > 0 {
		return HeaderCut
	}
	return Malformed
}

// Hits are the bounds that were reached.
func (d *Decoder) Hits() *bounds.Hits { return &d.hits }

// Fragments tells of the frames for which Decode answered IsFragment how many
// went into a datagram that was completed by a later frame, and how many
// belong to datagrams that never were, or not yet, whole.
func (d *Decoder) Fragments() (used, pending int64) {
	return d.fragments.used, d.fragments.seen - d.fragments.used
}

// Pieces are the numbers of the frames from whose fragments the last segment
// was put together, valid until the next call of Decode.
func (d *Decoder) Pieces() []int { return d.fragments.pieces }

// then says which layer the rest of the frame belongs to.
func (w *walk) then(next gopacket.LayerType, rest []byte) error {
	w.next, w.rest = next, rest
	return nil
}

// end ends the walk.
func (w *walk) end(fate Fate) error {
	w.done, w.fate = true, fate
	return w.then(gopacket.LayerTypeZero, nil)
}

// clip limits the bytes behind a header to the n bytes which that header
// announces: what follows them is padding or the frame's checksum. More bytes
// than the frame had on the wire are a contradiction, for which a receiver
// drops it; inside a tunnel they tell of a mirror that shortens frames, and
// count as cut.
func (w *walk) clip(b []byte, n int) ([]byte, error) {
	switch {
	case n <= len(b):
		w.cut = 0
		return b[:n], nil
	case n <= len(b)+w.cut || w.headers > 1 && n <= maxDatagram:
		w.cut = n - len(b)
		return b, nil
	}
	return nil, errBad
}

// layer makes a gopacket.DecodingLayer of a method of Decoder. One after
// another they hand on the walk, which all of them share.
type layer struct {
	d    *Decoder
	kind gopacket.LayerType
	read func([]byte) error
}

func (l *layer) CanDecode() gopacket.LayerClass    { return l.kind }
func (l *layer) NextLayerType() gopacket.LayerType { return l.d.next }
func (l *layer) LayerPayload() []byte              { return l.d.rest }
func (l *layer) DecodeFromBytes(b []byte, _ gopacket.DecodeFeedback) error {
	return l.read(b)
}

// Layers that gopacket has no type for. Its documentation leaves 1000 and
// above to others.
const (
	layerFrame gopacket.LayerType = 1000 + iota // the frame as captured, of any link type
	layerSLL2
	layerRawIP // IPv4 or IPv6, by its first four bits
	layerCiscoHDLC
	layerNFLOG
	layerERSPAN3
	layerTeredo
)

// readers gives the method for each layer that may be met.
func (d *Decoder) readers() map[gopacket.LayerType]func([]byte) error {
	return map[gopacket.LayerType]func([]byte) error{
		layerFrame:               d.readFrame,
		layers.LayerTypeEthernet: d.readEthernet,
		layers.LayerTypeDot1Q:    d.readVLAN,
		layers.LayerTypeLLC:      d.readLLC,
		layers.LayerTypeSNAP:     d.readSNAP,
		layers.LayerTypeLoopback: d.readLoopback,
		layers.LayerTypeLinuxSLL: d.readSLL,
		layerSLL2:                d.readSLL2,
		layerRawIP:               d.readRawIP,
		layers.LayerTypePPP:      d.readPPP,
		layers.LayerTypePPPoE:    d.readPPPoE,
		layerCiscoHDLC:           d.readCiscoHDLC,
		layerNFLOG:               d.readNFLOG,
		layers.LayerTypeRadioTap: d.readRadiotap,
		layers.LayerTypeDot11:    d.readDot11,
		layers.LayerTypeMPLS:     d.readMPLS,
		layers.LayerTypeIPv4:     d.readIPv4,
		layers.LayerTypeIPv6:     d.readIPv6,
		layers.LayerTypeIPSecAH:  d.readAH,
		layers.LayerTypeGRE:      d.readGRE,
		layers.LayerTypeERSPANII: d.readERSPAN2,
		layerERSPAN3:             d.readERSPAN3,
		layers.LayerTypeEtherIP:  d.readEtherIP,
		layers.LayerTypeUDP:      d.readUDP,
		layers.LayerTypeVXLAN:    d.readVXLAN,
		layers.LayerTypeGeneve:   d.readGeneve,
		layerTeredo:              d.readTeredo,
		layers.LayerTypeTCP:      d.readTCP,
	}
}

// readTCP ends the walk with a segment.
func (d *Decoder) readTCP(b []byte) error {
	if err := d.seg.readTCP(b, d.cut); err != nil {
		return err
	}
	if d.routed {
		d.seg.judgeable = false
	}
	return d.end(IsSegment)
}
