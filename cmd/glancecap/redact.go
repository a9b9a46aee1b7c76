package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"strings"

	"glancecap/decoder/bounds"
	"glancecap/timeline/extract/redact"
	"glancecap/timeline/report"
)

// redaction are the flags of `extract` that take secrets out.
type redaction struct {
	on  bool
	key string // a file
}

// options gives what the redaction is asked for. Without a key, a random one
// makes the pseudonyms of this run.
func (o *redaction) options(c *common) (redact.Options, error) {
	made := redact.Options{Bounds: bounds.Default(), Ports: c.ports.byPort}
	if o.key == "" {
		made.Key = make([]byte, 32)
		rand.Read(made.Key) // never fails (crypto/rand)
		return made, nil
	}
	const least, most = 16, 1 << 20
	file, err := os.Open(o.key)
	if err != nil {
		return made, usagef("--redact-key: %v", err)
	}
	defer file.Close()
	if made.Key, err = io.ReadAll(io.LimitReader(file, most)); err != nil {
		return made, usagef("--redact-key: %v", err)
	}
	if len(made.Key) < least {
		return made, usagef("--redact-key: %s holds %d bytes; a key has %d or more, made for example by: openssl rand -hex 32", o.key, len(made.Key), least)
	}
	return made, nil
}

// redact writes what source writes, without its secrets, to the output. It is
// proved in the output's own file before that gets its name; where the output
// is none or compressed, in a file that nobody else sees.
func (p *program) redact(ctx context.Context, source redact.Source, e *extractOptions, to *packed) (redact.Done, error) {
	o, err := e.redaction.options(&e.common)
	if err != nil {
		return redact.Done{}, err
	}
	if out := to.out; out.file != nil && out.final != "" && to.compression == "" {
		done, err := redact.Redact(ctx, source, o, out.file)
		if info, failed := out.file.Stat(); failed == nil {
			to.bytes = info.Size()
		}
		return done, err
	}
	file, err := os.CreateTemp("", ".glancecap.*")
	if err != nil {
		return redact.Done{}, err
	}
	defer file.Close()
	defer os.Remove(file.Name())
	done, err := redact.Redact(ctx, source, o, file)
	if err == nil {
		err = to.fill(func(w io.Writer) error {
			_, err := io.Copy(w, io.NewSectionReader(file, 0, 1<<62))
			return err
		})
	}
	return done, err
}

// redacted says what was done.
func redacted(d redact.Done) string {
	text := fmt.Sprintf("redacted: %s; %s changed", report.Count(int64(d.Secrets), "different secret"), report.Count(d.Packets, "packet"))
	if d.Plain > 0 {
		text += fmt.Sprintf("; %d of them are short or plain words, replaced only where they are secrets", d.Plain)
	}
	if d.CutPackets > 0 {
		var why []string
		for _, r := range redact.Reasons() {
			if n := d.Cut[r]; n > 0 {
				why = append(why, fmt.Sprintf("%d for %s", n, r))
			}
		}
		text += fmt.Sprintf("; %s cut where a secret could not be replaced (%s)", report.Count(d.CutPackets, "packet"), strings.Join(why, ", "))
	}
	if d.KeyBlocks > 0 {
		text += fmt.Sprintf("; %s of decryption keys left out", report.Count(d.KeyBlocks, "block"))
	}
	return text
}
