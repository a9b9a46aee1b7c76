package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/record"
)

// decode reads the captures that a command line names.
func (p *program) decode(ctx context.Context, c *cobra.Command, o *common, args []string, d decoder.Options, emit func(record.Record)) error {
	paths, err := o.files(c, args)
	if err != nil {
		return err
	}
	d.Bounds, d.Ports, d.Stdin, d.ShowSecrets, d.Manifest = bounds.Default(), o.ports.byPort, p.in, o.showSecrets, o.manifest
	if d.After, d.Before, err = o.span(ctx, paths); err != nil {
		return err
	}
	unwatch := p.watch(o, c.Name() == "records", &d)
	err = decoder.Run(ctx, paths, d, emit)
	unwatch()
	if interrupted := ctx.Err(); interrupted != nil {
		return interrupted
	}
	return hinted(err, paths)
}

// hinted adds what a frequent mistake probably meant.
func hinted(err error, paths []string) error {
	for _, path := range paths {
		if err != nil && strings.HasPrefix(path, "-") && path != "-" {
			return errors.Join(err, errors.New("a name that begins with - is written ./"+path))
		}
	}
	return err
}

// span gives the times of -A and -B.
func (o *common) span(ctx context.Context, paths []string) (after, before record.Time, err error) {
	first := record.NoTime
	if o.after.clock || o.before.clock {
		if first, err = firstTime(ctx, paths); err != nil {
			return 0, 0, err
		}
	}
	after, before = o.after.resolve(first), o.before.resolve(first)
	if after != record.NoTime && before != record.NoTime && after > before {
		return 0, 0, usagef("-A %s is later than -B %s: no packet can be both", o.after.text, o.before.text)
	}
	return after, before, nil
}

// firstTime gives the time of the first packet of the first capture: it tells
// the day of a time that has none.
func firstTime(ctx context.Context, paths []string) (record.Time, error) {
	// A pipe is read once; the day would have to be known before.
	if info, err := os.Stat(paths[0]); paths[0] == "-" || err == nil && !info.Mode().IsRegular() {
		return 0, usagef("-A and -B need a date where standard input or a pipe comes first, as in 2020-02-18T04:49:55Z")
	}
	set, err := capture.Open(ctx, paths[:1], capture.Options{Bounds: bounds.Default()})
	if err != nil {
		return 0, err
	}
	defer set.Close()
	var p capture.Packet
	for {
		if err := set.Next(&p); err != nil {
			return 0, usagef("-A and -B need a date: %s has no packet with a time", paths[0])
		}
		if record.Time(p.Time) != record.NoTime {
			return record.Time(p.Time), nil
		}
	}
}
