package http1

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// compressed gives text in an encoding.
func compressed(t testing.TB, coding, text string) string {
	var out bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "deflate":
		w = zlib.NewWriter(&out)
	case "bare deflate":
		w, _ = flate.NewWriter(&out, 6)
	case "br":
		w = brotli.NewWriter(&out)
	case "zstd":
		w, _ = zstd.NewWriter(&out)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// answer plays a response with a JSON body in an encoding.
func answer(t testing.TB, coding, body string) *wire {
	w := newWire(t)
	w.say(client, get)
	w.say(server, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", coding, len(body), body))
	w.say(client, get).say(server, ok)
	return w.end(stream.Fin)
}

func TestTheTextOfAnEncodedBodyIsTheDecodedOne(t *testing.T) {
	const text = `{"images": []}`
	for _, coding := range []string{"gzip", "deflate", "bare deflate", "br", "zstd"} {
		w := answer(t, strings.TrimPrefix(coding, "bare "), compressed(t, coding, text))
		if got := w.recs[0].Response.Body; got.Text == nil || *got.Text != text || len(w.recs[0].Marks) > 0 {
			t.Errorf("%s: %s", coding, w.told())
		}
	}
	twice := compressed(t, "gzip", compressed(t, "deflate", text))
	if w := answer(t, "deflate, gzip", twice); w.recs[0].Response.Body.Text == nil || *w.recs[0].Response.Body.Text != text {
		t.Errorf("two encodings: %s", w.told())
	}
}

func TestABombIsNotInflatedBeyondItsBound(t *testing.T) {
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		w := answer(t, coding, compressed(t, coding, strings.Repeat(" ", 16<<20)))
		if !w.recs[0].Marks.Has(record.MarkDecompressLimit) || len(w.recs) != 2 || w.recs[1].Response.Status != 200 {
			t.Errorf("%s: %.200s", coding, w.told())
		}
	}
}

func TestADamagedEncodingIsMarkedAndTheNextExchangeIsRight(t *testing.T) {
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		body := []byte(compressed(t, coding, strings.Repeat(`{"a": 1}`, 1000)))
		for i := len(body) / 2; i < len(body); i++ {
			body[i] ^= 0x5a
		}
		w := answer(t, coding, string(body))
		if !w.recs[0].Marks.Has(record.MarkAnomaly+"content_encoding") || len(w.recs) != 2 {
			t.Errorf("%s: %.200s", coding, w.told())
		}
	}
	w := answer(t, "rot13", "whatever")
	if !w.recs[0].Marks.Has(record.MarkAnomaly+"content_encoding") || w.recs[0].Response.Body.Text != nil {
		t.Errorf("unknown encoding: %s", w.told())
	}
}
