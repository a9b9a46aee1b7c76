package split

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"glancecap/decoder/record"
)

// names makes the names of pieces as editcap does (Wireshark's editcap.c,
// fileset_get_filename_by_pattern): prefix, number, time, suffix.
type names struct {
	prefix, suffix string
	compressed     string // what compression adds to the suffix
	zone           *time.Location
}

// newNames takes the name apart after which pieces are named: the suffix begins
// at the last dot of its last element, the compression's own left out.
func newNames(out, compress string, zone *time.Location) names {
	n := names{prefix: out, zone: zone}
	if compress != "" {
		n.compressed = "." + compress
		n.prefix = strings.TrimSuffix(n.prefix, n.compressed)
	}
	if dot := strings.LastIndexByte(n.prefix, '.'); dot > strings.LastIndexByte(n.prefix, filepath.Separator) {
		n.prefix, n.suffix = n.prefix[:dot], n.prefix[dot:]
	}
	if n.zone == nil {
		n.zone = time.Local
	}
	return n
}

// final is the name of a piece whose first packet has a time. The number has
// five digits; behind 99999 editcap begins again, and the time tells pieces
// apart.
func (n *names) final(number int64, t record.Time) string {
	const most = 100000
	name := fmt.Sprintf("%s_%05d", n.prefix, number%most)
	if t != record.NoTime {
		name += "_" + time.Unix(0, int64(t)).In(n.zone).Format("20060102150405")
	}
	return name + n.suffix + n.compressed
}

// empty is the name of the piece of an empty capture, which editcap does not
// number.
func (n *names) empty() string { return n.prefix + n.suffix + n.compressed }

// part is the name of a piece that is not whole yet. It has no time, because it
// may begin before its first packet.
func (n *names) part(number int64) string {
	return fmt.Sprintf("%s_%05d%s%s.part", n.prefix, number, n.suffix, n.compressed)
}
