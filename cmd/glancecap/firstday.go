package main

import (
	"context"
	"os"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/record"
)

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
