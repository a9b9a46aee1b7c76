package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"glancecap/decoder"
	"glancecap/decoder/record"
)

// carried are the flags that hand what is open at the end of a capture to the
// run over the next one.
type carried struct{ in, out string }

func (c *carried) addTo(f *pflag.FlagSet) {
	f.StringVar(&c.out, "carry-out", "", "hand what is open at the end of the capture, one of those that tcpdump -C or\n-G wrote, to the run over the next one, in this `STATE`; it holds packets'\nbytes, tokens and what passwords can be tried with, and has mode 0600")
	f.StringVar(&c.in, "carry-in", "", "go on from the `STATE` of the run over the capture before")
}

// handing is a run that takes a state over, or hands one on.
type handing struct {
	decoder.Carry
	in  *os.File
	out *output
}

// hand opens the states of a run; nil where there are none.
func (p *program) hand(o *recordsOptions, paths []string) (*handing, error) {
	c := &o.carried
	switch {
	case c.in == "" && c.out == "":
		return nil, nil
	case slices.Contains(o.types.values, record.TypeStream):
		return nil, usagef("--type stream cannot be had with --carry-in or --carry-out: the bytes of a stream are not handed on")
	case o.verify:
		return nil, usagef("--verify cannot be had with --carry-in or --carry-out: digests are not handed on")
	case len(paths) > 1 && o.manifest == "":
		return nil, usagef("a state is handed from one capture to the next: with --carry-in or --carry-out name one capture, not %d", len(paths))
	case c.in == "-" || c.out == "-":
		return nil, usagef("a state is a file: it cannot be standard input or output")
	}
	h := &handing{Carry: decoder.Carry{Asked: o.asked()}}
	if c.in != "" {
		in, err := os.Open(c.in)
		if err != nil {
			return nil, fmt.Errorf("--carry-in %s: cannot be read: %w", c.in, cause(err))
		}
		h.in, h.In = in, in
	}
	if c.out != "" {
		out, err := p.openOutput("--carry-out", c.out, paths)
		if err != nil {
			h.discard()
			return nil, err
		}
		h.out, h.Out = out, out
	}
	return h, nil
}

// asked says what a run is asked for, as far as the records depend on it.
func (o *recordsOptions) asked() string {
	words := []string{"records"}
	if o.travel() {
		words = append(words, "--for "+o.reader.value)
	}
	if o.bodies {
		words = append(words, "--bodies")
	}
	if o.rows {
		words = append(words, "--rows")
	}
	for _, port := range o.ports.given {
		words = append(words, "--port "+port)
	}
	return strings.Join(words, " ")
}

// finish brings the state to its place, where the run wrote one: the records
// are out by then.
func (h *handing) finish(p *program, o *recordsOptions) error {
	h.in.Close()
	if err := h.out.finish(); err != nil {
		return fmt.Errorf("--carry-out %s: cannot be written: %w", o.carried.out, cause(err))
	}
	if !o.quiet {
		p.say("wrote " + o.carried.out)
	}
	return nil
}

// discard leaves no state.
func (h *handing) discard() {
	h.in.Close()
	if h.out != nil {
		h.out.discard()
	}
}
