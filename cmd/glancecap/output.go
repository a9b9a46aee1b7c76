package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// output is where a command writes its data: standard output or the file of
// -w. A file is written beside its final name and renamed when all is well,
// so that nobody ever reads half of one.
type output struct {
	*bufio.Writer
	file  *os.File // nil for standard output
	final string   // "" where the file is written in place (a device, a FIFO)
}

// write opens the output of a command, has it written and brings it to its
// place.
func (p *program) write(o *common, args []string, print func(*output) error) error {
	out, err := p.openOutput("-w", o.output, append(o.inputs, args...))
	if err != nil {
		return err
	}
	if err := print(out); err != nil {
		out.discard()
		return out.named("-w", err)
	}
	if err := out.finish(); err != nil {
		return out.named("-w", err)
	}
	if out.final != "" && !o.quiet {
		p.say("wrote " + out.final)
	}
	return nil
}

// openOutput begins an output, which a flag names. An output that is one of the
// inputs is refused.
func (p *program) openOutput(flag, path string, inputs []string) (*output, error) {
	if path == "" || path == "-" {
		return &output{Writer: bufio.NewWriterSize(p.out, 64<<10)}, nil
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil, usagef("%s %s: is a directory", flag, path)
	}
	if err == nil {
		for _, in := range inputs {
			if other, err := os.Stat(in); err == nil && os.SameFile(info, other) {
				return nil, usagef("%s %s would overwrite an input", flag, path)
			}
		}
		if !info.Mode().IsRegular() {
			file, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return nil, err
			}
			return &output{Writer: bufio.NewWriterSize(file, 64<<10), file: file}, nil
		}
	}
	// CreateTemp's files have mode 0600.
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s %s: cannot be written: there is no folder %s", flag, path, filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: cannot be written: %w", flag, path, cause(err))
	}
	return &output{Writer: bufio.NewWriterSize(file, 64<<10), file: file, final: path}, nil
}

// cause takes the path out of an error of the operating system: the user knows
// the file by another name.
func cause(err error) error {
	var why *fs.PathError
	if errors.As(err, &why) {
		return why.Err
	}
	return err
}

// named gives an error of writing the name that the user knows the output by.
func (o *output) named(flag string, err error) error {
	var why *fs.PathError
	if o.file != nil && o.final != "" && errors.As(err, &why) && why.Path == o.file.Name() {
		return fmt.Errorf("%s %s: cannot be written: %w", flag, o.final, why.Err)
	}
	return err
}

// finish brings the output to its place.
func (o *output) finish() error {
	err := o.Flush()
	if o.file == nil {
		return err
	}
	if closing := o.file.Close(); err == nil {
		err = closing
	}
	if err == nil && o.final != "" {
		err = os.Rename(o.file.Name(), o.final)
	}
	if err != nil {
		o.discard()
	}
	return err
}

// discard leaves nothing behind.
func (o *output) discard() {
	if o.file != nil && o.final != "" {
		o.file.Close()
		os.Remove(o.file.Name())
	}
}

// file gives the file behind a writer, nil where there is none; whether it is
// a terminal depends on it.
func fileOf(w io.Writer) *os.File {
	f, _ := w.(*os.File)
	return f
}
