package record

import "fmt"

// Accounting is the law's two balances: what became of each packet and of
// each byte of the followed streams. Every packet and byte stands in exactly
// one field.
type Accounting struct {
	Packets PacketCounts `json:"packets"`
	Bytes   ByteCounts   `json:"bytes"`
}

// PacketCounts counts packets by what became of them.
type PacketCounts struct {
	Total           int64 `json:"total"`
	Decoded         int64 `json:"decoded"`          // a segment of a followed connection
	Fragment        int64 `json:"fragment"`         // used in a datagram
	FragmentPending int64 `json:"fragment_pending"` // a fragment whose datagram never was whole
	NotTCP          int64 `json:"not_tcp"`
	OtherPort       int64 `json:"other_port"` // TCP, of no followed service
	Duplicate       int64 `json:"duplicate"`  // the same frame recorded again
	Ignored         int64 `json:"ignored"`    // the receiver dropped it (checksum, PAWS, window …)
	Malformed       int64 `json:"malformed"`
	HeaderCut       int64 `json:"header_cut"` // the snap length ends inside the headers
	UnsupportedLink int64 `json:"unsupported_link"`
	Evicted         int64 `json:"evicted"` // of a connection that was let go
	// LeftOut counts packets that are not in the capture because they were
	// left out on purpose (LeftOut); they are not among Total.
	LeftOut int64 `json:"left_out,omitempty"`
	// Carried counts packets whose fate the run over the next file tells; it
	// counts them again.
	Carried int64 `json:"carried,omitempty"`
	// Outside counts packets of other times than were asked for; they are not
	// among Total.
	Outside int64 `json:"outside,omitempty"`
}

// ByteCounts counts the bytes of followed directions by what became of them.
type ByteCounts struct {
	Span        int64 `json:"span"`
	Decoded     int64 `json:"decoded"`
	Skipped     int64 `json:"skipped"` // image bytes: counted, not looked at
	Missing     int64 `json:"missing"` // not in the capture
	Cut         int64 `json:"cut"`     // beyond the snap length
	Undecodable int64 `json:"undecodable"`
	Encrypted   int64 `json:"encrypted"`
	Urgent      int64 `json:"urgent"`
	Unread      int64 `json:"unread"` // behind a hole that the receiver never filled
	Evicted     int64 `json:"evicted"`
	LeftOut     int64 `json:"left_out,omitempty"` // of the capture, on purpose
	// Carried counts bytes of half messages and bytes in wait that were handed
	// to the run over the next file; its span holds them too.
	Carried int64 `json:"carried,omitempty"`
}

// Add adds the counts of b.
func (a *PacketCounts) Add(b PacketCounts) {
	a.Total += b.Total
	a.Decoded += b.Decoded
	a.Fragment += b.Fragment
	a.FragmentPending += b.FragmentPending
	a.NotTCP += b.NotTCP
	a.OtherPort += b.OtherPort
	a.Duplicate += b.Duplicate
	a.Ignored += b.Ignored
	a.Malformed += b.Malformed
	a.HeaderCut += b.HeaderCut
	a.UnsupportedLink += b.UnsupportedLink
	a.Evicted += b.Evicted
	a.LeftOut += b.LeftOut
	a.Carried += b.Carried
	a.Outside += b.Outside
}

// Add adds the counts of b.
func (a *ByteCounts) Add(b ByteCounts) {
	a.Span += b.Span
	a.Decoded += b.Decoded
	a.Skipped += b.Skipped
	a.Missing += b.Missing
	a.Cut += b.Cut
	a.Undecodable += b.Undecodable
	a.Encrypted += b.Encrypted
	a.Urgent += b.Urgent
	a.Unread += b.Unread
	a.Evicted += b.Evicted
	a.LeftOut += b.LeftOut
	a.Carried += b.Carried
}

// Sub takes away the counts of b.
func (a *ByteCounts) Sub(b ByteCounts) {
	a.Span -= b.Span
	a.Decoded -= b.Decoded
	a.Skipped -= b.Skipped
	a.Missing -= b.Missing
	a.Cut -= b.Cut
	a.Undecodable -= b.Undecodable
	a.Encrypted -= b.Encrypted
	a.Urgent -= b.Urgent
	a.Unread -= b.Unread
	a.Evicted -= b.Evicted
	a.LeftOut -= b.LeftOut
	a.Carried -= b.Carried
}

// Check tells whether the balances hold; the error says by how much not.
func (a *Accounting) Check() error {
	p, b := &a.Packets, &a.Bytes
	packets := p.Decoded + p.Fragment + p.FragmentPending + p.NotTCP + p.OtherPort + p.Duplicate +
		p.Ignored + p.Malformed + p.HeaderCut + p.UnsupportedLink + p.Evicted + p.Carried
	if packets != p.Total {
		return fmt.Errorf("the books do not balance: %d packets were read, %d are accounted for (%+v)", p.Total, packets, *p)
	}
	bytes := b.Decoded + b.Skipped + b.Missing + b.Cut + b.Undecodable + b.Encrypted + b.Urgent + b.Unread + b.Evicted + b.LeftOut + b.Carried
	if bytes != b.Span {
		return fmt.Errorf("the books do not balance: streams span %d bytes, %d are accounted for (%+v)", b.Span, bytes, *b)
	}
	return nil
}
