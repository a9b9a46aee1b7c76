package split

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// inputs are the files that are read: no output may replace one.
type inputs []fs.FileInfo

// inputsOf finds out which files a path, or standard input, stands for.
func inputsOf(path string, stdin io.Reader) inputs {
	var list inputs
	if path == "-" {
		if f, ok := stdin.(*os.File); ok {
			if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
				list = append(list, info)
			}
		}
		return list
	}
	if info, err := os.Stat(path); err == nil {
		list = append(list, info)
	}
	return list
}

var (
	errInput  = errors.New("is the input: name another output")
	errExists = errors.New("exists already; --force replaces it")
	errFolder = errors.New("is a directory")
)

// free tells whether a name may be given to an output.
func (in inputs) free(path string, force bool) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return plain(err)
	}
	if target, err := os.Stat(path); err == nil {
		for _, other := range in {
			if os.SameFile(target, other) {
				return errInput
			}
		}
	}
	switch {
	case info.IsDir():
		return errFolder
	case !force:
		return errExists
	}
	return nil
}

// create begins a .part file. One that a killed run left is replaced.
func (in inputs) create(path string) (*os.File, error) {
	if err := in.free(path, true); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, plain(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder %s", filepath.Dir(path))
	}
	return f, plain(err)
}

// plain takes the path out of an error of the operating system: the message
// names the file already.
func plain(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// seal brings a written .part file to its final name.
func (in inputs) seal(f *os.File, final string, sync, force bool) error {
	if err := in.free(final, force); err != nil {
		f.Close()
		return err
	}
	if sync {
		if err := f.Sync(); err != nil {
			f.Close()
			return plain(err)
		}
	}
	if err := f.Close(); err != nil {
		return plain(err)
	}
	return plain(os.Rename(f.Name(), final))
}

// syncFolder makes the renames in a file's folder last.
func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return plain(err)
	}
	defer d.Close()
	// Some file systems cannot sync a folder and say so.
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, os.ErrInvalid) {
		return fmt.Errorf("its folder cannot be synced: %w", plain(err))
	}
	return nil
}
