package tls

import (
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// The content types of records (RFC 8446 §5.1).
const (
	changeCipherSpec = 20
	alert            = 21
	handshake        = 22
	applicationData  = 23
	heartbeat        = 24
)

const (
	recordHeader = 5
	// maxRecord is the longest protected record: 2¹⁴ bytes and 2,048 for
	// protection (RFC 5246 §6.2.3).
	maxRecord = 1<<14 + 2048
)

// LooksLikeTLS tells whether bytes are the beginning of a TLS record: a
// hello, or any record of a connection that is joined midstream. Six bytes
// are needed.
func LooksLikeTLS(b []byte) bool {
	if len(b) < 6 || b[1] != 3 || b[2] > 4 {
		return false
	}
	length := int(b[3])<<8 | int(b[4])
	switch b[0] {
	case handshake:
		if len(b) > 9 && (b[5] == clientHello || b[5] == serverHello) {
			return b[9] == 3 // however its lengths lie
		}
		return length > 0 && length <= maxRecord && (b[5] == clientHello || b[5] == serverHello)
	case changeCipherSpec:
		return length == 1 && b[5] == 1
	case alert:
		return length == 2 && (b[5] == 1 || b[5] == 2) || length > 2 && length < 64
	case applicationData:
		return length > 16 && length <= maxRecord
	}
	return false
}

// records takes bytes record by record until the handshake is over.
func (h *Handler) records(s *side, dir stream.Dir, b []byte, at stream.At) {
	h.seen(s, dir, at)
	for len(b) > 0 && s.state == inHandshake {
		want := recordHeader
		if len(s.pend) >= recordHeader {
			want += int(s.pend[3])<<8 | int(s.pend[4])
		}
		n := min(want-len(s.pend), len(b))
		s.pend = append(s.pend, b[:n]...)
		b = b[n:]
		s.pos += int64(n)
		if len(s.pend) < want {
			return
		}
		if want == recordHeader && !h.header(s, dir) {
			return
		}
		if want > recordHeader {
			kind, content := s.pend[0], s.pend[recordHeader:]
			h.content(s, dir, kind, content)
			s.pend = s.pend[:0]
		}
	}
}

// header judges the header of a record; false tells that there is none, or
// that what follows is encrypted.
func (h *Handler) header(s *side, dir stream.Dir) bool {
	kind, length := s.pend[0], int(s.pend[3])<<8|int(s.pend[4])
	switch {
	case kind < changeCipherSpec || kind > heartbeat || s.pend[1] != 3 || length > maxRecord:
		h.rec.Marks.Add(record.MarkAnomaly + "tls_record")
		h.close(s, dir)
		return false
	case kind == changeCipherSpec || kind == applicationData:
		// RFC 5246 §7.1: what follows is under the negotiated keys.
		h.close(s, dir)
		return false
	case length == 0:
		s.pend = s.pend[:0]
	}
	return true
}

// content takes the content of a record.
func (h *Handler) content(s *side, dir stream.Dir, kind byte, b []byte) {
	switch kind {
	case alert:
		if len(b) == 2 {
			h.rec.Marks.Add(record.MarkAnomaly + "alert_" + alertName(b[1]))
		}
		if len(b) != 2 || b[0] == 2 {
			h.close(s, dir)
		}
	case handshake:
		if len(s.messages)+len(b) > maxHandshake {
			h.o.Hits.Hit(hitHandshake)
			h.rec.Marks.Add(record.MarkLimit)
			h.close(s, dir)
			return
		}
		s.messages = append(s.messages, b...)
		h.handshakes(s, dir)
	}
}

// handshakes takes complete handshake messages (RFC 8446 §4).
func (h *Handler) handshakes(s *side, dir stream.Dir) {
	for s.state == inHandshake && len(s.messages) >= 4 {
		length := int(s.messages[1])<<16 | int(s.messages[2])<<8 | int(s.messages[3])
		if length > maxHandshake {
			h.rec.Marks.Add(record.MarkAnomaly + "tls_handshake")
			h.close(s, dir)
			return
		}
		if len(s.messages) < 4+length {
			return
		}
		kind, body := s.messages[0], s.messages[4:4+length]
		s.messages = s.messages[4+length:]
		h.message(s, dir, kind, body)
	}
}

// alertName gives the name of an alert (RFC 8446 §6).
func alertName(code byte) string {
	if name := alertNames[code]; name != "" {
		return name
	}
	return "unknown"
}

var alertNames = [256]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed", 22: "record_overflow",
	30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate",
	43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
	47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error",
	60: "export_restriction", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
	86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation", 109: "missing_extension",
	110: "unsupported_extension", 112: "unrecognized_name", 113: "bad_certificate_status_response",
	115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
}
