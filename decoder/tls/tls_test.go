package tls

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	gotls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// said is what one end wrote at once.
type said struct {
	dir stream.Dir
	b   []byte
}

// tap is an end of a pipe that writes down what it sends.
type tap struct {
	net.Conn
	dir  stream.Dir
	mu   *sync.Mutex
	heap *[]said
}

func (c tap) Write(b []byte) (int, error) {
	c.mu.Lock()
	*c.heap = append(*c.heap, said{c.dir, append([]byte(nil), b...)})
	c.mu.Unlock()
	return c.Conn.Write(b)
}

// handshakeOf has Go's own TLS shake hands at a version and gives the bytes.
func handshakeOf(t testing.TB, version uint16) (talk []said) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "overcloud.example", Organization: []string{"x"}},
		DNSNames: []string{"overcloud.example", "*.internal"}, IPAddresses: []net.IP{net.IPv4(172, 16, 0, 20)},
		NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Pipe()
	var mu sync.Mutex
	server := gotls.Server(tap{b, stream.FromServer, &mu, &talk}, &gotls.Config{
		Certificates: []gotls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"http/1.1"},
		MinVersion: version, MaxVersion: version,
	})
	done := make(chan error, 1)
	go func() {
		err := server.Handshake()
		if err == nil {
			_, err = server.Write([]byte("hello"))
		}
		done <- err
	}()
	client := gotls.Client(tap{a, stream.FromClient, &mu, &talk}, &gotls.Config{
		InsecureSkipVerify: true, ServerName: "glance.example", NextProtos: []string{"http/1.1"},
		CipherSuites: []uint16{gotls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
	})
	if _, err := client.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return talk
}

// hear plays bytes to a handler, n a call, and gives its records.
func hear(t testing.TB, talk []said, n int) (recs []*record.TLS) {
	var hits bounds.Hits
	h := New(&stream.Info{Handshake: true}, record.Common{Stream: 3}, Options{Bounds: bounds.Default(), Hits: &hits}, func(r *record.TLS) { recs = append(recs, r) })
	var skip [2]bool
	var of, all int64
	for i, s := range talk {
		b := s.b
		at := stream.At{Frame: i + 1, Time: record.Time(i+1) * 1e6}
		for len(b) > 0 && !skip[s.dir] {
			k := len(b)
			if n > 0 {
				k = min(k, n)
			}
			a := h.Data(s.dir, b[:k], at)
			if a.As != stream.Encrypted {
				t.Errorf("bytes are told as %v", a.As)
			}
			of, all = of+a.Of, all+int64(k)
			skip[s.dir] = a.Skip > 0
			b = b[k:]
		}
	}
	if of != all {
		t.Errorf("%d of %d bytes are told as encrypted", of, all)
	}
	h.End(stream.FromClient, stream.Fin, stream.At{})
	h.End(stream.FromServer, stream.Fin, stream.At{})
	return recs
}

func TestAHandshakeTellsVersionCipherNameAndCertificate(t *testing.T) {
	for _, c := range []struct {
		version      uint16
		name, cipher string
		cert         bool
	}{{gotls.VersionTLS12, "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", true}, {gotls.VersionTLS13, "TLS 1.3", "", false}} {
		talk := handshakeOf(t, c.version)
		if !LooksLikeTLS(talk[0].b) || !LooksLikeTLS(talk[1].b) {
			t.Error("the hellos do not look like TLS")
		}
		recs := hear(t, talk, 0)
		if len(recs) != 1 {
			t.Fatalf("%d records", len(recs))
		}
		r := recs[0]
		if r.Version != c.name || c.cipher != "" && r.Cipher != c.cipher || r.Cipher == "" || r.SNI == nil || *r.SNI != "glance.example" || len(r.Marks) > 0 {
			t.Errorf("got %+v", r)
		}
		if r.Request.FirstFrame != 1 || r.Response.FirstFrame != 2 {
			t.Errorf("frames %+v %+v", r.Request, r.Response)
		}
		if c.cert && (r.Certificate == nil || r.Certificate.Subject != "CN=overcloud.example,O=x" || len(r.Certificate.Names) != 3 || r.ALPN == nil || *r.ALPN != "http/1.1") {
			t.Errorf("certificate %+v, ALPN %v", r.Certificate, r.ALPN)
		}
		if !c.cert && r.Certificate != nil {
			t.Error("TLS 1.3 does not show its certificate")
		}
		whole, _ := json.Marshal(recs)
		for _, n := range []int{1, 3, 100} {
			if split, _ := json.Marshal(hear(t, talk, n)); string(split) != string(whole) {
				t.Errorf("%d bytes a call: %s\nwant %s", n, split, whole)
			}
		}
	}
}

func TestADamagedOrRefusedHandshakeIsNamed(t *testing.T) {
	unhex := func(s string) []byte { b, _ := hex.DecodeString(s); return b }
	hello := unhex("16030100310100002d030372727272727272727272727272727272727272727272727272727272727272720000021301010000020000")
	recs := hear(t, []said{{stream.FromClient, hello}, {stream.FromServer, unhex("15030300020228")}}, 0)
	if len(recs) != 1 || !recs[0].Marks.Has("anomaly:alert_handshake_failure") || !recs[0].Marks.Has("anomaly:tls_handshake") || !recs[0].Marks.Has(record.MarkIncomplete) {
		t.Errorf("%+v", recs)
	}
	recs = hear(t, []said{{stream.FromClient, unhex("160301ffff01ffffff0303")}, {stream.FromServer, unhex("160303ffff02ffffff")}}, 0)
	if len(recs) != 1 || !recs[0].Marks.Has("anomaly:tls_record") {
		t.Errorf("%+v", recs)
	}
}

func TestWhatIsNoTLSDoesNotLookLikeIt(t *testing.T) {
	for _, s := range []string{"GET / HTTP/1.1\r\n", "HTTP/1.1 200 OK", "\x4a\x00\x00\x00\x0a5.5.5", "\x16\x03", "", "\x17\x03\x03\x00\x01x", "\x03\x00\x00\x01\x00\x00"} {
		if LooksLikeTLS([]byte(s)) {
			t.Errorf("%q looks like TLS", s)
		}
	}
}

func TestAHoleEndsTheReadingOfAHandshake(t *testing.T) {
	var hits bounds.Hits
	var recs []*record.TLS
	h := New(&stream.Info{}, record.Common{}, Options{Hits: &hits}, func(r *record.TLS) { recs = append(recs, r) })
	talk := handshakeOf(t, gotls.VersionTLS12)
	h.Data(stream.FromClient, talk[0].b, stream.At{Frame: 1})
	if a := h.Gap(stream.FromServer, 100, stream.Lost, stream.At{Frame: 2}); a.Skip != stream.SkipRest || a.SkipAs != stream.Encrypted {
		t.Errorf("answer %+v", a)
	}
	if len(recs) != 1 || !recs[0].Marks.Has(record.MarkGap) || *recs[0].SNI != "glance.example" {
		t.Errorf("%+v", recs)
	}
}

// FuzzTLS gives any bytes to both directions, whole and split.
func FuzzTLS(f *testing.F) {
	for _, version := range []uint16{gotls.VersionTLS12, gotls.VersionTLS13} {
		talk := handshakeOf(f, version)
		f.Add(talk[0].b, talk[1].b, uint8(7))
	}
	f.Fuzz(func(t *testing.T, client, server []byte, n uint8) {
		talk := []said{{stream.FromClient, client}, {stream.FromServer, server}}
		whole, _ := json.Marshal(hear(t, talk, 0))
		if split, _ := json.Marshal(hear(t, talk, int(n)+1)); string(split) != string(whole) {
			t.Errorf("%d bytes a call: %s\nwant %s", int(n)+1, split, whole)
		}
		LooksLikeTLS(client)
	})
}
