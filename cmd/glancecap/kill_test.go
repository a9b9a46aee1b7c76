package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// uploads writes a capture of so many uploads, each of an image of its own and
// on a connection of its own.
func uploads(t *testing.T, n int) string {
	t.Helper()
	var file []byte
	body := strings.Repeat("image ", 500)
	for k := range n {
		ask := fmt.Sprintf("PUT /v2/images/%08x-960a-42d8-ac3e-f4e8cbc56088/file HTTP/1.1\r\nHost: glance\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n%s", k, len(body), body)
		one, err := exchange(9292, time.Date(2020, 2, 18, 4, 49, 55+k, 0, time.UTC), ask, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")
		if err != nil {
			t.Fatal(err)
		}
		if k > 0 {
			one = one[24:] // the file header stands once
		}
		file = append(file, one...)
	}
	path := filepath.Join(t.TempDir(), "uploads.pcap")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// splitFor runs `split --by image` in a process of its own, which is killed when
// its time is over, and tells whether it was; 0 lets it end.
func splitFor(t *testing.T, in, folder string, limit time.Duration) (killed bool) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	if limit > 0 {
		ctx, stop = context.WithTimeout(context.Background(), limit)
	}
	defer stop()
	c := exec.CommandContext(ctx, "glancecap", "split", "-q", "--force", "--by", "image", "--manifest", filepath.Join(folder, "list.json"), in, filepath.Join(folder, "piece.pcap"))
	var said bytes.Buffer
	c.Stderr = &said
	err := c.Run()
	if err != nil && ctx.Err() == nil {
		t.Fatalf("the split ends with %v: %s", err, said.String())
	}
	return err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded)
}

// filesIn gives the files of a folder and what they hold.
func filesIn(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(b)
	}
	return files
}

// TestAKilledSplitByImageLeavesNoPieceThatIsNotWhole kills splits at random
// moments: two, or as many as GLANCECAP_KILLS says.
func TestAKilledSplitByImageLeavesNoPieceThatIsNotWhole(t *testing.T) {
	kills := 2
	if n, err := strconv.Atoi(os.Getenv("GLANCECAP_KILLS")); err == nil {
		kills = n
	}
	const images, list = 2*piecesAtOnce + 10, "list.json"
	in, wholeFolder := uploads(t, images), t.TempDir()
	// How long a split takes depends on what else the machine does: the last one
	// tells.
	end := func(folder string) time.Duration {
		began := time.Now()
		splitFor(t, in, folder, 0)
		return time.Since(began)
	}
	took := end(wholeFolder)
	whole := filesIn(t, wholeFolder)
	if len(whole) != images+1 {
		t.Fatalf("a split of %d images leaves %d files", images, len(whole))
	}
	random := rand.New(rand.NewPCG(3, 4))
	died, midway := 0, 0
	for n := range kills {
		folder, after := t.TempDir(), took/5+time.Duration(random.Int64N(int64(took)*7/10))
		if splitFor(t, in, folder, after) {
			died++
		}
		left := filesIn(t, folder)
		pieces := 0
		for name, content := range left {
			switch want, known := whole[name]; {
			case strings.HasSuffix(name, ".part"):
			case !known || content != want:
				t.Errorf("kill %d after %v leaves %s, which is not as a whole split makes it", n, after, name)
			case name != list:
				pieces++
			}
		}
		if _, there := left[list]; there && pieces != images {
			t.Errorf("kill %d after %v leaves the manifest and %d of %d pieces", n, after, pieces, images)
		}
		if pieces > 0 && pieces < images {
			midway++
		}
		// What is left does not keep the same split from being done again.
		took = end(folder)
		again := filesIn(t, folder)
		for name, want := range whole {
			if again[name] != want {
				t.Errorf("after kill %d the split is not made good: %s", n, name)
			}
		}
		if len(again) != len(whole) {
			t.Errorf("after kill %d %d files are left, want %d", n, len(again), len(whole))
		}
	}
	t.Logf("%d of %d splits died, %d between the first piece and the last", died, kills, midway)
}
