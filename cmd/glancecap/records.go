package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"glancecap/decoder"
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
	types  choices
	bodies bool
	rows   bool
	reader choice // of the lines: "timeline"
}

func (p *program) newRecords() *cobra.Command {
	o := &recordsOptions{types: choices{allowed: recordTypes}, reader: choice{allowed: []string{"timeline"}}}
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
	f.Var(&o.reader, "for", "add what timeline needs to tell the story from these lines in place of the\ncapture: rows, bodies up to 1 MiB, lines run, capture, connection and books")
	return c
}

// records prints records as they are completed.
func (p *program) records(c *cobra.Command, o *recordsOptions, args []string) error {
	if o.travel() && len(o.types.values) > 0 {
		return usagef("--type cannot be had with --for timeline, which needs all lines")
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
	ctx, stop := context.WithCancel(c.Context())
	defer stop()
	var decoding error
	writing := p.write(&o.common, args, func(out *output) error {
		lines := report.NewLines(out)
		decoding = p.decode(ctx, c, &o.common, args, d, func(r record.Record) {
			if o.wants(r.Header().Type) {
				o.prepare(r)
				lines.Write(r)
			}
			if lines.Err() != nil {
				stop() // nobody reads any more
			}
		})
		if err := lines.Err(); err != nil {
			return err
		}
		if s := statusOf(decoding); s == statusUsage || s == statusNothing {
			return decoding
		}
		return nil
	})
	if writing != nil {
		return writing
	}
	return decoding
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
