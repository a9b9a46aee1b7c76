package main

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/split"
	"glancecap/timeline/report"
)

const splitExample = `  glancecap split -c 5000 in.pcap out.pcap    out_00000_20200218044955.pcap, …
  glancecap split -i 60 --utc in.pcapng       a piece a minute
  glancecap split --by connection --pieces 8 --manifest o.json in.pcap out.pcap
  glancecap split --by image in.pcap out.pcap a piece for each image's life
  glancecap records o.json                    the pieces, read as one capture`

const splitLong = `Cuts a capture into pieces named OUT_NUMBER_TIME: -c and -i make the names (in the local
zone) and the packets of editcap's pieces, but leave out its empty ones. Pieces have the
input's format and its very bytes, decompressed. Each is written as .part, synced and
renamed when it is whole; the manifest comes last.

--by image makes a piece for each image that timeline tells of: its calls, statements and
tokens, as extract --image writes them. A packet that serves several images stands in each
of their pieces; how many belong to none is said. The manifest tells of each piece which
frames, streams and images it holds; for that the pieces are read once more.`

// splitOptions are the flags of `split`.
type splitOptions struct {
	split.Options
	ports    ports
	interval seconds
	size     size
	by       choice
	compress choice
	utc      bool
	quiet    bool
}

func (p *program) newSplit() *cobra.Command {
	o := &splitOptions{by: choice{allowed: []string{"connection", "image"}}, compress: choice{allowed: []string{"gz", "zst"}}}
	c := &cobra.Command{
		Use: "split [flags] FILE [OUT]", Short: "Cut a capture into pieces, named as editcap names them",
		Long: splitLong, Example: splitExample, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return p.split(c, o, args) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.Int64VarP(&o.Packets, "count", "c", 0, "at most `N` packets a piece")
	f.VarP(&o.interval, "interval", "i", "at most these `SECONDS` a piece, counted from the first packet")
	f.Var(&o.size, "size", "at most so many `BYTES` a piece, before compression (5M is 5,000,000; k, M, G)")
	f.Var(&o.by, "by", "connection: pieces of about equal size that hold TCP connections whole (with\n--pieces or --size); image: a piece for each image, as extract --image writes it")
	f.IntVar(&o.Pieces, "pieces", 0, "with --by connection: at most `N` pieces")
	f.StringVar(&o.Options.Manifest, "manifest", "", "write what each piece holds to this `FILE` (JSON); records and timeline\nread the pieces as one capture where it is named in their place")
	f.Var(&o.ports, "port", "for --by image and --manifest: a service's `SERVICE=PORT[,PORT]` (repeatable)")
	f.BoolVar(&o.utc, "utc", false, "times in names are UTC, not of the local zone")
	f.Var(&o.compress, "compress", "compress the pieces")
	f.BoolVar(&o.Force, "force", false, "replace files that exist")
	f.BoolVar(&o.NoSync, "no-sync", false, "do not wait until the disk has what was written")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "say nothing but errors on standard error")
	return c
}

// split cuts a capture.
func (p *program) split(c *cobra.Command, o *splitOptions, args []string) error {
	in, out, err := o.paths(args)
	if err == nil {
		err = o.check(c.Flags())
	}
	if err != nil {
		return err
	}
	o.Options.Interval, o.Options.Size = int64(o.interval), int64(o.size)
	o.ByConnection, o.Compress = o.by.value == "connection", o.compress.value
	o.Zone = localZone()
	if o.utc {
		o.Zone = utc
	}
	o.Bounds, o.Stdin, o.Version = bounds.Default(), p.in, version
	var made split.Result
	var said []string
	if o.by.value == "image" {
		made, said, err = p.splitByImage(c, o, in, out)
	} else {
		o.Images = p.imagesOf(c, o)
		made, err = split.Split(c.Context(), in, out, o.Options)
	}
	if made.Pieces > 0 && !o.quiet {
		p.say(piecesSaid(&made))
	}
	for _, line := range said {
		if !o.quiet {
			p.say(line)
		}
	}
	var nothing *capture.NothingReadError
	if errors.As(err, &nothing) {
		return &decoder.InputError{Files: []error{hinted(err, args)}, Nothing: true}
	}
	if err == nil && made.Input.Err != nil {
		return &decoder.InputError{Files: []error{made.Input.Err}}
	}
	return err
}

// paths gives the input, and the name after which the pieces are named: the
// input's own, in the working directory, where there is none.
func (o *splitOptions) paths(args []string) (in, out string, err error) {
	switch {
	case len(args) == 0:
		return "", "", usagef("no capture is named, as in: glancecap split -c 5000 in.pcap out.pcap (more: --help)")
	case len(args) > 2:
		return "", "", usagef("split takes one capture and a name for the pieces, there are %d arguments", len(args))
	case len(args) == 2 && args[1] == "-":
		return "", "", usagef("pieces are files: they cannot be written to standard output")
	case len(args) == 2:
		return args[0], args[1], nil
	case args[0] == "-":
		return "", "", usagef("the pieces of standard input need a name, as in: glancecap split -c 5000 - out.pcap")
	}
	out = filepath.Base(args[0])
	for _, ending := range []string{".gz", ".zst", ".bz2"} {
		out = strings.TrimSuffix(out, ending)
	}
	return args[0], out, nil
}

// check finds what cannot be asked for together.
func (o *splitOptions) check(flags *pflag.FlagSet) error {
	connection, image := o.by.value == "connection", o.by.value == "image"
	switch {
	case flags.Changed("count") && o.Packets < 1:
		return usagef("-c: %d is not a number of packets", o.Packets)
	case flags.Changed("pieces") && (o.Pieces < 1 || o.Pieces > split.MostPieces):
		return usagef("--pieces: %d is not a number from 1 to %d", o.Pieces, split.MostPieces)
	case image && (o.Packets > 0 || o.interval > 0 || o.size > 0 || o.Pieces > 0):
		return usagef("--by image makes a piece for each image: it cannot be had with -c, -i, --size or --pieces")
	case connection && (o.Packets > 0 || o.interval > 0):
		return usagef("--by connection cannot be had with -c or -i: its pieces hold packets of all times; say --pieces or --size")
	case connection && o.Pieces > 0 && o.size > 0:
		return usagef("--pieces and --size both say how many pieces there are: say one")
	case connection && o.Pieces == 0 && o.size == 0:
		return usagef("--by connection needs --pieces N or --size BYTES")
	case !connection && o.Pieces > 0:
		return usagef("--pieces belongs to --by connection; -c, -i and --size end a piece")
	case len(o.ports.given) > 0 && !image && o.Options.Manifest == "":
		return usagef("--port is for --by image and --manifest: nothing else of a split depends on services")
	case !connection && !image && o.Packets == 0 && o.interval == 0 && o.size == 0:
		return usagef("where are the pieces to end? say -c N, -i SECONDS, --size BYTES, --by connection or --by image")
	}
	return nil
}

// piecesSaid tells what was made.
func piecesSaid(r *split.Result) string {
	if r.Pieces == 1 {
		return "wrote " + r.First
	}
	text := fmt.Sprintf("wrote %s, %s to %s", report.Count(r.Pieces, "piece"), r.First, r.Last)
	if r.Held > 0 {
		text += fmt.Sprintf("; connections of %d bytes came in IP fragments and stay in one of them", r.Held)
	}
	return text
}

// seconds is a length of time in nanoseconds, given in seconds.
type seconds int64

func (s *seconds) String() string { return "" }

// Type names the value in the help.
func (s *seconds) Type() string { return "SECONDS" }

// Set reads seconds with a fraction.
func (s *seconds) Set(text string) error {
	ns, err := split.ParseInterval(text)
	*s = seconds(ns)
	return err
}

// size is a number of bytes.
type size int64

func (s *size) String() string { return "" }

// Type names the value in the help.
func (s *size) Type() string { return "BYTES" }

// Set reads a number that k, M or G may follow.
func (s *size) Set(text string) error {
	number, unit := text, int64(1)
	for i, letter := range []string{"k", "M", "G"} {
		for _, ending := range []string{letter, strings.ToUpper(letter), strings.ToLower(letter)} {
			if rest, ok := strings.CutSuffix(text, ending); ok {
				number, unit = rest, int64(math.Pow10(3*(i+1)))
			}
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt64/unit {
		return fmt.Errorf("%q is not a number of bytes, as in 500M", text)
	}
	*s = size(n * unit)
	return nil
}
