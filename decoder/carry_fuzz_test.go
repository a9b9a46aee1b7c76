package decoder_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"glancecap/decoder"
	"glancecap/decoder/record"
)

// stateHead is the first line of a state.
const stateHead = "glancecap.carry/5\n"

// sealed makes a state of its content: whole by its checksum, whatever it says.
func sealed(t testing.TB, content []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	b := z.EncodeAll(content, []byte(stateHead))
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// unsealed gives the content of a state.
func unsealed(t testing.TB, state []byte) []byte {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(state[len(stateHead) : len(state)-sha256.Size]))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	content, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// states gives the state in the middle of each of a few conversations, and a
// capture that goes on from it.
func states(t testing.TB) (list [][2][]byte) {
	for _, text := range []string{
		strings.Replace(upload, "%s", "9292", 1),
		strings.Replace(strings.Replace(session, "%s greeting", "greeting", 1), "%s", "3306", 1),
	} {
		pcap := play(t, text)
		const head, record = 24, 16
		for at, n := head, 0; at < len(pcap); n++ {
			length := int(pcap[at+8]) | int(pcap[at+9])<<8
			at += record + length
			var state bytes.Buffer
			o := options()
			o.ForTimeline, o.Carry = true, &decoder.Carry{Asked: "a test", Out: &state}
			if _, err := decode(pcap[:at], o); err != nil {
				t.Fatal(err)
			}
			rest := append(bytes.Clone(pcap[:head]), pcap[at:]...)
			list = append(list, [2][]byte{state.Bytes(), rest})
		}
	}
	return list
}

// goOn runs the decoder over a capture from a state.
func goOn(state, pcap []byte) ([]record.Record, error) {
	o := options()
	o.ForTimeline, o.Carry = true, &decoder.Carry{Asked: "a test", In: bytes.NewReader(state)}
	return decode(pcap, o)
}

func TestAStateThatIsNoneOrNotWholeIsRefusedInWords(t *testing.T) {
	good := states(t)[7]
	state, rest := good[0], good[1]
	if _, err := goOn(state, rest); err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(state)
	flipped[len(state)/2] ^= 1
	content := unsealed(t, state)
	for name, c := range map[string]struct {
		state []byte
		want  string
	}{
		"nothing":          {nil, "is no state that records --carry-out wrote"},
		"a capture":        {rest, "is no state that records --carry-out wrote"},
		"another version":  {[]byte("glancecap.carry/0\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), "was written by another version of glancecap"},
		"cut off":          {state[:len(state)-1], "is damaged: its checksum is wrong"},
		"cut off early":    {state[:len(stateHead)+7], "is damaged: it was cut off"},
		"one bit":          {flipped, "is damaged: its checksum is wrong"},
		"half the content": {sealed(t, content[:len(content)/2]), "it ends at byte"},
		"too much content": {sealed(t, append(bytes.Clone(content), 0)), "more follows than was due"},
		"other flags":      {sealed(t, append([]byte("\x10other fl"), content[1+6:]...)), "other flags"},
		"no content":       {sealed(t, nil), "it ends at byte 0"},
	} {
		_, err := goOn(c.state, rest)
		var refused *decoder.StateError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestTwoCapturesCannotGoOnFromOneState(t *testing.T) {
	folder := t.TempDir()
	var paths []string
	for _, name := range []string{"a.pcap", "b.pcap"} {
		paths = append(paths, filepath.Join(folder, name))
		if err := os.WriteFile(filepath.Join(folder, name), play(t, strings.Replace(upload, "%s", "9292", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := options()
	o.Carry = &decoder.Carry{Out: io.Discard}
	err := decoder.Run(context.Background(), paths, o, func(record.Record) {})
	if err == nil || !strings.Contains(err.Error(), "these are 2") {
		t.Error(err)
	}
}

// FuzzAForeignStateDoesNoHarm goes on from states whose content is anybody's.
func FuzzAForeignStateDoesNoHarm(f *testing.F) {
	all := states(f)
	for i, s := range all {
		f.Add(uint8(i), unsealed(f, s[0]))
	}
	f.Fuzz(func(t *testing.T, i uint8, content []byte) {
		goOn(sealed(t, content), all[int(i)%len(all)][1])
	})
}
