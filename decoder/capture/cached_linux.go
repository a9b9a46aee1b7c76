package capture

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// readCached reads what the page cache holds from an offset on, and gives how
// many bytes that were. It waits for no disk, so that Go's scheduler need not
// know of the call: a call of more than 20 µs loses its processor to whoever may
// want one, and a thread that wakes as often looks for such calls. That took a
// twentieth of the time of a capture whose bulk is image bytes.
func readCached(f *os.File, b []byte, at int64) int {
	if len(b) == 0 {
		return 0
	}
	v := unix.Iovec{Base: &b[0]}
	v.SetLen(len(b))
	n, _, errno := syscall.RawSyscall6(unix.SYS_PREADV2, f.Fd(), uintptr(unsafe.Pointer(&v)), 1,
		uintptr(at), uintptr(at>>32), unix.RWF_NOWAIT)
	runtime.KeepAlive(f)
	if errno != 0 {
		return 0 // not there yet, or a file system that cannot tell
	}
	return int(n)
}
