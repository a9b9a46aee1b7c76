package http1

import (
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

func BenchmarkAnExchangeOfAPI(b *testing.B) {
	request := []byte("GET /v2/images/4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088 HTTP/1.1\r\nHost: 172.16.0.19:9292\r\nUser-Agent: python-glanceclient\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\nX-Auth-Token: gAAAAABrBGgOGTXOBFUV-dkCBfRkb0mpzlUNdj5\r\n\r\n")
	response := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\nX-Openstack-Request-Id: req-c6a53877-7733-4bdb-a721-0dff076ce2ef\r\nDate: Mon, 23 Nov 2026 16:21:35 GMT\r\nConnection: keep-alive\r\n\r\n{\"images\": []}")
	var hits bounds.Hits
	n := 0
	h := New(&stream.Info{Handshake: true}, record.Common{}, Options{Bounds: bounds.Default(), Hits: &hits}, func(*record.HTTP) { n++ })
	b.ReportAllocs()
	b.SetBytes(int64(len(request) + len(response)))
	frame := 0
	for b.Loop() {
		frame += 2
		h.Data(stream.FromClient, request, stream.At{Frame: frame})
		h.Data(stream.FromServer, response, stream.At{Frame: frame + 1})
	}
	if n != frame/2 {
		b.Errorf("%d exchanges, want %d", n, frame/2)
	}
}

// BenchmarkSeekingInAnImage is what a connection costs that is joined in the
// middle of an upload, a packet a turn.
func BenchmarkSeekingInAnImage(b *testing.B) {
	packet := make([]byte, 1448)
	x := uint32(1)
	for i := range packet {
		x = x*1664525 + 1013904223
		packet[i] = byte(x >> 24)
	}
	var hits bounds.Hits
	h := New(&stream.Info{Midstream: [2]bool{true, true}}, record.Common{}, Options{Bounds: bounds.Default(), Hits: &hits}, func(*record.HTTP) {})
	b.ReportAllocs()
	b.SetBytes(int64(len(packet)))
	for b.Loop() {
		h.Data(stream.FromClient, packet, stream.At{Frame: 1})
	}
}
