package capture

import (
	"strings"
	"testing"
)

func TestOtherKindsOfFilesAreNamed(t *testing.T) {
	tar := make([]byte, 1024)
	copy(tar, "x.pcap")
	copy(tar[257:], "ustar\x0000")
	disc := make([]byte, 40000)
	disc[5] = 1
	copy(disc[0x8001:], "CD001")
	erf := le.AppendUint64(nil, 0x5e4b6cf400000000)
	erf = append(erf, 2, 4)
	erf = be.AppendUint16(be.AppendUint16(be.AppendUint16(erf, 20), 0), 60)
	erf = append(erf, "data"...)
	for _, c := range []struct{ b, say string }{
		{"", "an empty file"},
		{"\n", "a single byte, 0x0a"},
		{strings.Repeat("\x00", 5000), "nothing but zeros"},
		{strings.Repeat("\xff", 5000), "nothing but bytes 0xff"},
		{"snoop\x00\x00\x00\x00\x00\x00\x02", "a snoop capture (Solaris); convert it: editcap -F pcap"},
		{"btsnoop\x00\x00\x00\x00\x01", "a btsnoop log"},
		{"iptrace 2.0\x00", "an iptrace capture"},
		{"GMBU\x00\x02", "Network Monitor 2"},
		{"RTSS\x01\x01", "Network Monitor 1"},
		{"TRSNIFF data    \x1a\x00", "a Sniffer capture"},
		{string(erf) + string(erf), "an ERF capture"},
		{string(erf), "an ERF capture"},
		{"\x7fELF\x02\x01\x01", "a program (ELF)"},
		{"\x89PNG\r\n\x1a\n\x00", "a PNG image"},
		{"PK\x03\x04\x00\x00", "a zip archive"},
		{string(tar), "a tar archive; unpack it"},
		{string(disc), "an ISO 9660 disk image"},
		{"QFI\xfb\x00\x00\x00\x03", "a QCOW2 disk image"},
		{"\xfebin\x00", "a MySQL binary log"},
		{"\xfd7zXZ\x00\x00\x04", "xz data, which is not decompressed here; xz -dc FILE | glancecap -"},
		{"\x04\x22\x4d\x18\x64", "LZ4 data, which is not decompressed here; lz4 -dc"},
		{"<!DOCTYPE html>\n<html>", "a web page (HTML)"},
		{"\n <HTML><head>", "a web page (HTML)"},
		{`{"images": []}`, "JSON"},
		{"<?xml version=\"1.0\"?>\n<pdml/>", "XML"},
		{"04:49:55.993652 IP 10.0.0.1.5 > 10.0.0.2.80: Flags [P.]\n", "the text that tcpdump prints; have tcpdump write"},
		{"2020-02-18 04:49:55.993652 ARP, Request who-has\n", "the text that tcpdump prints"},
		{"    1   0.000000 172.16.0.10 → 172.16.0.19 TCP 74\n", "the text that tcpdump prints"},
		{"These are notes.\nThey have no packets.\n", "text; give a pcap"},
		{"Grüße\xc3", "text"}, // cut inside a character
		{"\xff\xfet\x00e\x00x\x00t\x00", "UTF-16 text"},
		{"tcpdump: listening on eth0\n" + string(plainPcap().packet(1, 0, "x").b), "a capture's header at byte 27; cut off what stands before it, perhaps the program's own messages: tail -c +28"},
		{"\x01\x93\xaf\x07\xf1\x88\x02\xd9\xb4\x10\xe7\x9c\x03\xfe\xa9\x1b", "something that is not known here"},
	} {
		if e := refused(t, []byte(c.b)); !strings.Contains(e.Error(), c.say) {
			t.Errorf("the error is %q, want %q", e, c.say)
		}
	}
	if e := refused(t, gzipped(t, []byte("just text\n"))); !strings.Contains(e.Error(), "is not a capture: inside gzip it is text") {
		t.Errorf("the error is %q", e)
	}
}

func TestLinkTypesHaveTheRegistrysNames(t *testing.T) {
	for number, name := range map[uint16]string{1: "Ethernet", 101: "RAW", 113: "LINUX_SLL", 276: "LINUX_SLL2", 65535: "65535"} {
		if got := LinkTypeName(number); got != name {
			t.Errorf("link type %d is called %q", number, got)
		}
	}
}
