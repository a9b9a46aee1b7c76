package mysql

import (
	"crypto/sha256"
	"encoding/hex"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// login is an authentication that is not decided yet.
type login struct {
	record.Login
	request, response record.Span
	result            record.Result
	sent              record.Time
	asked             bool // the client sent a login
	// seq is the sequence id of the client's last packet.
	seq byte
}

// beginLogin gives the login at hand.
func (h *Handler) beginLogin() *login {
	if h.login == nil {
		l := &login{}
		l.Common = h.common
		l.Type, l.ConnectionID = record.TypeLogin, record.NoCount
		l.Attributes = map[string]string{}
		l.result = record.NewResult(record.ResultMissing)
		l.Login.Result = &l.result
		h.login = l
	}
	return h.login
}

// readGreeting takes the server's first packet: a greeting of protocol 10
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html),
// of protocol 9, or an error.
func (h *Handler) readGreeting(p *packet) {
	l := h.beginLogin()
	addDamage(&l.Marks, p.damage)
	h.next = without(h.next, record.MarkMidstream)
	l.response = record.Begin(p.from)
	l.response.Extend(p.to)
	c := cursor{b: p.data}
	switch version := c.uint8(); {
	case version == headERR && p.length > 0:
		h.endLogin(p)
		h.phase = phaseStart
	case version == 9:
		l.ServerVersion = name(c.upToNUL())
		l.Marks.Add(record.MarkAnomaly + "protocol_9")
		h.finishLogin()
		h.opaque(stream.Undecodable)
	default:
		if version != 10 {
			l.Marks.Add(record.MarkAnomaly + "greeting")
		}
		h.readGreeting10(l, p, &c)
		if c.short && !p.damage.lossy() {
			l.Marks.Add(record.MarkAnomaly + "greeting")
		}
		h.phase = phaseLogin
	}
}

// readGreeting10 reads a greeting of protocol 10. Flags that it does not tell
// count as offered: the client's then decide.
func (h *Handler) readGreeting10(l *login, p *packet, c *cursor) {
	l.ServerVersion = name(c.upToNUL())
	if c.short {
		l.ServerVersion = ""
	}
	if id := c.uint32(); !c.short {
		l.ConnectionID = record.Count(id)
	}
	h.tellAuthIn(p, len(p.data)-len(c.b), min(8, len(c.b)))
	scramble := append([]byte(nil), c.take(8)...)
	c.take(1)
	caps := capability(c.uint16())
	h.serverCaps, h.maria = allCapabilities, mariaAll
	if c.short {
		return
	}
	if len(c.b) > 0 { // servers before 4.1 end here
		c.take(1 + 2) // character set, status
		caps |= capability(c.uint16()) << 16
		length := int(c.uint8())
		c.take(6)
		h.maria = mariaCapability(c.uint32())
		if caps&clientMySQL != 0 {
			h.maria = 0
		}
		at, rest := len(p.data)-len(c.b), c.b[:min(max(13, length-8), len(c.b))]
		h.tellAuthIn(p, at, len(trimNUL(rest)))
		scramble = append(scramble, trimNUL(c.take(min(max(13, length-8), len(c.b))))...)
		if caps&clientPluginAuth != 0 && !c.short {
			l.Plugin = name(trimNUL(c.rest()))
		}
	}
	if !c.short {
		h.serverCaps = caps
		sum := sha256.Sum256(scramble)
		l.Scramble = hex.EncodeToString(sum[:])
	}
}

// trimNUL takes the NUL off that ends a string, and what lies behind it.
func trimNUL(b []byte) []byte {
	for i, x := range b {
		if x == 0 {
			return b[:i]
		}
	}
	return b
}

// without gives a list without a mark.
func without(m record.Marks, mark string) record.Marks {
	var kept record.Marks
	for _, x := range m {
		if x != mark {
			kept = append(kept, x)
		}
	}
	return kept
}

// readLogin takes the client's answer to the greeting: SSLRequest or
// HandshakeResponse41
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html).
func (h *Handler) readLogin(p *packet) {
	known := h.login != nil
	l := h.beginLogin()
	if !known {
		h.serverCaps, h.maria = allCapabilities, mariaAll
		h.next = without(h.next, record.MarkMidstream)
		if !h.info.Handshake {
			l.Marks.Add(record.MarkMidstream)
		}
		l.Marks.Add(record.MarkIncomplete) // what the server greeted with
	}
	addDamage(&l.Marks, p.damage)
	l.asked, l.seq, l.sent = true, p.last, p.to.Time
	l.request = record.Begin(p.from)
	l.request.Extend(p.to)
	l.Request = &l.request
	l.Response, l.response = nil, record.Span{}
	h.phase = phaseAuth

	c := cursor{b: p.data}
	low := capability(c.uint16())
	if low&clientProtocol41 == 0 && !c.short {
		h.readOldLogin(l, &c)
		return
	}
	caps := low | capability(c.uint16())<<16
	c.take(4 + 1) // largest packet, character set
	c.take(19)
	maria := mariaCapability(c.uint32())
	if c.short {
		l.Marks.Add(record.MarkAnomaly + "login")
		return
	}
	if caps&clientSSL != 0 && len(c.b) == 0 {
		l.TLS = true
		l.Login.Result = nil
		h.finishLogin()
		h.opaque(stream.Encrypted)
		h.tellClosed(p)
		return
	}
	h.agree(caps, maria)
	h.readUser(l, p, &c, caps)
	if c.short && p.whole() {
		l.Marks.Add(record.MarkAnomaly + "login")
	}
	l.Compressed = h.mayCompress()
	// Where the verdict is lost, only a look tells whether commands come
	// compressed already.
	h.client.lost = h.client.lost || l.Compressed
}

// mayCompress tells that both sides agreed to compress once the client is
// authenticated.
func (h *Handler) mayCompress() bool { return h.caps&(clientCompress|clientZstd) != 0 }

// agree settles the flags of a connection: those that both sides set.
func (h *Handler) agree(caps capability, maria mariaCapability) {
	h.caps = caps & h.serverCaps
	h.capsKnown = true
	if h.serverCaps&clientMySQL != 0 && h.serverCaps != allCapabilities || caps&clientMySQL != 0 {
		h.maria = 0
	} else {
		h.maria &= maria
	}
	switch has, sure := h.agreed(clientDeprecateEOF); {
	case !sure:
		h.eof = eofUnknown
	case has:
		h.eof = eofDeprecated
	default:
		h.eof = eofClassic
	}
}

// agreed tells whether both sides set a flag. It is not sure where the login is
// not in the capture, or where the client offers what a greeting that is not
// in the capture may have left out.
func (h *Handler) agreed(flag capability) (has, sure bool) {
	has = h.caps&flag != 0
	return has, h.capsKnown && !(has && h.serverCaps == allCapabilities)
}

// readUser reads what stands behind the fixed part of a login.
func (h *Handler) readUser(l *login, p *packet, c *cursor, caps capability) {
	l.User = name(c.upToNUL())
	var auth []byte
	switch {
	case caps&clientAuthLenenc != 0:
		auth = c.bytes()
	case caps&clientSecureConn != 0:
		auth = c.take(int(c.uint8()))
	default:
		auth = c.upToNUL()
		auth = auth[:len(auth):len(auth)]
	}
	end := len(p.data) - len(c.b)
	if caps&(clientAuthLenenc|clientSecureConn) == 0 {
		end-- // the NUL behind it
	}
	h.tellAuthOf(&h.client, p, end-len(auth), auth)
	if caps&clientConnectWithDB != 0 && len(c.b) > 0 {
		l.Login.Database = name(c.upToNUL())
	}
	if caps&clientPluginAuth != 0 && len(c.b) > 0 {
		l.Plugin = name(c.upToNUL())
	}
	if caps&clientConnectAttrs != 0 && len(c.b) > 0 {
		h.tellAttributes(p, *c)
		readAttributes(l.Attributes, c)
	}
	h.database = l.Login.Database
}

// readAttributes reads connection attributes: names and values in turn.
func readAttributes(into map[string]string, c *cursor) {
	const most = 1000
	list := cursor{b: c.bytes()}
	for len(list.b) > 0 && len(into) < most {
		key, value := list.bytes(), list.bytes()
		if list.short {
			c.short = true
			return
		}
		into[name(key)] = name(value)
	}
}

// readOldLogin names a login as before MySQL 4.1; its protocol is not read on
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html,
// HandshakeResponse320).
func (h *Handler) readOldLogin(l *login, c *cursor) {
	c.take(3) // largest packet
	l.User = name(trimNUL(c.rest()))
	l.Plugin = "mysql_old_password"
	l.Marks.Add(record.MarkAnomaly + "protocol_before_4.1")
	h.finishLogin()
	h.opaque(stream.Undecodable)
}

// fromServerAuth takes what the server says between login and verdict
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html).
func (h *Handler) fromServerAuth(p *packet) {
	l := h.login
	if l.Response == nil {
		l.Response, l.response = &l.response, record.Begin(p.from)
	}
	l.response.Extend(p.to)
	addDamage(&l.Marks, p.damage)
	if len(p.data) == 0 {
		return
	}
	h.tellAuthStep(p)
	switch p.data[0] {
	case headOK, headERR:
		h.endLogin(p)
	case headEOF:
		if plugin := switchedTo(p.data); plugin != "" {
			l.Plugin = plugin
		}
	}
}

// switchedTo gives the method that an AuthSwitchRequest asks for; of one byte
// alone it means the passwords of before 4.1.
func switchedTo(b []byte) string {
	if len(b) == 1 {
		return "mysql_old_password"
	}
	return name(trimNUL(b[1:]))
}

// endLogin takes the verdict on a login.
func (h *Handler) endLogin(p *packet) {
	l := h.login
	if l.Response == nil {
		l.Response, l.response = &l.response, record.Begin(p.from)
	}
	l.response.Extend(p.to)
	failed := p.data[0] == headERR
	switch {
	case failed && (h.client.over || l.asked && saysClientIsGone(p.data)):
		// The client had given up; nobody read this.
	case failed:
		l.result.Kind = record.ResultError
		l.result.Error = readERR(p.data)
	default:
		l.result.Kind = record.ResultOK
		h.readOK(p, &l.result)
	}
	h.finishLogin()
	h.phase, h.doubt.sure, h.intact = phaseCommand, true, h.info.Handshake && !h.client.holed && !h.server.holed
	if !h.client.holed {
		h.client.lost = false
	}
	if !failed && h.mayCompress() {
		h.compress()
	}
}

// saysClientIsGone tells that an ERR packet is no verdict: the server could not
// read what the client should have sent (ER_NET_READ_ERROR and
// ER_NET_READ_INTERRUPTED,
// https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html).
func saysClientIsGone(b []byte) bool {
	code := readERR(b).Code
	return code == 1158 || code == 1159
}

// finishLogin emits the login at hand, if there is one.
func (h *Handler) finishLogin() {
	l := h.login
	if l == nil {
		return
	}
	h.login = nil
	l.Seconds, l.Wait = record.NoDuration, record.NoDuration
	switch {
	case l.Request == nil:
		l.Response = &l.response // the greeting is all there was
	case l.Response != nil:
		l.Seconds = l.response.End.Sub(l.request.Time)
		l.Wait = l.response.Time.Sub(l.sent)
	}
	if l.Login.Result != nil && l.result.Kind == record.ResultMissing {
		l.Marks.Add(record.MarkIncomplete)
	}
	h.emit(&l.Login)
}
