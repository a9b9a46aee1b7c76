package capture

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWhatThePageCacheHoldsIsReadAndTheRestIsLeftToTheDisk(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), chunkData/8)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, chunkData)
	for _, at := range []int{0, 7, chunkData, len(content) - 5, len(content), len(content) + 1} {
		n := readCached(f, b, int64(at))
		if at < len(content) && n == 0 {
			t.Skip("this file system does not tell what it has in the page cache")
		}
		if !bytes.Equal(b[:n], content[min(at, len(content)):min(at+len(b), len(content))]) {
			t.Errorf("%d bytes at %d are not the file's", n, at)
		}
	}
	// Only what is on the disk can leave the cache.
	if err := f.Sync(); err == nil {
		unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	}
	s := plainSource{f: f, pool: &chunkPool{size: usual}, size: int64(len(content))}
	if p := s.read(1); p.err != nil || !bytes.Equal(p.c.buf[chunkHead:chunkHead+p.n], content[chunkData:]) {
		t.Errorf("%d bytes from the disk, %v", p.n, p.err)
	}
	pipe, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	defer w.Close()
	if n := readCached(pipe, b, 0); n != 0 {
		t.Errorf("%d bytes of a pipe that holds none", n)
	}
}
