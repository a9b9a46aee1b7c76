package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// TestALivePipeShowsRecordsAsTheyAreCompleted holds the end of a capture back
// until the exchange in its middle was shown.
func TestALivePipeShowsRecordsAsTheyAreCompleted(t *testing.T) {
	for _, flags := range [][]string{nil, {"--format", "csv"}, {"--curl"}, {"--grep", "404"}} {
		t.Run(strings.Join(append(flags, "records"), " "), func(t *testing.T) {
			dir := t.TempDir()
			if err := writeCaptures(dir); err != nil {
				t.Fatal(err)
			}
			capture, err := os.ReadFile(dir + "/one.pcap")
			if err != nil {
				t.Fatal(err)
			}
			in, feed := io.Pipe()
			shown, out := io.Pipe()
			var said bytes.Buffer
			p := &program{in: in, out: out, err: &said}
			ended := make(chan status, 1)
			go func() {
				s := p.run(append(append([]string{"records"}, flags...), "-"))
				out.Close()
				ended <- s
			}()
			// The last three packets, of 70 bytes each with their heads, end the
			// connection.
			go feed.Write(capture[:len(capture)-3*70])
			lines := make(chan string)
			go func() {
				for s := bufio.NewScanner(shown); s.Scan(); {
					lines <- s.Text()
				}
				close(lines)
			}()
			deadline := time.After(30 * time.Second)
			for found := false; !found; {
				select {
				case line := <-lines:
					found = strings.Contains(line, "4f0f6ff6")
				case <-deadline:
					t.Fatal("nothing is shown while the capture goes on")
				}
			}
			go func() {
				feed.Write(capture[len(capture)-3*70:])
				feed.Close()
			}()
			for range lines {
			}
			if s := <-ended; s != statusDone || said.Len() > 0 {
				t.Errorf("status %d, %s", s, said.String())
			}
		})
	}
}
