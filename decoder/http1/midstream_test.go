package http1

import (
	"strings"
	"testing"

	"glancecap/decoder/stream"
)

func TestAConnectionJoinedInsideBodiesIsReadFromItsFirstHeads(t *testing.T) {
	w := newWire(t)
	w.info.Handshake, w.info.Midstream = false, [2]bool{true, true}
	w.say(client, strings.Repeat("b", 3000)).say(server, strings.Repeat("rest of some body", 10)+ok)
	w.say(client, "more of it\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n").say(server, ok).end(stream.Open)
	w.want(`GET /a → 200(2/2 "{}") midstream`, `- → 200(2/2 "{}") midstream incomplete`)
	if got := w.books[client][stream.Undecodable]; got != 3011 {
		t.Errorf("%d bytes of the client are undecodable, want 3011", got)
	}
}

func TestAConnectionJoinedBetweenMessagesIsWhole(t *testing.T) {
	w := newWire(t)
	w.info.Handshake, w.info.Midstream = false, [2]bool{true, true}
	w.say(client, get).say(server, ok)
	w.want(`GET /a → 200(2/2 "{}")`)
}

func TestOneDirectionAloneIsTold(t *testing.T) {
	w := newWire(t)
	w.say(client, get).say(client, "GET /b HTTP/1.1\r\n\r\n").end(stream.Fin)
	w.want("GET /a → - incomplete", "GET /b → - incomplete")
	w = newWire(t)
	w.info.Handshake = false
	w.say(server, ok).say(server, "HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n").end(stream.Fin)
	w.want(`- → 200(2/2 "{}") incomplete midstream`, "- → 404 incomplete midstream")
}

func TestAResponseThatCameOutFirstFindsItsRequest(t *testing.T) {
	w := newWire(t)
	w.frame = 5
	w.say(server, ok) // frame 6
	w.frame = 2
	w.say(client, get) // frame 3, behind a hole that was given up late
	w.end(stream.Fin)
	w.want(`GET /a → 200(2/2 "{}")`)
}

func TestALostPipelinedResponseDoesNotShiftTheOthers(t *testing.T) {
	w := newWire(t)
	w.say(client, "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n")
	w.say(server, "HTTP/1.1 201 x\r\nContent-Length: 0\r\n\r\n").gap(server, 40, stream.Lost)
	w.say(server, "HTTP/1.1 203 x\r\nContent-Length: 0\r\n\r\n")
	w.say(client, "GET /4 HTTP/1.1\r\n\r\n").say(server, "HTTP/1.1 204 x\r\n\r\n").end(stream.Fin)
	w.want("GET /1 → 201", "GET /2 → - gap incomplete", "GET /3 → - gap incomplete", "GET /4 → 204", "- → 203 resync incomplete")
}

func TestAfterALossOfBothNoLaterResponseIsGivenToAnEarlierRequest(t *testing.T) {
	w := newWire(t)
	w.say(client, "GET /1 HTTP/1.1\r\n\r\n").gap(server, 900, stream.Lost).gap(client, 1200, stream.Lost)
	w.say(server, "HTTP/1.1 202 x\r\nContent-Length: 0\r\n\r\n")
	w.say(client, "GET /3 HTTP/1.1\r\n\r\n").say(server, "HTTP/1.1 203 x\r\nContent-Length: 0\r\n\r\n").end(stream.Fin)
	w.want("GET /1 → - gap incomplete", "GET /3 → 203 resync", "- → 202 resync incomplete")
}

func TestJoinedAtItsBeginningARequestMayHaveAnyMethodAndIsMarked(t *testing.T) {
	for _, method := range []string{"PROPFIND", "PROPPATCH", "M-POST", "CCM_POST"} {
		w := newWire(t)
		w.info.Handshake, w.info.Midstream = false, [2]bool{true, true}
		w.say(client, method+" /x HTTP/1.1\r\nHost: x\r\n\r\n").say(server, ok).say(client, get).say(server, ok).end(stream.Fin)
		w.want(method+` /x → 200(2/2 "{}") midstream`, `GET /a → 200(2/2 "{}")`)
	}
}

func TestTheEndOfABodyIsNoPartOfAMethod(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		w := newWire(t)
		w.split = n
		w.info.Handshake, w.info.Midstream = false, [2]bool{true, true}
		w.say(client, "again").say(client, "PATCH /x HTTP/1.1\r\nContent-Length: 0\r\n\r\n").say(server, ok).end(stream.Fin)
		w.want(`PATCH /x → 200(2/2 "{}") midstream`)
		if got := w.books[client][stream.Undecodable]; got != 5 {
			t.Errorf("%d bytes a call: %d bytes are undecodable, want 5", n, got)
		}
	}
}

func TestWhatNeverBecameAHeadIsUndecodable(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		w := newWire(t)
		w.split = n
		w.info.Handshake, w.info.Midstream = false, [2]bool{true, true}
		w.say(client, "CONNECT /HTTP/1.1\r\nHost: x\r\n\r\n").say(server, ok).end(stream.Fin)
		w.want(`- → 200(2/2 "{}") incomplete midstream`)
		if got := w.books[client][stream.Undecodable]; got != 30 {
			t.Errorf("%d bytes a call: %d bytes are undecodable, want 30", n, got)
		}
	}
}

func TestJoinedInsideABodyNoLineOfItIsARequest(t *testing.T) {
	w := newWire(t)
	w.info.Handshake, w.info.Midstream = false, [2]bool{true, true}
	w.say(client, "GET me\r\n\r\nPOST that: now\r\nHTTP: yes\r\n\r\n").say(client, get).say(server, ok).end(stream.Fin)
	w.want(`GET /a → 200(2/2 "{}") midstream`)
}

func TestARequestIDPairsWhatOrderCannot(t *testing.T) {
	w := newWire(t)
	w.say(client, "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nX-Openstack-Request-Id: req-2\r\n\r\nGET /3 HTTP/1.1\r\n\r\n")
	w.gap(server, 40, stream.Lost)
	w.say(server, "HTTP/1.1 202 x\r\nx-openstack-request-id: req-2\r\nContent-Length: 0\r\n\r\nHTTP/1.1 203 x\r\nContent-Length: 0\r\n\r\n").end(stream.Fin)
	w.want("GET /1 → - gap incomplete", "GET /2 → 202 resync", "GET /3 → 203")
}

func TestASnapLengthCutsTheBodyAndIsToldSo(t *testing.T) {
	w := newWire(t)
	w.say(client, "PUT /f HTTP/1.1\r\nContent-Type: application/octet-stream\r\nContent-Length: 2000\r\n\r\n0123456789").gap(client, 90, stream.SnapCut)
	w.run[client].Missing, w.run[client].Cut = 0, 90 // the assembler tells cut bytes apart
	w.say(client, "0123456789").gap(client, 1890, stream.Lost)
	w.say(server, "HTTP/1.1 204 ok\r\n\r\n")
	w.want("PUT /f(20/2000) → 204 gap cut")
}

func TestAnUrgentByteIsNoHole(t *testing.T) {
	w := newWire(t)
	w.say(client, "GET /a HT").gap(client, 1, stream.UrgentOut).say(client, "TP/1.1\r\n\r\n").say(server, ok)
	w.want(`GET /a → 200(2/2 "{}")`)
}

// TestWhatWasOnItsWayWhenAConnectionWasJoinedIsNoLoss holds that a server's
// acknowledgement of bytes which were sent before the capture began is no
// reason to think that requests were lost in it.
func TestWhatWasOnItsWayWhenAConnectionWasJoinedIsNoLoss(t *testing.T) {
	w := newWire(t)
	w.info.Handshake, w.info.Midstream = false, [2]bool{true, true}
	w.gap(client, 7240, stream.Lost).gap(client, 44888, stream.Lost).say(client, strings.Repeat("b", 3000))
	w.say(server, "HTTP/1.1 204 x\r\n\r\n").say(client, get).say(server, ok).end(stream.Fin)
	w.want(`GET /a → 200(2/2 "{}") midstream`, "- → 204 incomplete")
}
