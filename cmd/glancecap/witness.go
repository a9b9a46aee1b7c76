package main

import (
	"errors"
	"fmt"
	"os"

	"glancecap/decoder"
	"glancecap/timeline"
	"glancecap/timeline/witness"
)

// hear reads the logs that --witness names. Of one that is damaged, what came
// before the damage is a witness all the same; the error is then a
// *decoder.InputError.
func hear(builder *timeline.Builder, paths []string) error {
	var damaged []error
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("--witness %s: %w", path, cause(err))
		}
		log, err := witness.Read(path, f, witness.DefaultOptions())
		f.Close()
		if errors.Is(err, witness.ErrCapture) {
			return usagef("--witness %s: %v", path, witness.ErrCapture)
		}
		if err != nil {
			damaged = append(damaged, err)
		}
		builder.Witness(log)
	}
	if damaged != nil {
		return &decoder.InputError{Files: damaged}
	}
	return nil
}
