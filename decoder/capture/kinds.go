package capture

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// recogniseBytes is how much of a file that is no capture is looked at to say
// what it is.
const recogniseBytes = 64 << 10

const (
	adviceEditcap  = "convert it: editcap -F pcap IN OUT.pcap"
	adviceTcpdump  = "have tcpdump write the packets and not print them: tcpdump -s 0 -w FILE.pcap"
	adviceNothing  = ""
	adviceUnpack   = "unpack it and give the captures in it"
	adviceDownload = "it was perhaps saved in place of the capture"
)

// kind is a kind of file that is no capture we read.
type kind struct {
	at     int // where the magic stands
	magic  string
	what   string
	advice string
}

// kinds are told by their magic; the first that fits counts.
var kinds = []kind{
	{0, "snoop\x00\x00\x00", "a snoop capture (Solaris)", adviceEditcap},
	{0, "btsnoop\x00", "a btsnoop log of Bluetooth, which holds no IP packets", adviceNothing},
	{0, "iptrace 1.0", "an iptrace capture (AIX)", adviceEditcap},
	{0, "iptrace 2.0", "an iptrace capture (AIX)", adviceEditcap},
	{0, "RTSS", "a capture of Microsoft Network Monitor 1", adviceEditcap},
	{0, "GMBU", "a capture of Microsoft Network Monitor 2", adviceEditcap},
	{0, "TRSNIFF data    \x1a", "a Sniffer capture (Network General)", adviceEditcap},
	{0, "XCP\x00", "a NetXRay capture (Sniffer for Windows)", adviceEditcap},
	{0, "ObserverPktBuffe", "a capture of Network Instruments Observer", adviceEditcap},
	{0, "\x7fver", "a capture of OmniPeek", adviceEditcap},
	{0, "\x54\x52\x00\x64\x00", "a nettl trace (HP-UX)", adviceEditcap},
	{0, "\x00\x00\x02\x00\x12\x05\x10\x00", "a K12 capture (Tektronix)", adviceEditcap},
	{0, "\x1c\x00\x01\xac", "an IXIA capture", adviceEditcap},
	{0, "\xac\x01\x00\x1c", "an IXIA capture", adviceEditcap},
	{0, "\x05VNF", "a capture of Visual Networks", adviceEditcap},

	{0, "\xfd7zXZ\x00", "xz data, which is not decompressed here", "xz -dc FILE | glancecap -"},
	{0, "\x04\x22\x4d\x18", "LZ4 data, which is not decompressed here", "lz4 -dc FILE | glancecap -"},
	{0, "\x02\x21\x4c\x18", "LZ4 data of the old format, which is not decompressed here", "lz4 -dc FILE | glancecap -"},
	{0, "LZIP", "lzip data, which is not decompressed here", "lzip -dc FILE | glancecap -"},
	{0, "\x89LZO\x00\r\n\x1a\n", "lzop data, which is not decompressed here", "lzop -dc FILE | glancecap -"},
	{0, "\x1f\x9d", "data of compress(1), which is not decompressed here", "gzip -dc FILE | glancecap -"},
	{0, "\xff\x06\x00\x00sNaPpY", "snappy data, which is not decompressed here", "decompress it and give what comes out"},

	{0, "PK\x03\x04", "a zip archive", adviceUnpack},
	{0, "PK\x05\x06", "an empty zip archive", adviceNothing},
	{257, "ustar", "a tar archive", adviceUnpack},
	{0, "Rar!\x1a\x07", "a RAR archive", adviceUnpack},
	{0, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive", adviceUnpack},
	{0, "070701", "a cpio archive", adviceUnpack},
	{0, "070702", "a cpio archive", adviceUnpack},
	{0, "!<arch>\n", "an ar archive", adviceNothing},
	{0, "\xed\xab\xee\xdb", "an RPM package", adviceNothing},

	{0, "\x7fELF", "a program (ELF)", adviceNothing},
	{0, "\xcf\xfa\xed\xfe", "a program (Mach-O)", adviceNothing},
	{0, "\x89PNG\r\n\x1a\n", "a PNG image", adviceNothing},
	{0, "\xff\xd8\xff", "a JPEG image", adviceNothing},
	{0, "GIF8", "a GIF image", adviceNothing},
	{0, "%PDF-", "a PDF document", adviceNothing},
	{0, "QFI\xfb", "a QCOW2 disk image", adviceNothing},
	{0, "KDMV", "a VMDK disk image", adviceNothing},
	{0, "vhdxfile", "a VHDX disk image", adviceNothing},
	{0, "conectix", "a VHD disk image", adviceNothing},
	{0x8001, "CD001", "an ISO 9660 disk image", adviceNothing},
	{0, "hsqs", "a squashfs image", adviceNothing},
	{0, "\xfebin", "a MySQL binary log", adviceNothing},
	{0, "SQLite format 3\x00", "an SQLite database", adviceNothing},
	{0, "PAR1", "a Parquet file", adviceNothing},
	{0, "\xff\xfe", "UTF-16 text", adviceNothing},
	{0, "\xfe\xff", "UTF-16 text", adviceNothing},
}

// recognise says what a file that begins with b is, if it is no capture, and
// what to do about it.
func recognise(b []byte) (what, advice string) {
	if len(b) == 0 {
		return "an empty file", "did the capturing program run with the rights it needs?"
	}
	if b1 := bytes.Count(b, b[:1]); b1 == len(b) {
		switch {
		case len(b) == 1:
			return fmt.Sprintf("a single byte, 0x%02x", b[0]), adviceNothing
		case b[0] == 0:
			return "nothing but zeros", "the file was not written, perhaps the disk was full or the system stopped"
		case b[0] < ' ' || b[0] > '~':
			return fmt.Sprintf("nothing but bytes 0x%02x", b[0]), adviceNothing
		}
	}
	for i := range kinds {
		k := &kinds[i]
		if len(b) >= k.at && bytes.HasPrefix(b[k.at:], []byte(k.magic)) {
			return k.what, k.advice
		}
	}
	if at := captureInside(b); at > 0 {
		return fmt.Sprintf("something that has a capture's header at byte %d", at),
			fmt.Sprintf("cut off what stands before it, perhaps the program's own messages: tail -c +%d IN > OUT.pcap", at+1)
	}
	if isERF(b) {
		return "an ERF capture (Endace)", adviceEditcap
	}
	if what, advice := recogniseText(b); what != "" {
		return what, advice
	}
	return "something that is not known here", "give a pcap or pcapng file, as tcpdump -w and Wireshark write them"
}

// captureInside finds the header of a capture that does not stand at the
// beginning, which happens where tcpdump's messages went into the same file.
func captureInside(b []byte) int {
	for at := 1; at+pcapFileHeader <= len(b); at++ {
		switch b[at] {
		case 0xd4, 0xa1, 0x4d, 0x34:
		default:
			continue
		}
		if _, order, ok := pcapMagic(b[at:]); ok && order.u16(b[at+4:]) == 2 && order.u16(b[at+6:]) <= 4 {
			return at
		}
	}
	return 0
}

// isERF tells an Extensible Record Format by its first two records, since it
// has no magic: little-endian time, type, flags, record length, lost, wire
// length (Endace ERF types reference §1).
func isERF(b []byte) bool {
	const header = 16
	var before uint64
	at := 0
	for n := range 2 {
		if len(b)-at < header {
			return n == 1 && at == len(b) // a file of a single record
		}
		h := b[at:]
		time := byteOrder(false).u64(h)
		kind, length := h[8]&0x7f, int(byteOrder(true).u16(h[10:]))
		if kind == 0 || kind > 31 || length < header || h[9]&0xc0 != 0 || time < before || time>>32 == 0 {
			return false
		}
		before, at = time, at+length
	}
	return true
}

// recogniseText tells the kinds of text. A few odd bytes do not make a text
// something else, and a character may be cut at the end of b.
func recogniseText(b []byte) (what, advice string) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	odd := 0
	for i := 0; i < len(b) && utf8.FullRune(b[i:]); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != 0x1b {
			odd++
		}
		i += size
	}
	if odd*50 > len(b) {
		return "", ""
	}
	start := bytes.ToLower(bytes.TrimLeft(b[:min(len(b), 4096)], " \t\r\n"))
	switch {
	case bytes.HasPrefix(start, []byte("<!doctype html")), bytes.HasPrefix(start, []byte("<html")):
		return "a web page (HTML)", adviceDownload
	case bytes.HasPrefix(start, []byte("<?xml")):
		return "XML", "give the capture that it was made of"
	case bytes.HasPrefix(start, []byte("{")), bytes.HasPrefix(start, []byte("[{")), bytes.HasPrefix(start, []byte("[\n")):
		return "JSON", "give the capture that it was made of"
	case printedPackets(b):
		return "the text that tcpdump prints", adviceTcpdump
	case bytes.HasPrefix(start, []byte("tcpdump:")), bytes.HasPrefix(start, []byte("#!")):
		return "text", adviceTcpdump
	}
	return "text", "give a pcap or pcapng file, as tcpdump -w and Wireshark write them"
}

// printedPackets tells whether one of the first lines is how tcpdump or
// tshark print a packet: a time of day and " IP ", " IP6 ", " ARP" or an arrow.
func printedPackets(b []byte) bool {
	for n := 0; n < 20 && len(b) > 0; n++ {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		b = rest
		for _, word := range []string{" IP ", " IP6 ", " ARP, ", " → ", " -> "} {
			if i := bytes.Index(line, []byte(word)); i >= 8 && hasClock(line[:i]) {
				return true
			}
		}
	}
	return false
}

// hasClock finds a time of day, "04:49:55", or tshark's seconds, "0.000123".
func hasClock(b []byte) bool {
	digits, marks := 0, 0
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == ':' || c == '.':
			marks++
		}
	}
	return digits >= 6 && marks >= 1
}
