package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/record"
	"glancecap/timeline"
	"glancecap/timeline/extract"
	"glancecap/timeline/extract/redact"
	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

const extractExample = `  glancecap extract --image 4f0f6ff6 x.pcap -w ticket.pcap
  glancecap extract --image overcloud --headers-only x.pcap -w ticket.pcapng
  glancecap extract --image overcloud-full --redact x.pcap -w ticket.pcap
  glancecap extract --image overcloud-full --call c4 x.pcap -w two.pcap
  glancecap extract --stream 12,13 -A 04:49:55 -B 04:50 x.pcapng -w part.pcapng`

const extractLong = `Writes a smaller capture that tells the same story of an image, a call or a stream: its
packets as they stand in the file. Of an image these are its API calls, what they asked of
Keystone and Swift, the calls that gave out the tokens they show, its statements, and the
connections of all these from their handshakes on. On a connection that serves other images
too, what is theirs is left out behind the last word of this one, and kept before it: a hole
would be told as loss. --headers-only leaves the bytes of images out too, and says in
comments where: neither timeline nor a reader takes them for lost. Fewer than 64 in a packet
stay, for a comment would take more.

Where many calls were open at once, who made a statement may be told by what else was there.
Before an extract of an image or a call is written it is tried out what would be told of it,
and other calls are taken along until each of its statements is of the call, and as surely,
that the whole capture tells; of other images' statements nothing is proven that the whole
does not prove, but more or less of them may be likely. In a crowd that may be most of it.

--redact replaces secrets in the packets by pseudonyms of the same length, the same one for
the same secret: tokens, passwords, cookies, credentials in URLs and SQL, authentication data
of MySQL. The story stays, but for the digests of tokens. What cannot be replaced, in
compression, TLS or IP fragments, is cut from its packet, and keys of TLS are left out. What
was written is read again, and kept only if no secret is found in it: not recognised by its
place, nor anywhere as it was, if it is no plain word. What nothing shows to be a secret stays,
and so do numbers that a prepared statement binds in binary: look before you hand it on.

The format is that of the inputs, or pcapng where they differ or -w names a .pcapng; a .gz or
.zst behind it compresses. In pcapng the packets that are steps of the story say so in
comments (frame.comment in Wireshark). The inputs are read twice; standard input and pipes
are kept meanwhile in a file without a name beside the output.`

// extractOptions are the flags of `extract`.
type extractOptions struct {
	common
	images      []string
	calls       []string
	streams     numbers
	headersOnly bool
	format      choice
	redaction
}

func (p *program) newExtract() *cobra.Command {
	o := &extractOptions{format: choice{allowed: []string{"pcap", "pcapng"}}}
	c := &cobra.Command{
		Use: "extract [flags] FILE... -w OUT", Short: "Write a smaller capture that tells the same story",
		Long: extractLong, Example: extractExample, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return p.extract(c, o, args) },
	}
	f := c.Flags()
	o.addTo(f)
	f.StringArrayVar(&o.images, "image", nil, "all that belongs to this image, by `ID|NAME` (the beginning of an id will do;\nrepeatable)")
	f.StringArrayVar(&o.calls, "call", nil, "all that belongs to this call, by its `ID` in timeline --format json (repeatable)")
	f.Var(&o.streams, "stream", "these connections, by tcp.stream (repeatable)")
	f.BoolVar(&o.headersOnly, "headers-only", false, "leave the bytes of images out: packets that hold nothing else are not written,\nothers are cut (writes pcapng, where there is something to leave out)")
	f.Var(&o.format, "format", "the format to write")
	f.BoolVar(&o.redaction.on, "redact", false, "replace tokens, passwords and other secrets in the packets")
	f.StringVar(&o.redaction.key, "redact-key", "", "the `FILE` whose content makes the pseudonyms: several runs give the same\nones (default: a random key)")
	f.Lookup("write").Usage = "the capture to write, a `FILE` of mode 0600; - is standard output"
	f.MarkHidden("show-secrets")
	return c
}

// extract writes a part of captures.
func (p *program) extract(c *cobra.Command, o *extractOptions, args []string) error {
	paths, err := o.check(c, args)
	if err != nil {
		return err
	}
	from := extract.Source{Paths: paths, Manifest: o.manifest, Bounds: bounds.Default()}
	defer from.Release()
	if err := from.Keep(p.in, o.folder()); err != nil {
		return err
	}
	e := &extraction{p: p, c: c, o: o, job: extract.Job{From: from, Application: "glancecap " + version}}
	damage := e.prepare()
	if s := statusOf(damage); s != statusDone && s != statusDamaged {
		return hintedNothing(damage, args)
	}
	var done extract.Copied
	var made redact.Done
	copied := func(ctx context.Context, to io.Writer) (err error) {
		if e.headers != nil {
			e.headers.Restart()
		}
		done, err = extract.Copy(ctx, &e.job, to)
		return err
	}
	var written int64
	err = p.write(&common{output: o.output, inputs: paths, quiet: true}, nil, func(out *output) (err error) {
		to := packed{out: out, compression: extract.CompressionOf(o.output)}
		if o.redaction.on {
			made, err = p.redact(c.Context(), copied, o, &to)
		} else {
			err = to.fill(func(w io.Writer) error { return copied(c.Context(), w) })
		}
		written = to.bytes
		return err
	})
	if err != nil {
		return hintedNothing(err, args)
	}
	if !o.quiet {
		p.say(e.said(&done))
		if grown := e.grown(&done, written); grown != "" {
			p.say(grown)
		}
	}
	if o.redaction.on && !o.quiet {
		p.say(redacted(made))
	}
	if damage == nil {
		damage = inputErrors(done.Inputs)
	}
	return damage
}

// hintedNothing gives the error of inputs that are no captures its words.
func hintedNothing(err error, args []string) error {
	var nothing *capture.NothingReadError
	if errors.As(err, &nothing) {
		return &decoder.InputError{Files: []error{hinted(err, args)}, Nothing: true}
	}
	return err
}

// inputErrors tells of inputs that were not read to their ends.
func inputErrors(files []capture.File) error {
	var list []error
	for i := range files {
		if files[i].Err != nil {
			list = append(list, files[i].Err)
		}
	}
	if list == nil {
		return nil
	}
	return &decoder.InputError{Files: list}
}

// folder is where inputs that cannot be read twice are kept.
func (o *extractOptions) folder() string {
	if info, err := os.Stat(o.output); o.output == "-" || err == nil && !info.Mode().IsRegular() {
		return os.TempDir()
	}
	return filepath.Dir(o.output)
}

// chooses tells that connections are to be chosen.
func (o *extractOptions) chooses() bool { return len(o.images)+len(o.calls)+len(o.streams) > 0 }

// check finds what cannot be asked for, and gives the inputs.
func (o *extractOptions) check(c *cobra.Command, args []string) ([]string, error) {
	paths, err := o.files(c, args)
	switch {
	case err != nil:
		return nil, err
	case o.output == "":
		return nil, usagef("where to? say -w FILE, or -w - for standard output")
	case o.showSecrets:
		return nil, usagef("extract does not take --show-secrets: a capture is written with its secrets, or without them by --redact")
	case o.headersOnly && o.format.value == "pcap":
		return nil, usagef("--headers-only writes pcapng: a pcap file cannot say what was left out, and it would be told as lost")
	case o.redaction.key != "" && !o.redaction.on:
		return nil, usagef("--redact-key is of --redact, which is not asked for")
	case !o.chooses() && !o.headersOnly && !o.redaction.on && o.after.text == "" && o.before.text == "":
		return nil, usagef("what is to be extracted? say --image, --call, --stream, --headers-only, --redact, -A or -B")
	}
	return paths, nil
}

// extraction is an extract under way.
type extraction struct {
	p       *program
	c       *cobra.Command
	o       *extractOptions
	job     extract.Job
	headers *extract.Headers
}

// prepare reads the inputs and finds what is to be copied. An error of damaged
// inputs tells how far they could be read.
func (e *extraction) prepare() error {
	o, job := e.o, &e.job
	ctx, from := e.c.Context(), &job.From
	from.Clocks = decoder.Clocks(ctx, from.Paths, decoder.Options{Bounds: from.Bounds, Manifest: from.Manifest, Opened: from.Opened()})
	var err error
	if job.Span.After, job.Span.Before, err = o.span(ctx, from.Paths); err != nil {
		return err
	}
	wanted := o.format.value
	switch {
	case wanted != "":
	case o.headersOnly:
		wanted = "pcapng"
	default:
		wanted = extract.FormatOf(o.output)
	}
	if job.Form, err = from.Form(ctx, wanted); err != nil {
		return err
	}
	if o.headersOnly {
		e.headers = extract.NewHeaders()
		job.Steps = append(job.Steps, e.headers)
	}
	if o.chooses() || job.Form.Format == "pcapng" {
		if err = e.choose(); e.fatal(err) {
			return err
		}
	}
	if e.headers != nil && !e.always() {
		// What lies in front of a time cannot say what is left out behind it.
		err = e.decode(o.common, decoder.Options{Bodies: true, Sift: e.headers}, func(record.Record) {})
	}
	if e.headers == nil || !e.headers.Empty() || wanted != "pcapng" || o.format.value != "" || e.fatal(err) {
		return err
	}
	// Where there is nothing to be left out, there is nothing that pcapng alone
	// could say, and it is larger.
	var forming error
	if job.Form, forming = from.Form(ctx, extract.FormatOf(o.output)); forming != nil {
		return forming
	}
	if job.Form.Format != "pcapng" {
		job.Steps = nil
	}
	return err
}

// always tells that packets of all times are wanted.
func (e *extraction) always() bool {
	return e.job.Span == extract.Span{After: record.NoTime, Before: record.NoTime}
}

// fatal tells whether nothing can be done behind an error.
func (e *extraction) fatal(err error) bool {
	s := statusOf(err)
	return s != statusDone && s != statusDamaged
}

// decode reads the inputs once.
func (e *extraction) decode(o common, d decoder.Options, add func(record.Record)) error {
	o.inputs, d.Opened = nil, e.job.From.Opened()
	return e.p.decode(e.c.Context(), e.c, &o, e.job.From.Paths, d, add)
}

// choose tells the story of the whole captures and finds what belongs to what
// was asked for, and its steps. What can be left out is found on the way where
// all times are wanted.
func (e *extraction) choose() error {
	o, job := e.o, &e.job
	builder, tap := timeline.NewBuilder(timeline.Options{Version: version, Why: o.chooses()}), extract.NewTap(len(job.From.Paths) > 1)
	all := o.common
	all.after, all.before = moment{}, moment{}
	d := decoder.Options{KeepRows: timeline.KeepRows, Bodies: true, ForTimeline: true}
	if e.headers != nil && e.always() {
		d.Sift = e.headers
	}
	err := e.decode(all, d, func(r record.Record) {
		tap.Add(r)
		builder.Add(r)
	})
	if e.fatal(err) {
		return err
	}
	s := builder.Story()
	wanted, naming := o.wanted(s)
	if naming != nil {
		return naming
	}
	if o.chooses() {
		var choosing error
		if job.Choice, choosing = extract.Choose(s, tap, builder, wanted); choosing != nil {
			return usagef("%v", choosing)
		}
	}
	if job.Form.Format == "pcapng" {
		told := wanted.Images
		if !o.chooses() {
			told = s.Images
		}
		job.Steps = append(job.Steps, extract.NewNotes(s, told))
	}
	return err
}

// said tells what was written.
func (e *extraction) said(done *extract.Copied) string {
	if done.Packets == 0 {
		return fmt.Sprintf("wrote %s: no packet; all %s left out: none is of what was asked for", e.o.output, report.Grouped(done.NotChosen+done.LeftOut))
	}
	text := fmt.Sprintf("wrote %s: %s; %s left out", e.o.output, report.Count(done.Packets, "packet"), report.Grouped(done.NotChosen+done.LeftOut))
	switch {
	case e.headers == nil:
	case e.headers.Empty():
		text += "; there are no image bytes to leave out"
	default:
		text += fmt.Sprintf(", %s of them of image bytes alone; %s cut behind the last byte that matters (%s less)",
			report.Grouped(done.LeftOut), report.Grouped(done.Cut), report.Count(e.headers.LeftOutBytes(), "byte"))
	}
	return text
}

// grown tells why an extract is larger than what it was made of, "" where it is
// not.
func (e *extraction) grown(done *extract.Copied, written int64) string {
	var read int64
	for i := range done.Inputs {
		x := &done.Inputs[i]
		if read += x.Bytes; x.Format != "pcap" {
			return ""
		}
	}
	if e.job.Form.Format != "pcapng" || written <= read {
		return ""
	}
	return fmt.Sprintf("it is larger than its input by %s: pcapng takes 16 to 19 bytes more for a packet than pcap, and comments come on top; a name that ends with .zst or .gz makes it small", report.Count(written-read, "byte"))
}

// packed is an output whose name may ask for compression.
type packed struct {
	out         *output
	compression string
	bytes       int64 // that were written to the output, compressed or not
}

// fill has the output written.
func (k *packed) fill(write func(io.Writer) error) error {
	c, err := capture.Compressor(k.compression, k)
	if err != nil {
		return err
	}
	if c == nil {
		return write(k)
	}
	if err := write(c); err != nil {
		return err
	}
	return c.Close()
}

// Write counts what goes to the output.
func (k *packed) Write(b []byte) (int, error) {
	k.bytes += int64(len(b))
	return k.out.Write(b)
}

// wanted finds what the flags name.
func (o *extractOptions) wanted(s *story.Story) (extract.Wanted, error) {
	w := extract.Wanted{Calls: o.calls, Streams: o.streams}
	for _, name := range o.images {
		images, err := report.Named(s, name)
		if err != nil {
			return w, usagef("--image: %v", err)
		}
		w.Images = append(w.Images, images...)
	}
	return w, nil
}

// numbers is a flag that takes numbers, by commas.
type numbers []int

func (n *numbers) String() string { return "" }

// Type names the value in the help.
func (n *numbers) Type() string { return "N[,N]" }

// Set takes numbers, by commas.
func (n *numbers) Set(text string) error {
	for _, word := range strings.Split(text, ",") {
		v, err := strconv.ParseUint(word, 10, 31)
		if err != nil {
			return fmt.Errorf("%q is no number of a stream", word)
		}
		*n = append(*n, int(v))
	}
	return nil
}
