// Command glancecap reads captures of an OpenStack Glance and tells the life
// of every image in them.
//
// Comes in: a command line. Goes out: a report on standard output, words on
// standard error, an exit status. The command decodes nothing and works
// nothing out: it joins the decoder, the timeline and the report.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	// A closed pipe is told by a failing write, not by a signal that ends
	// the program with a status of its own.
	signal.Ignore(syscall.SIGPIPE)
	p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr, heap: newHeap()}
	os.Exit(int(p.run(os.Args[1:])))
}

// program is the outside world as a command sees it.
type program struct {
	in   io.Reader
	out  io.Writer
	err  io.Writer
	heap *heap // nil in tests
	// found counts the images found so far, for the progress line.
	found atomic.Int64
}

// run carries a command line out and gives the exit status.
func (p *program) run(args []string) status {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	defer signal.Stop(interrupted)
	go func() {
		select {
		case <-interrupted:
			// The first one asks for what was found so far; from now on
			// another one ends the program at once.
			signal.Reset(os.Interrupt)
			stop()
		case <-ctx.Done():
		}
	}()
	root := p.newRoot()
	root.SetArgs(args)
	return p.finish(root.ExecuteContext(ctx))
}

// newRoot makes the command tree. The root itself is `timeline`.
func (p *program) newRoot() *cobra.Command {
	root := p.newTimeline()
	root.Use = "glancecap [flags] FILE..."
	root.Short = "Tells the life of every OpenStack image in a packet capture"
	root.Long = rootLong
	root.Example = rootExample
	root.Args = cobra.ArbitraryArgs
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { io.WriteString(c.OutOrStdout(), helpText(c)) })
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	root.AddCommand(p.newTimeline(), p.newRecords(), p.newStatements(), p.newInfo(), p.newSplit(), p.newExtract(), p.newSchema(), p.newVersion(), newCompletion())
	root.AddCommand(p.newMan())
	completeFlags(root)
	return root
}
