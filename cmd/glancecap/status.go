package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"glancecap/decoder"
)

// status is the program's exit status. This file is the only one that knows
// which error means which.
type status int

// The exit statuses, as every --help lists them.
const (
	statusDone        status = 0
	statusUsage       status = 1
	statusNothing     status = 2
	statusDamaged     status = 3
	statusUnbalanced  status = 4
	statusFailOn      status = 5
	statusInterrupted status = 130
)

// usageError is a command line that cannot be carried out.
type usageError struct{ what string }

func (e usageError) Error() string { return e.what }

// errFailOn tells that a diagnosis of the severity of --fail-on stands. The
// report has told it; there is nothing more to say.
var errFailOn = errors.New("a diagnosis of the severity given by --fail-on stands")

// statusOf gives the exit status that an error means.
func statusOf(err error) status {
	var usage usageError
	var law *decoder.LawError
	var input *decoder.InputError
	switch {
	case err == nil, isClosedPipe(err):
		return statusDone
	case errors.As(err, &usage):
		return statusUsage
	case errors.As(err, &law):
		return statusUnbalanced
	case errors.Is(err, context.Canceled):
		return statusInterrupted
	case errors.As(err, &input) && !input.Nothing:
		return statusDamaged
	case errors.Is(err, errFailOn):
		return statusFailOn
	}
	return statusNothing
}

// isClosedPipe tells whether whoever read the output went away.
func isClosedPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }

// finish says what is to be said of an error and gives the status.
func (p *program) finish(err error) status {
	s := statusOf(err)
	switch {
	case s == statusDone, s == statusFailOn, s == statusInterrupted:
	default:
		for _, line := range strings.Split(err.Error(), "\n") {
			p.sayError(line)
		}
	}
	return s
}

// noSuchFile tells whether nothing of this name exists.
func noSuchFile(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}
