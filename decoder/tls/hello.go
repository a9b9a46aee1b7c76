package tls

import (
	"crypto/x509"
	"fmt"
	"sort"
	"strings"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// The types of handshake messages (RFC 8446 §4, RFC 5246 §7.4).
const (
	clientHello     = 1
	serverHello     = 2
	certificate     = 11
	serverHelloDone = 14
)

// The extensions that are read (RFC 6066 §3, RFC 7301, RFC 8446 §4.2.1).
const (
	extServerName        = 0
	extALPN              = 16
	extSupportedVersions = 43
)

// message takes one handshake message.
func (h *Handler) message(s *side, dir stream.Dir, kind byte, b []byte) {
	ok := true
	switch {
	case kind == clientHello && dir == stream.FromClient:
		ok = h.clientHello(b)
	case kind == serverHello && dir == stream.FromServer:
		ok = h.serverHello(b)
		if ok && h.rec.Version == "TLS 1.3" && h.rec.Cipher != "" {
			h.close(s, dir) // certificate and ALPN are encrypted
		}
	case kind == certificate && dir == stream.FromServer:
		ok = h.certificate(b)
	case kind == serverHelloDone && dir == stream.FromServer:
		h.close(s, dir)
	}
	if !ok {
		h.rec.Marks.Add(record.MarkAnomaly + "tls_handshake")
	}
}

// clientHello reads the server name (RFC 8446 §4.1.2).
func (h *Handler) clientHello(b []byte) bool {
	r := reader(b)
	r.skip(2 + 32)
	r.vector(1)
	r.vector(2)
	r.vector(1)
	if r == nil {
		return false
	}
	if len(r) == 0 {
		return true // no extensions: TLS 1.0 and before
	}
	exts := r.vector(2)
	for len(exts) > 0 {
		kind, body := exts.number(2), exts.vector(2)
		if exts == nil {
			return false
		}
		if kind == extServerName {
			if name, ok := serverName(body); ok {
				h.rec.SNI = &name
			}
		}
	}
	return exts != nil
}

// serverName reads the first host name of the list (RFC 6066 §3).
func serverName(b reader) (string, bool) {
	list := b.vector(2)
	for len(list) > 0 {
		kind, name := list.number(1), list.vector(2)
		if list != nil && kind == 0 {
			return strings.ToValidUTF8(string(name), "\uFFFD"), true
		}
	}
	return "", false
}

// retryRandom marks a HelloRetryRequest: a second ServerHello follows
// (RFC 8446 §4.1.3, the SHA-256 of "HelloRetryRequest").
const retryRandom = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

// serverHello reads version, cipher suite and ALPN (RFC 8446 §4.1.3).
func (h *Handler) serverHello(b []byte) bool {
	r := reader(b)
	version := r.number(2)
	random := string(r.take(32))
	r.vector(1)
	cipher := r.number(2)
	r.skip(1)
	if r == nil {
		return false
	}
	if random == retryRandom {
		return true
	}
	h.rec.Cipher = cipherName(uint16(cipher))
	exts := reader{}
	if len(r) > 0 {
		exts = r.vector(2)
	}
	for len(exts) > 0 {
		kind, body := exts.number(2), exts.vector(2)
		switch {
		case exts == nil:
		case kind == extSupportedVersions && len(body) == 2:
			version = body.number(2)
		case kind == extALPN:
			list := body.vector(2)
			if name := list.vector(1); len(name) > 0 {
				alpn := strings.ToValidUTF8(string(name), "\uFFFD")
				h.rec.ALPN = &alpn
			}
		}
	}
	h.rec.Version = versionName(uint16(version))
	return exts != nil
}

// certificate reads the server's own certificate, the first of the chain
// (RFC 5246 §7.4.2).
func (h *Handler) certificate(b []byte) bool {
	r := reader(b)
	chain := r.vector(3)
	der := chain.vector(3)
	if der == nil {
		return false
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return false
	}
	names := append([]string{}, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	h.rec.Certificate = &record.Certificate{Subject: c.Subject.String(), Names: names}
	return true
}

// versionName gives a protocol version as people write it.
func versionName(v uint16) string {
	switch v {
	case 0x0300:
		return "SSL 3.0"
	case 0x0301:
		return "TLS 1.0"
	case 0x0302:
		return "TLS 1.1"
	case 0x0303:
		return "TLS 1.2"
	case 0x0304:
		return "TLS 1.3"
	}
	return fmt.Sprintf("0x%04X", v)
}

// cipherName gives IANA's name of a cipher suite, or its number.
func cipherName(id uint16) string {
	i := sort.Search(len(suites), func(i int) bool { return suites[i].id >= id })
	if i < len(suites) && suites[i].id == id {
		return suites[i].name
	}
	return fmt.Sprintf("0x%04X", id)
}

// reader takes fields off the front of a message. It becomes nil, and stays
// so, once a field reaches beyond the end.
type reader []byte

// take gives the next n bytes.
func (r *reader) take(n int) []byte {
	if *r == nil || n > len(*r) {
		*r = nil
		return nil
	}
	b := (*r)[:n]
	*r = (*r)[n:]
	return b
}

func (r *reader) skip(n int) { r.take(n) }

// number reads a number of n bytes, 0 beyond the end.
func (r *reader) number(n int) (v int) {
	for _, c := range r.take(n) {
		v = v<<8 | int(c)
	}
	return v
}

// vector reads a vector whose length stands before it in n bytes
// (RFC 8446 §3.4).
func (r *reader) vector(n int) reader {
	length := r.number(n)
	return reader(r.take(length))
}
