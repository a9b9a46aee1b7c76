package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

func exitStatus(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}

func permissions(info fs.FileInfo) string { return fmt.Sprintf("%o", info.Mode().Perm()) }

// writeCaptures writes the captures that the scripts read: one.pcap holds the
// GET of an image that is not there, late.pcap the same on port 9999 a day
// later, cut.pcap all but the end of one.pcap, refused.pcap an upload that is
// answered with 500, empty.pcap no packet, not.pcap no capture.
func writeCaptures(dir string) error {
	const id = "4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088"
	const ask = "GET /v2/images/" + id + " HTTP/1.1\r\nHost: glance\r\n\r\n"
	const absent = "HTTP/1.1 404 Not Found\r\nX-Openstack-Request-Id: req-0f117984-f427-4d35-bec3-956432865dd1\r\nContent-Length: 0\r\n\r\n"
	const upload = "PUT /v2/images/" + id + "/file HTTP/1.1\r\nHost: glance\r\nContent-Type: application/octet-stream\r\nContent-Length: 4\r\n\r\nabcd"
	const refusal = "HTTP/1.1 500 Internal Server Error\r\nX-Openstack-Request-Id: req-1f117984-f427-4d35-bec3-956432865dd1\r\nContent-Length: 0\r\n\r\n"
	day := time.Date(2020, 2, 18, 4, 49, 55, 0, time.UTC)
	one, err := exchange(9292, day, ask, absent)
	if err != nil {
		return err
	}
	late, err := exchange(9999, day.AddDate(0, 0, 1), ask, absent)
	if err != nil {
		return err
	}
	refused, err := exchange(9292, day, upload, refusal)
	if err != nil {
		return err
	}
	files := map[string][]byte{
		"one.pcap": one, "late.pcap": late, "cut.pcap": one[:len(one)-20], "refused.pcap": refused,
		"empty.pcap": one[:24], "not.pcap": []byte("this is no capture, only a line of text\n"),
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// exchange writes a capture of one request and its response.
func exchange(port layers.TCPPort, begin time.Time, request, response string) ([]byte, error) {
	c := conversation{port: port, now: begin}
	c.w = pcapgo.NewWriter(&c.file)
	if err := c.w.WriteFileHeader(262144, layers.LinkTypeEthernet); err != nil {
		return nil, err
	}
	n := func(s string) uint32 { return uint32(len(s)) }
	c.segment(true, layers.TCP{SYN: true, Seq: 100}, "")
	c.segment(false, layers.TCP{SYN: true, ACK: true, Seq: 500, Ack: 101}, "")
	c.segment(true, layers.TCP{ACK: true, Seq: 101, Ack: 501}, "")
	c.segment(true, layers.TCP{ACK: true, PSH: true, Seq: 101, Ack: 501}, request)
	c.segment(false, layers.TCP{ACK: true, PSH: true, Seq: 501, Ack: 101 + n(request)}, response)
	c.segment(true, layers.TCP{ACK: true, FIN: true, Seq: 101 + n(request), Ack: 501 + n(response)}, "")
	c.segment(false, layers.TCP{ACK: true, FIN: true, Seq: 501 + n(response), Ack: 102 + n(request)}, "")
	c.segment(true, layers.TCP{ACK: true, Seq: 102 + n(request), Ack: 502 + n(response)}, "")
	return c.file.Bytes(), c.err
}

// conversation writes the segments of one connection.
type conversation struct {
	file bytes.Buffer
	w    *pcapgo.Writer
	port layers.TCPPort
	now  time.Time
	err  error
}

// segment writes one segment, a millisecond after the last one.
func (c *conversation) segment(fromClient bool, tcp layers.TCP, payload string) {
	client, server := net.IP{172, 16, 0, 10}, net.IP{172, 16, 0, 19}
	ip := layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: client, DstIP: server}
	tcp.SrcPort, tcp.DstPort, tcp.Window = 51234, c.port, 64000
	if !fromClient {
		ip.SrcIP, ip.DstIP, tcp.SrcPort, tcp.DstPort = server, client, c.port, 51234
	}
	ethernet := layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4}
	if err := tcp.SetNetworkLayerForChecksum(&ip); err != nil {
		c.err = err
		return
	}
	b := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(b, options, &ethernet, &ip, &tcp, gopacket.Payload(payload)); err != nil {
		c.err = err
		return
	}
	c.now = c.now.Add(time.Millisecond)
	info := gopacket.CaptureInfo{Timestamp: c.now, CaptureLength: len(b.Bytes()), Length: len(b.Bytes())}
	if err := c.w.WritePacket(info, b.Bytes()); err != nil {
		c.err = err
	}
}
