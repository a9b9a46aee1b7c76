package stream

import (
	"slices"

	"glancecap/decoder/record"
)

// What time is lost to. Between two segments with new bytes a sender waits
// because the receiver's window is closed, because a loss is repaired, or
// because it has nothing to send. A pause that ends with an acknowledgement of
// what was in flight is the network's, and none of these.

// The kinds of record.Wait.
const (
	WaitWindow = "window_closed"
	WaitLoss   = "loss"
	WaitIdle   = "idle"
)

const (
	shortestWait = 1_000_000 // nanoseconds
	mostWaits    = 128       // a direction; beyond, the shortest is forgotten
	fullSegment  = 1460      // bytes: with less room a sender holds back (RFC 9293 §3.8.6.2.1)
)

// pace follows one direction's sender.
type pace struct {
	newAt   At // of the last segment with new bytes
	openAt  At // when the window opened again
	quietAt At // when everything sent was acknowledged
	largest int64
	// Since newAt: the window had no room for a segment, has room again;
	// something was sent again in vain or not; the other end spoke.
	starved, opened, repaired, answered bool
	log                                 []record.Wait
}

// sendsNew notes a segment with new bytes, n of them, that leave room in the
// receiver's window (none: unknown).
func (p *pace) sendsNew(at At, n, room int64) {
	if at.Time-p.newAt.Time >= shortestWait && p.newAt.Frame != 0 {
		p.waited(at)
	}
	p.newAt = at
	if n > p.largest {
		p.largest = n
	}
	if starved := room != none && room < min(p.largest, fullSegment); starved != p.starved {
		p.starved = starved
	}
	// Nearly always nothing happened since: a look costs less than to write.
	if p.opened || p.repaired || p.answered {
		p.opened, p.repaired, p.answered = false, false, false
	}
	if p.quietAt.Frame != 0 {
		p.quietAt = At{}
	}
}

// acknowledged notes what the receiver says: how much it has room for, and
// whether all is acknowledged.
func (p *pace) acknowledged(at At, room int64, all bool) {
	if p.starved && !p.opened && room != none && room >= min(p.largest, fullSegment) {
		p.opened, p.openAt = true, at
	}
	if all && p.quietAt.Frame == 0 {
		p.quietAt = at
	}
}

// waited books the pause that ends now.
func (p *pace) waited(now At) {
	from, why := p.newAt, WaitIdle
	switch {
	case p.starved && p.opened && now.Time-p.openAt.Time <= max(10*shortestWait, p.openAt.Time-p.newAt.Time):
		why = WaitWindow
	case p.starved:
		return // it sends into what room there was: not held
	case p.repaired:
		why = WaitLoss
	case p.answered || p.quietAt.Frame == 0:
		return
	default:
		from = p.quietAt
	}
	if now.Time-from.Time < shortestWait {
		return
	}
	w := record.Wait{
		Span: record.Span{Time: from.Time, End: now.Time, FirstFrame: from.Frame, LastFrame: now.Frame, In: [2]int32{from.File, now.File}},
		Why:  why,
	}
	if len(p.log) < mostWaits {
		p.log = append(p.log, w)
		return
	}
	short := slices.MinFunc(p.log, func(x, y record.Wait) int { return int(max(-1, min(1, length(x)-length(y)))) })
	if length(short) < length(w) {
		p.log[slices.Index(p.log, short)] = w
	}
}

func length(w record.Wait) record.Time { return w.End - w.Time }

// room is how much the receiver's window holds beyond what was sent.
func (d *direction) room() int64 {
	if d.edge == none {
		return none
	}
	return d.edge - d.sent
}

// Waits tells in what stretches between two points of time the sender of a
// direction did not send new bytes, and why, in the order of time. Pauses
// under a millisecond are left out, and of very many the shortest. That a
// window was closed is known only where the handshake was captured.
func (i *Info) Waits(dir Dir, from, to record.Time) []record.Wait {
	if i.paces[dir] == nil {
		return nil
	}
	var list []record.Wait
	for _, w := range i.paces[dir].log {
		if w.End > from && w.Time < to {
			list = append(list, w)
		}
	}
	slices.SortStableFunc(list, func(x, y record.Wait) int { return int(max(-1, min(1, x.Time-y.Time))) })
	return list
}

// Flipped gives what is known of a connection with client and server
// exchanged, for a protocol that shows that they were taken for each other.
// It is not kept up to date.
func (i *Info) Flipped() *Info {
	f := *i
	f.Client, f.Server = i.Server, i.Client
	f.ClientPort, f.ServerPort = i.ServerPort, i.ClientPort
	f.Midstream = [2]bool{i.Midstream[1], i.Midstream[0]}
	f.Overlaps = [2]int{i.Overlaps[1], i.Overlaps[0]}
	f.First = [2]uint32{i.First[1], i.First[0]}
	f.Told = [2]bool{i.Told[1], i.Told[0]}
	f.paces = [2]*pace{i.paces[1], i.paces[0]}
	return &f
}
