// Package tables has the memory of gopacket's tables in large pages.
//
// Comes in: nothing. Goes out: nothing; it is imported for what it does when
// the program starts. Package layers fills tables of some megabytes then, for
// every EtherType and port there is. In pages of 4 KiB that is more than a
// thousand faults, which in a virtual machine is a tenth of the time in which
// the whole program starts and tells of a small capture; in pages of 2 MiB it
// is a few.
//
// That needs this package to be initialised before layers is. A package is
// when all that it imports is, and of those that could be, the one whose path
// comes first ("Program initialization" in the specification of Go): this one
// imports next to nothing, and layers imports net.
package tables

import (
	"syscall"
	"unsafe"
)

// first is a small variable of those that begin as zero (.bss). The linker puts
// the small ones before the large ones, so the tables lie behind it.
var first *byte

const (
	pageSize = 4 << 10
	// reach is more than the tables take. What else lies there is zero as well
	// when the program starts.
	reach = 8 << 20
)

func init() {
	from := uintptr(unsafe.Pointer(&first)) &^ (pageSize - 1)
	// Where it fails, pages stay small: there are kernels without large ones, and
	// what is behind the last variable is no memory.
	syscall.RawSyscall(syscall.SYS_MADVISE, from, reach, syscall.MADV_HUGEPAGE)
}
