package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"

	"github.com/spf13/cobra"

	"glancecap/decoder"
	"glancecap/timeline/report"
	"glancecap/timeline/story"
	"glancecap/timeline/survey"
)

// infoOptions are the flags of `info`.
type infoOptions struct {
	common
	format choice
	hash   bool
}

func (p *program) newInfo() *cobra.Command {
	o := &infoOptions{format: choice{value: "text", allowed: []string{"text", "json"}}}
	c := &cobra.Command{
		Use: "info [flags] FILE...", Short: "Tell what captures hold, and what they cannot show",
		Long: infoLong, Example: infoExample, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return p.info(c, o, args) },
	}
	o.addTo(c.Flags())
	c.Flags().StringVar(&o.filter, "filter", "", filterUsage)
	c.Flags().Var(&o.format, "format", "how to tell it")
	c.Flags().BoolVar(&o.hash, "hash", false, "tell the SHA-256 of each file too")
	return c
}

// info tells what captures hold.
func (p *program) info(c *cobra.Command, o *infoOptions, args []string) error {
	input := hashedInput{from: p.in, sum: sha256.New()}
	if o.hash && p.in != nil {
		p.in = &input
	}
	b := survey.NewBuilder(version)
	b.Filter(o.filter)
	err := p.decode(c.Context(), c, &o.common, args, decoder.Options{ForTimeline: true}, b.Add)
	if s := statusOf(err); s == statusUsage || s == statusNothing {
		return err
	}
	s := b.Survey()
	s.ShowsSecrets = o.showSecrets
	if o.hash {
		for i := range s.Captures {
			s.Captures[i].SHA256 = input.of(c.Context(), s.Captures[i].Path)
		}
	}
	if writing := p.write(&o.common, args, func(out *output) error { return o.print(s, p, out) }); writing != nil {
		return writing
	}
	return err
}

// print writes the survey in the format that was asked for.
func (o *infoOptions) print(s *story.Survey, p *program, out *output) error {
	if o.format.value == "json" {
		return report.InfoJSON(out, s)
	}
	return report.InfoText(out, s, report.TextOptions{Width: terminalWidth(p.out)})
}

// hashedInput is standard input, whose digest is made while it is read.
type hashedInput struct {
	from io.Reader
	sum  hash.Hash
}

func (h *hashedInput) Read(b []byte) (int, error) {
	n, err := h.from.Read(b)
	h.sum.Write(b[:n])
	return n, err
}

// of gives the SHA-256 of an input in hexadecimal, nil where it cannot be read
// (again).
func (h *hashedInput) of(ctx context.Context, path string) *string {
	var from io.Reader = h // what the reader left, behind damage for example
	sum, into := h.sum, io.Discard
	if path != "-" {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return nil
		}
		defer f.Close()
		sum = sha256.New()
		from, into = f, sum
	}
	if _, err := io.Copy(into, untilDone{ctx, from}); err != nil {
		return nil
	}
	text := hex.EncodeToString(sum.Sum(nil))
	return &text
}

// untilDone reads until somebody interrupts.
type untilDone struct {
	ctx  context.Context
	from io.Reader
}

func (u untilDone) Read(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.from.Read(b)
}
