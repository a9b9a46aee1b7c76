package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"glancecap/decoder"
	"glancecap/decoder/record"
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
}

func (p *program) newRecords() *cobra.Command {
	o := &recordsOptions{types: choices{allowed: recordTypes}}
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
	return c
}

// records prints records as they are completed.
func (p *program) records(c *cobra.Command, o *recordsOptions, args []string) error {
	d := decoder.Options{Bodies: o.bodies, Streams: slices.Contains(o.types.values, record.TypeStream)}
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
