package decoder

import (
	"context"
	"io"
	"os"

	"glancecap/decoder/record"
	"glancecap/decoder/recordfile"
	"glancecap/decoder/secret"
)

// Looked tells what inputs are before they are read.
type Looked struct {
	// Records are the paths of files of records, Captures those of all else
	// that could be opened.
	Records, Captures []string
	// Opened are the inputs that cannot be opened twice, for Options.Opened.
	Opened map[string]io.Reader
}

// Look finds out which inputs are files of records (the output of `glancecap
// records`) and which are captures, by their first byte. An input that cannot
// be opened is neither.
func Look(paths []string, stdin io.Reader, compressions int) *Looked {
	l := &Looked{Opened: make(map[string]io.Reader)}
	for _, path := range paths {
		in, again := stdin, path == "-" // again: it cannot be opened a second time
		if path != "-" {
			info, err := os.Stat(path)
			if err != nil || info.IsDir() {
				continue
			}
			f, err := os.Open(path)
			if err != nil {
				continue
			}
			in, again = f, !info.Mode().IsRegular()
			if !again {
				defer f.Close()
			}
		}
		if in == nil {
			continue
		}
		records, rest := recordfile.Sniff(in, compressions)
		if again {
			l.Opened[path] = rest
		}
		if records {
			l.Records = append(l.Records, path)
		} else {
			l.Captures = append(l.Captures, path)
		}
	}
	return l
}

// Replay gives the records of files of records to emit, in place of Run over
// the captures that they were made of. Of the options it heeds Opened, Bounds
// and ShowSecrets: secrets that such a file shows are replaced. The remarks are
// for the user; the error is as of Run.
func Replay(ctx context.Context, paths []string, o Options, emit func(record.Record)) (remarks []string, err error) {
	if !o.ShowSecrets {
		redactor, next := secret.NewRedactor(), emit
		emit = func(rec record.Record) {
			redactor.Record(rec)
			next(rec)
		}
	}
	result, err := recordfile.Read(ctx, paths, recordfile.Options{Opened: o.Opened, Compressions: o.Bounds.Compressions}, emit)
	if err == nil && result.Errors != nil {
		err = &InputError{Files: result.Errors, Nothing: result.Read == 0}
	}
	return result.Remarks, err
}
