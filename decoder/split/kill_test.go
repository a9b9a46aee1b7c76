package split

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"glancecap/decoder/bounds"
)

// killed is the environment in which the test binary is a split that somebody
// else kills.
const killed = "GLANCECAP_SPLIT_TO"

func TestMain(m *testing.M) {
	if out := os.Getenv(killed); out != "" {
		o := Options{Packets: 50, Stdin: os.Stdin, Zone: time.UTC, Bounds: bounds.Default(), Manifest: out + ".json", Force: true}
		o.ByConnection = os.Getenv(killed+"_BY") != ""
		if o.ByConnection {
			o.Packets, o.Pieces = 0, 8
		}
		if _, err := Split(context.Background(), "-", out, o); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestAKilledSplitLeavesNoPieceThatIsNotWhole kills splits in the middle: one,
// or as many as GLANCECAP_KILLS says. The moment is where the input
// stands: the split reads what the test gives it.
func TestAKilledSplitLeavesNoPieceThatIsNotWhole(t *testing.T) {
	kills := 1
	if n, err := strconv.Atoi(os.Getenv("GLANCECAP_KILLS")); err == nil {
		kills = n
	}
	in := captured(busy(60, 40)...)
	for _, by := range []string{"", "connection"} {
		whole := sumsOf(t, split(t, t.TempDir(), by, in, len(in)))
		random := rand.New(rand.NewPCG(1, 2))
		left := 0
		for n := range kills {
			at := random.IntN(len(in) + len(in)/4) // beyond the end: while the last ones are sealed
			folder := split(t, t.TempDir(), by, in, at)
			for name, sum := range sumsOf(t, folder) {
				if strings.HasSuffix(name, ".part") {
					continue
				}
				left++
				if want, ok := whole[name]; !ok || sum != want {
					t.Errorf("kill %d at byte %d of %d leaves %s, which is not as a whole split makes it", n, at, len(in), name)
				}
			}
			// What is left does not keep the same split from being done again.
			if again := sumsOf(t, split(t, folder, by, in, len(in))); fmt.Sprint(again) != fmt.Sprint(whole) {
				t.Errorf("after kill %d the split is not made good: %d files, want %d", n, len(again), len(whole))
			}
		}
		t.Logf("%d kills by %q, %d whole files left", kills, by, left)
	}
}

// split runs a split of what stands before byte at, and kills it there. At the
// input's length it is left to end; beyond, it is killed while it ends.
func split(t *testing.T, folder, by string, in []byte, at int) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(exe)
	c.Env = append(os.Environ(), killed+"="+filepath.Join(folder, "out"), killed+"_BY="+by)
	var said bytes.Buffer
	c.Stderr = &said
	w, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	w.Write(in[:min(at, len(in))])
	if at >= len(in) {
		w.Close()
	}
	if at != len(in) {
		c.Process.Kill()
	}
	if err := c.Wait(); at == len(in) && err != nil {
		t.Fatalf("the split ends with %v: %s", err, said.String())
	}
	return folder
}

// sumsOf gives the digests of the files in a folder.
func sumsOf(t *testing.T, folder string) map[string][32]byte {
	t.Helper()
	sums := make(map[string][32]byte)
	for _, name := range namesIn(t, folder) {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		sums[name] = sha256.Sum256(b)
	}
	return sums
}
