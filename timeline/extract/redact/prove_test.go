package redact

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/fixtures/wire"
)

// TestTheProofFindsWhatTheRewritingLeft gives the proof a capture that was not
// redacted, and one in which a known secret stands where nothing recognises it.
func TestTheProofFindsWhatTheRewritingLeft(t *testing.T) {
	const secret = "c0a1a2a3c0a1a2a3c0a1a2a3c0a1a2a3"
	const ends = "client = 172.16.0.10:51234\nglance = 172.16.0.19:9292\nother = 172.16.0.50:7777\n"
	said := "client --> glance text \"GET / HTTP/1.1\\r\\nX-Auth-Token: " + secret + "\\r\\n\\r\\n\"\n"
	for name, left := range map[string]string{
		"in its place": said,
		"elsewhere":    "mss 9\nclient --> other text \"so " + secret + " then\"\n",
	} {
		c, err := wire.Play(ends + said)
		if err != nil {
			t.Fatal(err)
		}
		in, _ := c.Pcap()
		r := &run{options: Options{Bounds: bounds.Default(), Key: []byte("a key")}, source: func(_ context.Context, to io.Writer) error {
			_, err := to.Write(in)
			return err
		}}
		if err := r.learn(context.Background()); err != nil {
			t.Fatal(err)
		}
		if c, err = wire.Play(ends + left); err != nil {
			t.Fatal(err)
		}
		out, _ := c.Pcap()
		file, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		file.Write(out)
		var leak *LeakError
		if err := r.prove(context.Background(), file); !errors.As(err, &leak) || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "stream 0") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
