package decoder

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"glancecap/decoder/capture"
	"glancecap/decoder/carry"
)

// Carry hands what is open at the end of a file to the run over the next file
// of the same capture, as tcpdump -C and -G write them.
type Carry struct {
	// In is the state that the run over the file before wrote; nil: this is
	// the first one.
	In io.ReadSeeker
	// Out is where the state for the next file is written to, when the input
	// was read to its end or to its damage; nil: this is the last one.
	Out io.Writer
	// Asked says what was asked for, in words of the caller's: a state goes to
	// runs alone that ask for the same.
	Asked string
	// Handed is set by Run when Out holds a whole state.
	Handed bool
}

// StateError tells that a state could not be taken over or written.
type StateError struct{ Err error }

// Error says why.
func (e *StateError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *StateError) Unwrap() error { return e.Err }

// chain is where a run stands among those over the files of one capture.
type chain struct {
	id    string // the same for all
	part  int    // from 1
	asked string
	// frames is the number of the last packet of the files before.
	frames int
	// shift is added to the numbers of packets.
	shift int
	// packets and fragments were counted as carried by the run before; their
	// fates are told by this one.
	packets, fragments int64
	// handed are the fragments that this run counts as carried.
	handed int64
}

// takeOver reads the state that the run before wrote.
func (r *run) takeOver(set *capture.Set, in io.ReadSeeker) error {
	if n := len(set.Files()); n > 1 {
		return fmt.Errorf("a state is handed from one capture to the next one; these are %d", n)
	}
	r.chain.asked, r.chain.part = r.options.Carry.Asked, 1
	if in == nil {
		return nil
	}
	if err := carry.Read(in, r.carry); err != nil {
		return fmt.Errorf("the state %w", err)
	}
	r.chain.part++
	r.chain.packets, r.chain.fragments = r.streams.CarriedPackets(), r.chain.handed
	return nil
}

// carriesOut tells that what is open at the end goes to another run.
func (r *run) carriesOut() bool { return r.options.Carry != nil && r.options.Carry.Out != nil }

// handOver writes the state for the run over the next file.
func (r *run) handOver(out io.Writer) error {
	err := carry.Write(out, r.carry)
	r.options.Carry.Handed = err == nil
	return err
}

// carry carries all that the stages know.
func (r *run) carry(c *carry.Coder) {
	asked := r.chain.asked
	carry.Text(c, &asked)
	if c.Reading() && c.Err() == nil && asked != r.chain.asked {
		c.Fail(fmt.Errorf("it was written by a run with other flags (%s; these are %s)", asked, r.chain.asked))
	}
	carry.Text(c, &r.chain.id)
	carry.Int(c, &r.chain.part, &r.chain.frames)
	c.Check(r.chain.part > 0 && r.chain.part < 1<<31-1 && r.chain.frames >= 0 && r.chain.frames < 1<<32-1, "the number of a file")
	r.relay.carry(c)
	r.mysql.Carry(c)
	r.packets.Carry(c)
	carry.Int(c, &r.chain.handed)
	c.Check(r.chain.handed >= 0 && r.chain.handed <= r.packets.InTheMaking(), "the number of fragments")
	r.streams.Carry(c)
}

// carry carries how many records were told, and which passwords, so that ids and
// the numbers of passwords go on.
func (r *relay) carry(c *carry.Coder) {
	r.secrets.Carry(c)
	for i := range r.numbers {
		carry.Int(c, &r.numbers[i])
	}
}

// chainBegins names the capture of which this is a file, by the first packet that it
// has, and tells what is added to the numbers of packets.
func (r *run) chainBegins(f *capture.File, first *capture.Packet) {
	c := &r.chain
	if c.part == 0 {
		return
	}
	if !f.Pieces { // those have the numbers of the capture that they were cut from
		c.shift = c.frames
	}
	if c.id == "" {
		sum := sha256.New()
		io.WriteString(sum, f.Path)
		if first != nil {
			fmt.Fprintf(sum, "\n%d\n", first.Time)
			sum.Write(first.Data)
		}
		c.id = hex.EncodeToString(sum.Sum(nil)[:16])
	}
}
