package http1

import (
	"crypto/md5"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// image is what the tests digest.
var image = strings.Repeat("\x00\x01image bytes\r\n0\r\n\r\nGET / HTTP/1.1\r\n", 300)

func md5Of(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// newDigestWire digests what is put to paths with a hyphen as parts, other PUTs
// whole, and what GET gives.
func newDigestWire(t testing.TB, shared *Digests) *wire {
	w := newWire(t)
	w.h.o = Options{Bounds: bounds.Default(), Hits: &w.hits, Digests: shared}
	return w
}

func digestAll() *Digests {
	return NewDigests(func(method, target string) Digested {
		d := Digested{Request: method == "PUT", Response: method == "GET"}
		if object, part, ok := strings.Cut(target, "-"); ok {
			d.Object = object
			fmt.Sscan(part, &d.Part)
		}
		return d
	})
}

func put(target, content string) string {
	return fmt.Sprintf("PUT %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s", target, len(content), content)
}

const stored = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"

// chunkedText writes content in chunks of different sizes.
func chunkedText(content string) string {
	var b strings.Builder
	for n := 1; len(content) > 0; n = n*3 + 1 {
		n := min(n, len(content))
		fmt.Fprintf(&b, "%x;ext=1\r\n%s\r\n", n, content[:n])
		content = content[n:]
	}
	return b.String() + "0\r\nX-T: 1\r\n\r\n"
}

func TestABodysDigestIsThatOfItsContentHoweverItIsSentAndCut(t *testing.T) {
	sum := sha512.Sum512([]byte(image))
	for _, message := range []string{put("/a", image), "PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunkedText(image)} {
		for _, split := range []int{0, 1, 7, 1448} {
			w := newDigestWire(t, digestAll())
			w.split = split
			w.say(client, message).say(server, stored).end(stream.Fin)
			d := w.recs[0].Request.Body.Digests
			if d == nil || d.MD5 != md5Of(image) || d.SHA512 != hex.EncodeToString(sum[:]) || d.Bytes != int64(len(image)) {
				t.Errorf("%.40q… in pieces of %d: %+v", message, split, d)
			}
			if w.books[client][stream.Skipped] != 0 {
				t.Errorf("%d bytes were skipped that were digested", w.books[client][stream.Skipped])
			}
		}
	}
}

func TestADownloadThatEndsWithItsConnectionIsDigested(t *testing.T) {
	w := newDigestWire(t, digestAll())
	w.say(client, "GET /a HTTP/1.1\r\n\r\n").say(server, "HTTP/1.1 200 OK\r\n\r\n"+image).end(stream.Fin)
	if d := w.recs[0].Response.Body.Digests; d == nil || d.MD5 != md5Of(image) {
		t.Errorf("%+v", d)
	}
}

func TestAPartOfAnImageIsNotDigestedAsTheImage(t *testing.T) {
	w := newDigestWire(t, digestAll())
	w.say(client, "GET /a HTTP/1.1\r\nRange: bytes=0-2\r\n\r\n").say(server, "HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\n\x00\x01i").end(stream.Fin)
	if d := w.recs[0].Response.Body.Digests; d != nil {
		t.Errorf("%+v", d)
	}
}

// TestAByteThatIsMissingLeavesNoDigest loses one byte at every place of a body.
func TestAByteThatIsMissingLeavesNoDigest(t *testing.T) {
	content := image[:60]
	for _, body := range []string{put("/a", content), "PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunkedText(content)} {
		head := strings.Index(body, "\r\n\r\n") + 4
		for at := head; at < len(body); at++ {
			w := newDigestWire(t, digestAll())
			w.say(client, body[:at]).gap(client, 1, stream.Lost).say(client, body[at+1:]).say(server, stored).end(stream.Fin)
			for _, r := range w.recs {
				// The last bytes of a chunked body are no content.
				if r.Request != nil && r.Request.Body != nil && r.Request.Body.Digests != nil && r.Request.Body.Digests.MD5 != md5Of(content) {
					t.Fatalf("without byte %d of %d: %+v", at, len(body), r.Request.Body.Digests)
				}
				if r.Request != nil && r.Request.Body != nil && r.Request.Body.Digests != nil && !r.Request.Body.Chunked {
					t.Fatalf("without byte %d a body of known length is digested", at)
				}
			}
		}
	}
}

// object gives the digests of the object so far, as MD5s, of each part that
// was put; - where there is none.
func object(recs []*record.HTTP) string {
	var words []string
	for _, r := range recs {
		d := r.Request.Body.Digests
		switch {
		case d == nil || d.Object == nil:
			words = append(words, "-")
		default:
			words = append(words, fmt.Sprintf("%d %s", d.Object.Parts, d.Object.MD5))
		}
	}
	return strings.Join(words, ", ")
}

func TestPartsOnSeveralConnectionsGiveTheDigestOfTheObject(t *testing.T) {
	shared := digestAll()
	a, b := newDigestWire(t, shared), newDigestWire(t, shared)
	a.say(client, put("/o-1", "one")).say(server, stored)
	b.say(client, put("/o-2", "two")).say(server, stored)
	a.say(client, put("/o-2", "two")).say(server, stored) // sent again
	b.say(client, put("/o-3", "three")).say(server, stored)
	a.end(stream.Fin)
	b.end(stream.Fin)
	if got, want := object(a.recs), "1 "+md5Of("one")+", 2 "+md5Of("onetwo"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := object(b.recs), "2 "+md5Of("onetwo")+", 3 "+md5Of("onetwothree"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := b.recs[1].Request.Body.Digests.MD5; got != md5Of("three") {
		t.Errorf("a part's own digest is %s", got)
	}
}

func TestAPartThatWasNotReadWholeEndsTheObjectsDigest(t *testing.T) {
	w := newDigestWire(t, digestAll())
	w.say(client, put("/o-1", "one")).say(server, stored)
	w.say(client, "PUT /o-2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nt").gap(client, 1, stream.Lost).say(client, "o").say(server, stored)
	w.say(client, put("/o-3", "three")).say(server, stored)
	w.say(client, put("/p-2", "two")).say(server, stored).end(stream.Fin) // its beginning was never seen
	if got, want := object(w.recs), "1 "+md5Of("one")+", -, -, -"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestObjectsInPartsAreBounded makes more of them than are kept.
func TestObjectsInPartsAreBounded(t *testing.T) {
	shared := digestAll()
	w := newDigestWire(t, shared)
	for n := range maxObjects + 10 {
		w.say(client, put(fmt.Sprintf("/o%d-1", n), "x")).say(server, stored)
	}
	w.end(stream.Fin)
	if len(shared.objects) > maxObjects {
		t.Errorf("%d objects are held, the bound is %d", len(shared.objects), maxObjects)
	}
}
