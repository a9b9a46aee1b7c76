package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/manifest"
	"glancecap/decoder/record"
	"glancecap/decoder/split"
	"glancecap/timeline"
	"glancecap/timeline/divide"
	"glancecap/timeline/extract"
	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

// piecesAtOnce is how many images' pieces are written in one reading of the
// capture: all of them are open meanwhile.
const piecesAtOnce = 128

// byImage is a split by image under way.
type byImage struct {
	p      *program
	c      *cobra.Command
	o      *splitOptions
	job    extract.Job
	images []*story.Image
	parts  []extract.Part // one an image
	pieces *split.Chosen
	copied extract.CopiedEach
	lines  []string // a line a piece, for the user
}

// splitByImage writes a piece for each image: what extract --image writes. It
// gives what there is to say of them, too.
func (p *program) splitByImage(c *cobra.Command, o *splitOptions, in, out string) (made split.Result, said []string, err error) {
	b := &byImage{p: p, c: c, o: o}
	b.job = extract.Job{
		From: extract.Source{Paths: []string{in}, Bounds: bounds.Default()}, Application: "glancecap " + version,
		Span: extract.Span{After: record.NoTime, Before: record.NoTime},
	}
	defer b.job.From.Release()
	// What is in the way of the manifest is found before anything is read.
	if b.pieces, err = split.NewChosen(in, out, o.Options); err != nil {
		return made, nil, err
	}
	if err = b.job.From.Keep(p.in, filepath.Dir(out)); err == nil {
		err = b.choose(extract.FormatOf(out))
	}
	damage := err
	if s := statusOf(err); s == statusDone || s == statusDamaged {
		err = b.write()
	}
	var input capture.File
	if len(b.copied.Inputs) > 0 {
		input = b.copied.Inputs[0]
	}
	input.Path = in
	made, err = b.pieces.End(c.Context(), input, err)
	if err != nil {
		return made, nil, err
	}
	if input.Err == nil {
		err = damage
	}
	return made, b.said(), err
}

// choose tells the story of the capture and finds what belongs to each image.
func (b *byImage) choose(format string) (err error) {
	job, ctx := &b.job, b.c.Context()
	if job.Form, err = job.From.Form(ctx, format); err != nil {
		return err
	}
	builder, tap := timeline.NewBuilder(timeline.Options{Version: version, Why: true}), extract.NewTap(false)
	d := decoder.Options{KeepRows: timeline.KeepRows, Bodies: true, ForTimeline: true, Opened: job.From.Opened()}
	err = b.p.decode(ctx, b.c, &common{ports: b.o.ports, quiet: b.o.quiet}, job.From.Paths, d, func(r record.Record) {
		tap.Add(r)
		builder.Add(r)
	})
	if s := statusOf(err); s != statusDone && s != statusDamaged {
		return err
	}
	s := builder.Story()
	b.images, b.parts = s.Images, make([]extract.Part, len(s.Images))
	errs := make([]error, len(s.Images))
	divide.Numbers(len(s.Images), 1, func() func(int) {
		return func(n int) {
			wanted := s.Images[n : n+1]
			if b.parts[n].Choice, errs[n] = extract.Choose(s, tap, builder, extract.Wanted{Images: wanted}); job.Form.Format == "pcapng" {
				b.parts[n].Steps = []extract.Step{extract.NewNotes(s, wanted)}
			}
		}
	})
	return cmp.Or(errors.Join(errs...), err)
}

// write writes the pieces, some of them at a time.
func (b *byImage) write() (err error) {
	ctx := b.c.Context()
	for from := 0; from == 0 || from < len(b.images); from += piecesAtOnce {
		to := min(from+piecesAtOnce, len(b.images))
		made := make([]*split.Piece, 0, to-from)
		for i := from; i < to; i++ {
			x, err := b.pieces.Begin(b.images[i].ID)
			if err != nil {
				return err
			}
			made = append(made, x)
			b.parts[i].To, b.parts[i].Takes = x, x.Takes
		}
		b.pieces.Again()
		if b.copied, err = extract.CopyEach(ctx, &b.job, b.parts, b.pieces.See); err == nil {
			err = b.pieces.Seal()
		}
		if err != nil {
			return err
		}
		for i, x := range made {
			b.parts[from+i].To = nil
			b.list(b.images[from+i], x.Path())
		}
	}
	return nil
}

// mostListed is how many pieces are listed for the user.
const mostListed = 20

// list notes what is said of a piece.
func (b *byImage) list(i *story.Image, path string) {
	if len(b.lines) >= mostListed {
		return
	}
	if path == "" {
		path = "no packet of"
	}
	b.lines = append(b.lines, strings.TrimRight(fmt.Sprintf("%s  %s  %s", path, i.ID, i.Name), " "))
}

// said tells which piece is whose, and what is in none.
func (b *byImage) said() []string {
	if len(b.images) == 0 {
		return []string{fmt.Sprintf("no piece was written: none of the %s belongs to an image's life that can be read; `glancecap timeline` tells why", report.Count(b.copied.Packets, "packet"))}
	}
	said := b.lines
	if more := len(b.images) - len(b.lines); more > 0 {
		text := fmt.Sprintf("and %d more", more)
		if b.o.Options.Manifest == "" {
			text += "; --manifest FILE lists them"
		}
		said = append(said, text)
	}
	if n := b.copied.Nobodys; n > 0 {
		said = append(said, fmt.Sprintf("in no piece: %s that belong to no image, of %s", report.Count(n, "packet"), report.Grouped(b.copied.Packets)))
	}
	return said
}

// imagesOf finds which images the pieces of a manifest hold: those of whose calls
// and statements they have packets.
func (p *program) imagesOf(c *cobra.Command, o *splitOptions) func(ctx context.Context, list string) (func(int) []string, error) {
	return func(ctx context.Context, list string) (func(int) []string, error) {
		builder := timeline.NewBuilder(timeline.Options{Version: version})
		d := decoder.Options{KeepRows: timeline.KeepRows, Bodies: true, ForTimeline: true}
		err := p.decode(ctx, c, &common{ports: o.ports, quiet: true}, []string{list}, d, builder.Add)
		if s := statusOf(err); s != statusDone && s != statusDamaged {
			return nil, fmt.Errorf("the images of the pieces cannot be told: %w", err)
		}
		file, err := os.Open(list)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return holders(builder.Story(), file)
	}
}

// holders tells which images each piece of a manifest holds.
func holders(s *story.Story, list io.Reader) (func(int) []string, error) {
	type said struct{ first, last, image int }
	images, streams := make(map[string]int), make(map[int][]said)
	for n, i := range s.Images {
		images[i.ID] = n
	}
	note := func(image *string, stream, first, last int) {
		if image == nil || stream < 0 {
			return
		}
		if n, known := images[*image]; known {
			streams[stream] = append(streams[stream], said{first, max(first, last), n})
		}
	}
	for _, x := range s.Calls {
		note(x.Image, x.Stream, x.FirstFrame, x.LastFrame)
	}
	for _, x := range s.Statements {
		note(x.Image, x.Stream, x.FirstFrame, x.LastFrame)
	}
	listed, err := manifest.ReadStreams(list, func(stream int) bool { return streams[stream] != nil })
	if err != nil {
		return nil, err
	}
	return func(piece int) (held []string) {
		l := &listed[piece]
		first, last := l.Frames.Ends()
		has := make([]bool, len(s.Images))
		for _, stream := range l.Streams {
			for _, x := range streams[stream] {
				has[x.image] = has[x.image] || int64(x.first) <= last && int64(x.last) >= first
			}
		}
		for n, i := range s.Images {
			if has[n] {
				held = append(held, i.ID)
			}
		}
		return held
	}, nil
}
