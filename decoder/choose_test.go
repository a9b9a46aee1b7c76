package decoder_test

import (
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/record"
)

// inPieces is an upload on a port that says nothing, its head in segments of
// three bytes, so that bytes are held before HTTP is recognised.
const inPieces = `
client = 10.0.0.1:50000
glance = 10.0.0.2:18080
client --> glance connect
client --> glance [mss 3] PUT /v2/images/1/file HTTP/1.1
| Host: x
| Content-Type: application/octet-stream
| Content-Length: @
|
| @bytes 3000
client <-- glance HTTP/1.1 204 No Content
client --> glance close
`

func TestABodyIsSkippedAndCountedBehindAHeadInPieces(t *testing.T) {
	for _, streams := range []bool{false, true} {
		o := options()
		o.ForTimeline, o.Streams, o.ShowSecrets = true, streams, true
		records, err := decode(play(t, inPieces), o)
		if err != nil {
			t.Fatal(err)
		}
		h := firstHTTP(t, records)
		if h.Request == nil || h.Request.Body == nil || h.Request.Body.Length != 3000 || h.Request.Body.Captured != 3000 || h.Response == nil || len(h.Marks) > 0 {
			t.Errorf("with streams %v: got %s", streams, lines(t, []record.Record{h}))
		}
		if b := books(t, records).Bytes; b.Skipped != 3000 {
			t.Errorf("with streams %v: the books are %+v", streams, b)
		}
	}
}

func TestAnEndBeforeTheProtocolIsKnownReachesItsHandler(t *testing.T) {
	// The client shuts its side before the server has said a word. Its end
	// must not be lost: the answer that is due then closes the exchange.
	o := options()
	o.Ports = map[uint16]string{18080: decoder.HTTP}
	records, err := decode(play(t, `
client = 10.0.0.1:50000
glance = 10.0.0.2:18080
client --> glance connect
client --> glance text "G"
client --> glance fin
client <-- glance HTTP/1.1 400 Bad Request
| Content-Length: 0
client <-- glance fin
`), o)
	if err != nil {
		t.Fatal(err)
	}
	h := firstHTTP(t, records)
	if h.Response == nil || h.Response.Status != 400 {
		t.Errorf("got %s", lines(t, records))
	}
}
