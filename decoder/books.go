package decoder

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"slices"
	"strings"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// begin emits the line that opens a run, once, when its first packet is there;
// nil where it has none.
func (r *run) begin(set *capture.Set, first *capture.Packet) {
	files := set.Files()
	r.chainBegins(&files[0], first)
	if !r.options.ForTimeline {
		return
	}
	line := &record.Run{
		Common: record.Common{Type: record.TypeRun}, Captures: make([]record.Source, 0, len(files)),
		Tail: record.Tail{Seconds: record.NoDuration, Wait: record.NoDuration},
	}
	for i := range files {
		source := record.Source{Path: files[i].Path, Chain: r.chain.id, Part: r.chain.part}
		if files[i].Pieces {
			source.Manifest = digestOf(files[i].Path)
		}
		line.Captures = append(line.Captures, source)
	}
	r.emit(line)
}

// digestOf gives the SHA-256 of a manifest in hex, "" where it cannot be read
// again.
func digestOf(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// settled remembers as what a connection is read, for its closing line.
func (r *run) settled(number int, common record.Common) {
	if r.options.ForTimeline {
		r.commons[number] = common
	}
}

// ended closes the books of a connection.
func (r *run) ended(info *stream.Info, s stream.Summary) {
	if !s.Followed {
		r.others.add(info.ServerPort, s.Packets)
	}
	if r.options.Streams {
		rec := r.recorders[info]
		delete(r.recorders, info)
		for _, dir := range []stream.Dir{stream.FromClient, stream.FromServer} {
			switch {
			case rec != nil && info.Refused: // nobody read what was sent
				rec.forget(dir)
			case rec != nil:
				rec.line(dir)
			default:
				r.streamLine(info, dir, new(recorded))
			}
		}
	}
	r.goesOn(info, s)
	delete(r.commons, info.Number)
}

// goesOn tells of a connection what is known of it so far.
func (r *run) goesOn(info *stream.Info, s stream.Summary) {
	common, read := r.commons[info.Number]
	if !read {
		r.refused(info, s)
		return
	}
	common.Type = record.TypeConnection
	r.emit(&record.Connection{
		Common: common, Span: s.Span, Packets: s.Packets, Bytes: s.Bytes,
		Handshake: info.Handshake, Midstream: info.Midstream, OneSided: s.OneSided, Payload: s.Payload,
		Overlaps: int64(info.Overlaps[0] + info.Overlaps[1]), Duplicates: s.Duplicates, Retransmits: s.Retransmits,
		Ended: endings[s.How],
		Tail:  record.Tail{Seconds: record.NoDuration, Wait: record.NoDuration},
	})
}

// mostRefusals bounds the attempts to connect that are told, of followed
// services and of all others: a port scan has any number of them.
const mostRefusals = 1024

// refused tells of a connection that never was: to a followed service, or to any
// other server, of which an import may have asked for its image.
func (r *run) refused(info *stream.Info, s stream.Summary) {
	if !r.options.ForTimeline || !s.Refused && !s.Unanswered {
		return
	}
	service, by := r.serviceOf(info.ServerPort)
	count, hit := &r.refusals, "refused connections told"
	if service == "" {
		count, hit = &r.refusedOthers, "refused connections of other ports told"
	}
	if *count >= mostRefusals {
		r.hits.Hit(hit)
		return
	}
	*count++
	common := record.Common{Type: record.TypeRefusal, Stream: info.Number, Client: info.Client, Server: info.Server, Service: service, FoundBy: by}
	if r.severalFiles {
		file := int(info.File)
		common.File = &file
	}
	r.emit(&record.Refusal{Common: common, Span: s.Span, Unanswered: s.Unanswered, Tail: record.Tail{Seconds: record.NoDuration, Wait: record.NoDuration}})
}

// endings are the words of record.Connection.Ended.
var endings = map[stream.How]string{
	stream.Fin: "fin", stream.Reset: "reset", stream.Open: "open", stream.Evicted: "evicted", stream.Reused: "reused", stream.Carried: "carried",
}

// close works out the balances and emits the lines that end a run.
func (r *run) close(set *capture.Set, interrupted bool) *record.Accounting {
	packets, bytes := r.streams.Counts()
	books := &record.Accounting{Packets: packets, Bytes: bytes}
	p := &books.Packets
	// Fragments of other times than were asked for are in no count.
	_, pending := r.packets.Fragments()
	fragments := r.fates[packet.IsFragment] + r.chain.fragments
	pending = min(pending, fragments)
	p.Fragment = fragments - pending
	if r.chain.handed = 0; r.carriesOut() {
		r.chain.handed = min(r.packets.InTheMaking(), pending)
	}
	p.Carried += r.chain.handed
	p.FragmentPending = pending - r.chain.handed
	p.NotTCP += r.fates[packet.NotTCP]
	p.Malformed += r.fates[packet.Malformed]
	p.HeaderCut += r.fates[packet.HeaderCut]
	p.UnsupportedLink += r.fates[packet.UnsupportedLink]
	p.LeftOut, p.Outside = r.leftOut, r.otherTimes
	p.Total = r.chain.packets + r.chain.fragments
	for _, n := range r.fates {
		p.Total += n
	}
	if !r.options.ForTimeline {
		return books
	}
	files := set.Files()
	for i, f := range files {
		line := captureLine(i, &f, r.severalFiles)
		r.tellClock(line, i, files)
		if line.Backwards > 0 {
			line.Backwards += r.chain.shift
		}
		r.emit(line)
	}
	r.hits.Merge(r.packets.Hits())
	line := &record.Books{
		Common: record.Common{Type: record.TypeBooks}, Accounting: *books, Limits: limits(&r.hits),
		OtherPorts: r.others.top(20), Interrupted: interrupted,
		Tail: record.Tail{Seconds: record.NoDuration, Wait: record.NoDuration},
	}
	r.emit(line)
	return books
}

// captureLine tells of an input file.
func captureLine(index int, f *capture.File, several bool) *record.Capture {
	line := &record.Capture{
		Common: record.Common{Type: record.TypeCapture},
		Path:   f.Path, Format: f.Format, Compression: strings.Join(f.Compression, " in "), LinkTypes: f.LinkTypes,
		Packets: f.Packets, Bytes: f.Bytes, First: f.First, Last: f.Last, Snaplen: int64(f.Snaplen),
		Dropped: f.Drops, Detail: f.Detail, Size: f.Size, Captured: f.Captured, Original: f.Original, Cut: f.Cut, LeftOut: f.LeftOut,
		Backwards: f.TimeBackwards, BackwardsBy: f.BackwardsBy, Remarks: f.Remarks,
		Tail: record.Tail{Seconds: record.NoDuration, Wait: record.NoDuration},
	}
	for _, i := range f.Interfaces {
		line.Interfaces = append(line.Interfaces, record.Interface{Name: i.Name, Filter: i.Filter, OS: i.OS, Snaplen: int64(i.Snaplen)})
	}
	if several {
		line.File = &index
	}
	if f.Err != nil {
		text := f.Err.Error()
		line.Error = &text
	}
	return line
}

func limits(hits *bounds.Hits) []record.Limit {
	list := []record.Limit{}
	hits.Each(func(name string, n int64) { list = append(list, record.Limit{Name: name, Times: n}) })
	return list
}

// portCounts counts connections that nothing follows by their server's port.
type portCounts struct{ by map[uint16]record.PortCount }

func (p *portCounts) add(port uint16, packets int64) {
	if p.by == nil {
		p.by = make(map[uint16]record.PortCount)
	}
	c := p.by[port]
	c.Port, c.Packets, c.Connections = int(port), c.Packets+packets, c.Connections+1
	p.by[port] = c
}

// top gives the n ports with the most packets.
func (p *portCounts) top(n int) []record.PortCount {
	list := make([]record.PortCount, 0, len(p.by))
	for _, c := range p.by {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b record.PortCount) int {
		return cmp.Or(cmp.Compare(b.Packets, a.Packets), cmp.Compare(a.Port, b.Port))
	})
	return list[:min(n, len(list))]
}
