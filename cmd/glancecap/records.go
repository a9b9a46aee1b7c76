package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"glancecap/decoder"
	"glancecap/decoder/find"
	"glancecap/decoder/record"
	"glancecap/timeline"
	"glancecap/timeline/report"
)

// recordTypes are the types that --type takes. The last one is printed on
// request alone.
var recordTypes = []string{record.TypeHTTP, record.TypeMySQL, record.TypeLogin, record.TypeTLS, record.TypeStream}

// recordsOptions are the flags of `records`.
type recordsOptions struct {
	common
	types   choices
	bodies  bool
	rows    bool
	reader  choice // of the lines: "timeline"
	format  choice
	grep    pattern
	around  int
	curl    bool
	carried carried
}

func (p *program) newRecords() *cobra.Command {
	o := &recordsOptions{
		types: choices{allowed: recordTypes}, reader: choice{allowed: []string{"timeline"}},
		format: choice{value: "json", allowed: []string{"json", "csv"}},
	}
	c := &cobra.Command{
		Use: "records [flags] FILE...", Short: "Print every HTTP exchange, MySQL command, login and TLS handshake",
		Long: recordsLong, Example: recordsExample, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return p.records(c, o, args) },
	}
	f := c.Flags()
	o.addTo(f)
	f.Var(&o.types, "type", "only these types: http mysql mysql.login tls, and stream,\nthe bytes of each direction, which is printed on request alone")
	f.BoolVar(&o.bodies, "bodies", false, "texts of bodies up to 1 MiB in place of 64 KiB")
	f.BoolVar(&o.rows, "rows", false, "the values of result sets too")
	f.BoolVar(&o.verify, "verify", false, "the digests of images' bytes, for timeline --verify")
	f.Var(&o.format, "format", "how to write them: json, one object a line, or csv")
	f.VarP(&o.grep, "grep", "e", "only what matches this `REGEXP` (RE2): a statement, a database's error, a request or\nstatus line, a header, a login, with --bodies a body; (?i) at its beginning ignores case")
	f.IntVarP(&o.around, "context", "C", 0, "with --grep: `N` records before and behind too, of the same connection")
	f.BoolVar(&o.curl, "curl", false, "write each HTTP request as a curl command; secrets are variables such as $OS_TOKEN")
	f.Var(&o.reader, "for", "add what timeline needs to tell the story from these lines in place of the\ncapture: rows, bodies up to 1 MiB, lines run, capture, connection and books")
	o.carried.addTo(f)
	return c
}

// recordSink writes records in some format.
type recordSink interface {
	Write(record.Record)
	Err() error
}

// records prints records as they are completed.
func (p *program) records(c *cobra.Command, o *recordsOptions, args []string) error {
	if err := o.check(); err != nil {
		return err
	}
	d := decoder.Options{Bodies: o.bodies || o.travel(), ForTimeline: o.travel(), Streams: slices.Contains(o.types.values, record.TypeStream)}
	if o.travel() {
		d.KeepRows = timeline.KeepRows
	}
	if o.verify {
		d.Digests = timeline.Digested
	}
	if o.rows {
		d.KeepRows = func(command, text string) bool { return true }
	}
	states, err := p.hand(o, slices.Concat(o.inputs, args))
	if err != nil {
		return err
	}
	if states != nil {
		d.Carry = &states.Carry
	}
	decoding, err := p.printRecords(c, o, args, d)
	switch {
	case states == nil:
	case err == nil && states.Handed:
		err = states.finish(p, o)
	default:
		states.discard()
	}
	var state *decoder.StateError
	if errors.As(decoding, &state) {
		return fmt.Errorf("%s: %w", cmp.Or(o.carried.in, o.carried.out), state)
	}
	return cmp.Or(err, decoding)
}

// printRecords decodes and prints. What ended the decoding early is told apart
// from what kept the output from being written.
func (p *program) printRecords(c *cobra.Command, o *recordsOptions, args []string, d decoder.Options) (decoding, writing error) {
	ctx, stop := context.WithCancel(c.Context())
	defer stop()
	live := o.live(args)
	printed := 0
	writing = p.write(&o.common, args, func(out *output) error {
		sink, flush := o.sink(out)
		finder := find.New(find.Options{Pattern: o.grep.re, Bodies: o.bodies, Context: o.around}, sink.Write)
		decoding = p.decode(ctx, c, &o.common, args, d, func(r record.Record) {
			if o.wants(r.Header().Type) {
				printed++
			}
			switch {
			case !o.wants(r.Header().Type):
			case o.grep.re != nil:
				o.prepare(r)
				finder.Add(r)
			default:
				o.prepare(r)
				sink.Write(r)
			}
			if live && sink.Err() == nil {
				flush()
				out.Flush() // an error stays in the writer
			}
			if sink.Err() != nil {
				stop() // nobody reads any more
			}
		})
		flush()
		if err := sink.Err(); err != nil {
			return err
		}
		if finder.Forgotten > 0 && !o.quiet {
			p.say(fmt.Sprintf("%d records before a find may be absent: more than %d MiB would have had to be kept", finder.Forgotten, find.MostHeld>>20))
		}
		if s := statusOf(decoding); s == statusUsage || s == statusNothing {
			return decoding
		}
		return nil
	})
	// A file of a rotated capture may well complete nothing.
	if printed == 0 && decoding == nil && writing == nil && d.Carry == nil && !o.quiet {
		p.say(nothingPrinted(len(o.types.values) > 0, o.after.text+o.before.text != ""))
	}
	return decoding, writing
}

// check refuses flags that contradict each other.
func (o *recordsOptions) check() error {
	switch {
	case o.travel() && len(o.types.values) > 0:
		return usagef("--type cannot be had with --for timeline, which needs all lines")
	case o.travel() && (o.grep.re != nil || o.curl || o.format.value != "json"):
		return usagef("--for timeline needs all lines, as JSON: no --grep, --curl or --format")
	case o.around < 0:
		return usagef("--context: %d is not a number of records", o.around)
	case o.around > 0 && o.grep.re == nil:
		return usagef("--context needs --grep")
	case o.curl && o.format.value != "json":
		return usagef("--curl writes commands, not --format %s", o.format.value)
	case o.curl && len(o.types.values) > 0 && !slices.Contains(o.types.values, record.TypeHTTP):
		return usagef("--curl writes HTTP requests: --type must name http")
	}
	return nil
}

// sink gives the writer of records, and what hands on what it holds back.
func (o *recordsOptions) sink(out *output) (sink recordSink, flush func()) {
	switch {
	case o.curl:
		return report.NewCurl(out, o.showSecrets), func() {}
	case o.format.value == "csv":
		table := report.NewRecordTable(out, o.showSecrets)
		return table, table.Flush
	}
	return report.NewLines(out, o.showSecrets), func() {}
}

// live tells whether an input is a pipe or the like, which may still grow:
// records are then shown as they are completed.
func (o *recordsOptions) live(args []string) bool {
	for _, path := range slices.Concat(o.inputs, args) {
		if info, err := os.Stat(path); path == "-" || err == nil && !info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// pattern is a flag that takes a regular expression.
type pattern struct{ re *regexp.Regexp }

func (p *pattern) String() string {
	if p.re == nil {
		return ""
	}
	return p.re.String()
}

// Type names the value in the help.
func (p *pattern) Type() string { return "REGEXP" }

// Set takes a regular expression.
func (p *pattern) Set(text string) (err error) {
	if p.re, err = regexp.Compile(text); err != nil {
		return fmt.Errorf("%q: %s", text, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return nil
}

// wants tells whether records of a type are printed.
func (o *recordsOptions) wants(kind string) bool {
	return len(o.types.values) == 0 && kind != record.TypeStream || slices.Contains(o.types.values, kind)
}

// travel tells whether the lines are to be told from in place of the capture.
func (o *recordsOptions) travel() bool { return o.reader.value != "" }

// prepare adds to a record, or takes from it, what is told for the timeline
// alone.
func (o *recordsOptions) prepare(r record.Record) {
	switch r := r.(type) {
	case *record.Login:
		if !o.travel() {
			r.Scramble = ""
		}
	case *record.MySQL:
		if o.travel() && r.Result != nil {
			r.Result.NoteUnknown()
		}
	}
}
