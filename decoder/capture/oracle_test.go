package capture

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"

	"glancecap/decoder/record"
)

// oracle is what pcapgo's readers have in common.
type oracle interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// openOracle opens a plain capture with pcapgo.
func openOracle(b []byte) (oracle, error) {
	if isPcapng(b) {
		return pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	}
	return pcapgo.NewReader(bytes.NewReader(b))
}

// TestPcapgoReadsTheSamePackets compares with pcapgo, as far as that reads: it
// stops at a captured length above the snap length or the wire's, at some
// blocks, and reads no simple packet's time.
func TestPcapgoReadsTheSamePackets(t *testing.T) {
	compared := 0
	for _, root := range []string{"../../fixtures", "../../../shared/captures"} {
		filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".pcap") && !strings.HasSuffix(path, ".pcapng") {
				return nil
			}
			if info, err := d.Info(); err != nil || info.Size() > 20<<20 {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			compared += compareWithOracle(t, path, b)
			return nil
		})
	}
	if compared == 0 {
		t.Skip("there are no captures in fixtures or beside the project")
	}
	t.Logf("%d packets compared", compared)
}

// oracleMisreads are the hostile captures that pcapgo reads otherwise than the
// formats' specifications say.
var oracleMisreads = map[string]string{
	"ng-option-beyond-block.pcapng": "it stops at the option and calls it the end of the file",
	"ng-tsoffset-extreme.pcapng":    "its sum of time and offset overflows",
	"ng-tsresol-0.pcapng":           "it takes resolution 0 for none given",
	"ng-tsresol-127.pcapng":         "it divides by zero",
	"ng-tsresol-2e-10.pcapng":       "it rounds 2/1024 s down to 1953124 ns",
	"ng-tsresol-2e-63.pcapng":       "its fraction of a second overflows",
	"ng-tsresol-2e-127.pcapng":      "it divides by zero",
}

// compareWithOracle gives the number of packets that both readers have.
func compareWithOracle(t *testing.T, path string, b []byte) int {
	if _, ok := oracleMisreads[filepath.Base(path)]; ok {
		return 0
	}
	theirs, err := openOracle(b)
	if err != nil {
		return 0
	}
	packets, files, err := readAll(t, []string{path}, Options{})
	if err != nil {
		var nothing *NothingReadError
		if _, _, e := theirs.ReadPacketData(); e == nil && errors.As(err, &nothing) {
			t.Errorf("%s: pcapgo reads a packet of what is refused here: %v", path, err)
		}
		return 0
	}
	for n := range len(packets) + 1 {
		if n == len(packets) && files[0].Err != nil {
			return n // pcapgo would allocate what the damage claims
		}
		data, info, err := theirs.ReadPacketData()
		if err == io.EOF && n < len(packets) && files[0].Err == nil && !strings.Contains(strings.Join(files[0].Remarks, " "), "without a time") {
			t.Errorf("%s: pcapgo reads %d packets, %d are read here", path, n, len(packets))
		}
		if err != nil {
			return n
		}
		if n == len(packets) {
			t.Errorf("%s: pcapgo reads packet %d, here the file ends before", path, n+1)
			return n
		}
		if !samePacket(t, path, packets[n], data, info) {
			return n
		}
	}
	return len(packets)
}

// samePacket compares a packet with pcapgo's.
func samePacket(t *testing.T, path string, p Packet, data []byte, info gopacket.CaptureInfo) bool {
	if p.Time == int64(record.NoTime) || p.Time == minTime || p.Time == maxTime {
		return false // pcapgo has no notion of these
	}
	if !bytes.Equal(p.Data, data) || int(p.Original) != info.Length && int(p.Original) != info.CaptureLength {
		t.Errorf("%s: packet %d has other bytes in pcapgo (%d and %d of %d and %d)", path, p.Number, len(p.Data), len(data), p.Original, info.Length)
		return false
	}
	if p.Time != info.Timestamp.UnixNano() {
		t.Errorf("%s: packet %d is of %v, in pcapgo of %v", path, p.Number, record.Time(p.Time), info.Timestamp.UTC())
		return false
	}
	return true
}
