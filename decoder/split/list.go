package split

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"glancecap/decoder/capture"
	"glancecap/decoder/manifest"
	"glancecap/decoder/record"
)

// list is the manifest in the making: it is written piece by piece, and gets
// its name when all of them have theirs.
type list struct {
	file   *os.File
	final  string
	folder string // absolute
	w      *manifest.Writer
}

// newSplitter prepares a split: the manifest is begun at once, so that what is
// in its way is found before anything is cut.
func newSplitter(path, out string, o Options) (*splitter, error) {
	s := &splitter{options: o, names: newNames(out, o.Compress, o.Zone), inputs: inputsOf(path, o.Stdin)}
	if o.Manifest == "" {
		return s, nil
	}
	final := o.Manifest
	if err := s.inputs.free(final, o.Force); err != nil {
		return nil, &OutputError{Path: final, Err: err}
	}
	folder, err := filepath.Abs(filepath.Dir(final))
	if err != nil {
		return nil, &OutputError{Path: final, Err: err}
	}
	file, err := s.inputs.create(final + ".part")
	if err != nil {
		return nil, &OutputError{Path: final, Err: err}
	}
	s.list = &list{file: file, final: final, folder: folder, w: manifest.NewWriter(file, o.Version)}
	return s, nil
}

// add lists a piece that has its name.
func (l *list) add(p *piece, m manifest.Piece) {
	m.File = p.final
	if path, err := filepath.Abs(p.final); err == nil {
		m.File = path
		if relative, err := filepath.Rel(l.folder, path); err == nil {
			m.File = relative
		}
	}
	m.File = filepath.ToSlash(m.File)
	l.w.Piece(&m, p.frames.runs(), p.streams.all())
	p.frames.close()
}

// finish gives the manifest its name, or, after an error, takes it away.
func (s *splitter) finish(ctx context.Context, err error) error {
	if err != nil {
		if s.list != nil {
			s.list.file.Close()
			os.Remove(s.list.file.Name())
		}
		return nil
	}
	if !s.options.NoSync && s.result.Pieces > 0 {
		if err := syncFolder(s.result.Last); err != nil {
			return &OutputError{Path: s.result.Last, Err: err}
		}
	}
	if s.list == nil {
		return nil
	}
	if err := s.list.seal(ctx, s); err != nil {
		s.list.file.Close()
		os.Remove(s.list.file.Name())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &OutputError{Path: s.list.final, Err: plain(err)}
	}
	return nil
}

func (l *list) seal(ctx context.Context, s *splitter) error {
	if err := l.w.Close(inputOf(&s.result.Input)); err != nil {
		return err
	}
	if s.options.Images != nil && s.result.Pieces > 0 {
		if err := l.fill(ctx, s); err != nil {
			return err
		}
	}
	if err := s.inputs.seal(l.file, l.final, !s.options.NoSync, s.options.Force); err != nil || s.options.NoSync {
		return err
	}
	return syncFolder(l.final)
}

// fill has the images of the pieces found and puts them into the manifest, which
// is written a second time.
func (l *list) fill(ctx context.Context, s *splitter) error {
	images, err := s.options.Images(ctx, l.file.Name())
	if err != nil {
		return err
	}
	without := l.file
	if _, err := without.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if l.file, err = s.inputs.create(l.final + ".images.part"); err != nil {
		l.file = without
		return err
	}
	err = l.w.Fill(l.file, without, images)
	without.Close()
	os.Remove(without.Name())
	return err
}

// inputOf tells of the input as far as it was read.
func inputOf(f *capture.File) *manifest.Input {
	in := &manifest.Input{Path: f.Path, Format: f.Format, Packets: f.Packets, Bytes: f.Bytes, First: f.First, Last: f.Last}
	if f.First == 0 && f.Packets == 0 {
		in.First, in.Last = record.NoTime, record.NoTime
	}
	if len(f.Compression) > 0 {
		text := strings.Join(f.Compression, " in ")
		in.Compression = &text
	}
	if f.Err != nil {
		text := f.Err.Error()
		in.Error = &text
	}
	return in
}

// frames are the numbers of a piece's packets. What does not fit in memory
// waits in a file without a name.
type frames struct {
	in   manifest.Frames
	file *os.File
}

// framesKept is how many bytes of a piece's frame numbers stay in memory.
const framesKept = 32 << 10

func (f *frames) add(n int64) error {
	f.in.Add(n)
	if f.in.Size() < framesKept {
		return nil
	}
	if f.file == nil {
		file, err := os.CreateTemp("", "glancecap-frames-*")
		if err != nil {
			return err
		}
		os.Remove(file.Name())
		f.file = file
	}
	_, err := f.file.Write(f.in.Take(false))
	return err
}

// runs gives first number and count of each run.
func (f *frames) runs() iter.Seq2[int64, int64] {
	if f.file == nil {
		return f.in.Runs()
	}
	return func(yield func(int64, int64) bool) {
		f.file.Write(f.in.Take(true))
		f.file.Seek(0, io.SeekStart)
		r := bufio.NewReader(f.file)
		last := int64(0)
		for {
			gap, err := binary.ReadUvarint(r)
			if err != nil {
				return
			}
			count, err := binary.ReadUvarint(r)
			if err != nil || !yield(last+int64(gap), int64(count)) {
				return
			}
			last += int64(gap+count) - 1
		}
	}
}

func (f *frames) close() {
	if f.file != nil {
		f.file.Close()
		f.file = nil
	}
}
