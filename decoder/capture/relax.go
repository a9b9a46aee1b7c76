//go:build amd64 || arm64

package capture

// relax takes a moment in which the processor does nothing: who looks again and
// again without it takes the instructions of the other thread of its core, which
// may be the one that is waited for.
func relax()
