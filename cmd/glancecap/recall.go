package main

import (
	"strings"

	"github.com/spf13/cobra"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/timeline"
)

// recall gives what a story is made of to add: the records of captures, or
// those that somebody decoded elsewhere (records --for timeline).
func (p *program) recall(c *cobra.Command, o *common, args []string, add func(record.Record)) error {
	paths, err := o.files(c, args)
	if err != nil {
		return err
	}
	add = p.heap.grows(add)
	d := decoder.Options{KeepRows: timeline.KeepRows, Bodies: true, ForTimeline: true, Lend: true, Ahead: timeline.Ahead()}
	if o.verify {
		d.Digests = timeline.Digested
	}
	looked := decoder.Look(paths, p.in, bounds.Default().Compressions)
	d.Opened = looked.Opened
	if len(looked.Records) == 0 {
		return p.decode(c.Context(), c, o, args, d, add)
	}
	if len(looked.Captures) > 0 {
		return usagef("%s holds records, %s does not: make records of the capture first, as in: glancecap records --for timeline %s",
			looked.Records[0], looked.Captures[0], looked.Captures[0])
	}
	if err := o.forCaptures(looked.Records[0]); err != nil {
		return err
	}
	d.Bounds, d.ShowSecrets = bounds.Default(), o.showSecrets
	remarks, err := decoder.Replay(c.Context(), paths, d, add)
	for _, remark := range remarks {
		if !o.quiet {
			p.say(remark)
		}
	}
	return err
}

// forCaptures refuses the flags that choose among packets or say how to decode
// them, which was done when the records were made.
func (o *common) forCaptures(path string) error {
	var given []string
	if len(o.ports.given) > 0 {
		given = append(given, "--port")
	}
	if o.after.text != "" {
		given = append(given, "-A")
	}
	if o.before.text != "" {
		given = append(given, "-B")
	}
	if o.manifest != "" {
		given = append(given, "--manifest")
	}
	if given == nil {
		return nil
	}
	return usagef("%s holds records, which were decoded before: give %s to records, not to timeline", path, strings.Join(given, " and "))
}
