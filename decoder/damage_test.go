package decoder_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// damaged lists the captures whose damage is tried: by the name of the test the
// path. modes are of MySQL in all its ways, others of HTTP and both.
func damaged(t *testing.T, patterns ...string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	for _, pattern := range patterns {
		paths, _ := filepath.Glob(filepath.Join(recordings, pattern))
		for _, path := range paths {
			if !strings.Contains(filepath.Base(path), ".pcap") {
				continue // what is told of a capture
			}
			name, _ := filepath.Rel(recordings, path)
			name = strings.TrimSuffix(name, "/capture.pcap")
			found[name] = path
		}
	}
	if len(found) == 0 {
		t.Skip("the recorded captures are not beside this checkout")
	}
	return found
}

// variants is how many damaged captures of each are tried.
func variants(few int) int {
	if n, err := strconv.Atoi(os.Getenv("GLANCECAP_VARIANTS")); err == nil {
		return n
	}
	return few
}

var (
	modes   = []string{"mysql-modes/*.pcap*", "third-party/mysql*", "third-party/webapp*"}
	calls   = []string{"third-party/http*", "third-party/pcapng*", "third-party/tls*"}
	clouds  = []string{"*/capture.pcap", "*/capture-dsb.pcapng"}
	repeats = slices.Concat(modes, calls, clouds)
)

// tryAll runs a test for each capture, in the order of their names.
func tryAll(t *testing.T, patterns []string, try func(t *testing.T, r *recording)) {
	found := damaged(t, patterns...)
	// What is sent through a proxy's tunnel is no request of the connection, but
	// one that was sent: without the CONNECT before it nothing tells them apart.
	delete(found, "third-party/http-connect-fragmented.pcap")
	for _, name := range slices.Sorted(maps.Keys(found)) {
		t.Run(name, func(t *testing.T) { try(t, load(t, found[name])) })
	}
}

// few is how many variants an ordinary run tries: fewer of the larger ones.
func (r *recording) few() int { return max(1, min(2, 2000/max(1, r.count()))) }

// TestDroppedPacketsChangeNoUnmarkedRecord drops packets at random, one in a
// hundred, as often as GLANCECAP_VARIANTS says.
func TestDroppedPacketsChangeNoUnmarkedRecord(t *testing.T) {
	tryAll(t, repeats, func(t *testing.T, r *recording) {
		bad := 0
		for i := range variants(r.few()) {
			random := rand.New(rand.NewPCG(11, uint64(i)))
			gone := make([]bool, r.count()+1)
			for f := range gone {
				gone[f] = random.Float64() < 0.01
			}
			lost := func(frame int) bool { return gone[frame] }
			if bad += r.hold(t, fmt.Sprintf("variant %d", i), r.read(t, lost), lost); bad > 20 {
				t.Fatal("and so on")
			}
		}
	})
}

// TestOneDirectionAloneChangesNoUnmarkedRecord takes one direction, or a part of
// it, out of each connection.
func TestOneDirectionAloneChangesNoUnmarkedRecord(t *testing.T) {
	tryAll(t, repeats, func(t *testing.T, r *recording) {
		bad := 0
		for i := range variants(r.few()) {
			random := rand.New(rand.NewPCG(12, uint64(i)))
			gone := r.oneSided(random)
			lost := func(frame int) bool { return gone[frame] }
			if bad += r.hold(t, fmt.Sprintf("variant %d", i), r.read(t, lost), lost); bad > 20 {
				t.Fatal("and so on")
			}
		}
	})
}

// oneSided chooses for each connection what of it is lost: one direction, one
// from some frame on or up to it, or nothing.
func (r *recording) oneSided(random *rand.Rand) []bool {
	type choice struct{ from, to int }
	chosen := make(map[string]choice)
	gone := make([]bool, len(r.talks))
	for f, talk := range r.talks {
		if talk == "" {
			continue
		}
		c, known := chosen[talk]
		if !known {
			at := 1 + random.IntN(r.count())
			c = []choice{{0, r.count()}, {0, r.count()}, {0, at}, {at, r.count()}}[random.IntN(4)]
			src, dst, _ := strings.Cut(talk, " ")
			back := dst + " " + src
			switch random.IntN(5) {
			case 0:
				chosen[talk], chosen[back] = choice{1, 0}, choice{1, 0}
			case 1, 2:
				chosen[talk], chosen[back] = c, choice{1, 0}
			default:
				chosen[talk], chosen[back] = choice{1, 0}, c
			}
			c = chosen[talk]
		}
		gone[f] = c.from <= f && f <= c.to
	}
	return gone
}
