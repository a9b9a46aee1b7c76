package extract

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// Source is what an extract is made from. It is read more than once.
type Source struct {
	Paths []string
	// Manifest lists pieces among the paths (capture.Options.Manifest).
	Manifest string
	// Kept are inputs that cannot be read twice, by their paths, as they were
	// kept in files.
	Kept map[string]*os.File
	// Clocks correct the times of inputs, by their paths.
	Clocks map[string]capture.Clock
	Bounds bounds.Bounds
}

// Keep keeps the inputs that are no regular files, standard input among them,
// in files without a name in a folder. Release gives them up.
func (s *Source) Keep(stdin io.Reader, folder string) error {
	for _, path := range s.Paths {
		from := stdin
		if path != "-" {
			info, err := os.Stat(path)
			if err != nil || info.Mode().IsRegular() || info.IsDir() {
				continue // the reader has the words for what is wrong
			}
			f, err := os.Open(path)
			if err != nil {
				continue
			}
			defer f.Close()
			from = f
		}
		if from == nil {
			continue
		}
		if err := s.keep(path, from, folder); err != nil {
			return fmt.Errorf("%s is read twice and cannot be kept in %s meanwhile: %w", path, folder, err)
		}
	}
	return nil
}

func (s *Source) keep(path string, from io.Reader, folder string) error {
	file, err := os.CreateTemp(folder, ".glancecap-extract-*")
	if err != nil {
		return err
	}
	os.Remove(file.Name())
	if s.Kept == nil {
		s.Kept = make(map[string]*os.File)
	}
	s.Kept[path] = file
	_, err = io.Copy(file, from)
	return err
}

// Release gives up what was kept.
func (s *Source) Release() {
	for _, f := range s.Kept {
		f.Close()
	}
	s.Kept = nil
}

// Opened gives what was kept, to be read from its beginning.
func (s *Source) Opened() map[string]io.Reader {
	opened := make(map[string]io.Reader, len(s.Kept))
	for path, f := range s.Kept {
		f.Seek(0, io.SeekStart) // a regular file
		opened[path] = f
	}
	return opened
}

// open opens the inputs; everything gives also what is no packet, of a single
// one.
func (s *Source) open(ctx context.Context, everything bool) (*capture.Set, error) {
	return capture.Open(ctx, s.Paths, capture.Options{
		Opened: s.Opened(), Bounds: s.Bounds, Clocks: s.Clocks, Manifest: s.Manifest, Everything: everything,
	})
}

// Form is what a capture is written as.
type Form struct {
	// Format is pcap or pcapng.
	Format string
	// anew tells that it is not one of the inputs' own.
	anew bool
	link uint16
}

// Form chooses the format of an extract: the wanted one, or for "" that of the
// inputs, which is pcapng where they have several link types. A single file
// whose format it is is copied as it stands, with all that is in it beside
// packets.
func (s *Source) Form(ctx context.Context, wanted string) (Form, error) {
	set, err := s.open(ctx, false)
	if err != nil {
		return Form{}, err
	}
	defer set.Close()
	f := Form{Format: "pcap"}
	files := set.Files()
	for i := range files {
		x := &files[i]
		if x.Format == "" {
			continue
		}
		if x.Format != "pcap" || len(x.Links) != 1 || f.link != 0 && x.Links[0].Number != f.link {
			f.Format = "pcapng"
		} else {
			f.link = x.Links[0].Number
		}
	}
	f.anew = len(files) > 1 || files[0].Pieces || wanted != "" && wanted != files[0].Format
	if wanted != "" {
		f.Format = wanted
	}
	return f, nil
}

// FormatOf gives the format that a file's name asks for, "" where it asks for
// none.
func FormatOf(name string) string {
	switch filepath.Ext(strings.TrimSuffix(name, "."+CompressionOf(name))) {
	case ".pcapng", ".ntar":
		return "pcapng"
	}
	return ""
}

// CompressionOf gives the compression that a file's name asks for, as
// capture.Compressor calls it; "" where it asks for none.
func CompressionOf(name string) string {
	switch filepath.Ext(name) {
	case ".gz":
		return "gz"
	case ".zst":
		return "zst"
	}
	return ""
}
