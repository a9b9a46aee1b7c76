package mysql

import (
	"encoding/binary"
	"encoding/json"
	"math/rand"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// event is what a handler is told: bytes of a direction in a frame, or a hole.
type event struct {
	dir   stream.Dir
	bytes []byte
	gap   int64
	why   stream.Why
	frame int
}

// talk is a conversation under construction; each call is a frame.
type talk struct {
	events    []event
	midstream bool
	options   Options
}

func (t *talk) add(e event) *talk {
	e.frame = len(t.events) + 1
	t.events = append(t.events, e)
	return t
}

// c is a segment of the client, s of the server.
func (t *talk) c(parts ...[]byte) *talk {
	return t.add(event{dir: stream.FromClient, bytes: join(parts...)})
}
func (t *talk) s(parts ...[]byte) *talk {
	return t.add(event{dir: stream.FromServer, bytes: join(parts...)})
}

// lostC and lostS are holes.
func (t *talk) lostC(n int64) *talk { return t.add(event{dir: stream.FromClient, gap: n}) }
func (t *talk) lostS(n int64) *talk { return t.add(event{dir: stream.FromServer, gap: n}) }

func join(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// result is what a handler made of a conversation.
type result struct {
	commands []*record.MySQL
	logins   []*record.Login
	// told counts, by direction, the bytes told as undecodable and encrypted.
	told  [2]map[stream.Class]int64
	given [2]int64
}

// play gives the events to a handler; cut tells how many bytes of what is
// left are given next.
func (t *talk) play(tb testing.TB, cut func(left int) int) *result {
	tb.Helper()
	r := &result{told: [2]map[stream.Class]int64{{}, {}}}
	info := &stream.Info{Client: "10.0.0.1:40000", Server: "10.0.0.2:3306", Handshake: !t.midstream}
	o := t.options
	if o.Bounds == (bounds.Bounds{}) {
		o.Bounds = bounds.Default()
	}
	h := New(info, record.Common{Client: info.Client, Server: info.Server, Service: "mysql"}, o, func(x record.Record) {
		switch x := x.(type) {
		case *record.MySQL:
			r.commands = append(r.commands, x)
		case *record.Login:
			r.logins = append(r.logins, x)
		}
	})
	skip := [2]bool{}
	note := func(dir stream.Dir, a stream.Answer) {
		if a.Of > 0 {
			r.told[dir][a.As] += a.Of
		}
		if r.told[dir][stream.Undecodable]+r.told[dir][stream.Encrypted] > r.given[dir] {
			tb.Fatalf("%d bytes were given, %v of them told", r.given[dir], r.told[dir])
		}
		skip[dir] = skip[dir] || a.Skip > 0
	}
	for _, e := range t.events {
		at := stream.At{Time: record.Time(e.frame) * 1000, Frame: e.frame}
		if e.gap > 0 && !skip[e.dir] {
			note(e.dir, h.Gap(e.dir, e.gap, e.why, at))
		}
		for b := e.bytes; len(b) > 0 && !skip[e.dir]; {
			n := cut(len(b))
			// The handler must keep nothing of what it is given.
			piece := append([]byte(nil), b[:n]...)
			r.given[e.dir] += int64(n)
			note(e.dir, h.Data(e.dir, piece, at))
			for i := range piece {
				piece[i] = 0xee
			}
			b = b[n:]
		}
	}
	h.End(stream.FromClient, stream.Fin, stream.At{})
	h.End(stream.FromServer, stream.Fin, stream.At{})
	for _, dir := range []stream.Dir{stream.FromClient, stream.FromServer} {
		for a := h.Settle(dir); a.Of > 0; a = h.Settle(dir) {
			note(dir, a)
		}
	}
	return r
}

// run plays the conversation in whole segments, and checks that any other
// cutting gives the same.
func (t *talk) run(tb testing.TB) *result {
	tb.Helper()
	whole := t.play(tb, func(left int) int { return left })
	want := whole.lines(tb)
	if got := t.play(tb, func(int) int { return 1 }).lines(tb); got != want {
		tb.Errorf("byte by byte:\n%s\nin whole segments:\n%s", got, want)
	}
	random := rand.New(rand.NewSource(1))
	for range 5 {
		if got := t.play(tb, func(left int) int { return 1 + random.Intn(left) }).lines(tb); got != want {
			tb.Errorf("cut at random:\n%s\nin whole segments:\n%s", got, want)
		}
	}
	return whole
}

// lines gives the records as JSON.
func (r *result) lines(tb testing.TB) string {
	tb.Helper()
	var b strings.Builder
	for _, x := range r.logins {
		line, err := json.Marshal(x)
		if err != nil {
			tb.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	for _, x := range r.commands {
		line, err := json.Marshal(x)
		if err != nil {
			tb.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	return b.String()
}

// packets

func pkt(seq byte, payload ...[]byte) []byte {
	b := join(payload...)
	var out []byte
	for {
		n := min(len(b), maxPayload)
		out = append(out, byte(n), byte(n>>8), byte(n>>16), seq)
		out = append(out, b[:n]...)
		b, seq = b[n:], seq+1
		if n < maxPayload {
			return out
		}
	}
}

func lenenc(n uint64) []byte {
	switch {
	case n < 251:
		return []byte{byte(n)}
	case n < 1<<16:
		return []byte{0xfc, byte(n), byte(n >> 8)}
	case n < 1<<24:
		return []byte{0xfd, byte(n), byte(n >> 8), byte(n >> 16)}
	}
	return binary.LittleEndian.AppendUint64([]byte{0xfe}, n)
}

func lstr(s string) []byte { return append(lenenc(uint64(len(s))), s...) }
func u16(n int) []byte     { return binary.LittleEndian.AppendUint16(nil, uint16(n)) }
func u32(n uint32) []byte  { return binary.LittleEndian.AppendUint32(nil, n) }
func u64(n uint64) []byte  { return binary.LittleEndian.AppendUint64(nil, n) }

const (
	plainCaps = clientProtocol41 | clientSecureConn | clientPluginAuth | clientConnectWithDB | clientMySQL
	eofCaps   = plainCaps | clientDeprecateEOF
)

func hello(caps capability) []byte {
	return pkt(0, []byte{10}, []byte("8.4.1\x00"), u32(77), []byte("abcdefgh\x00"), u16(int(caps)), []byte{33}, u16(2),
		u16(int(caps>>16)), []byte{21}, make([]byte, 10), []byte("ijklmnopqrst\x00"), []byte("mysql_native_password\x00"))
}

func loginPkt(caps capability, user, db string) []byte {
	return pkt(1, u32(uint32(caps)), u32(1<<24), []byte{33}, make([]byte, 23), []byte(user+"\x00"),
		[]byte{3, 0x11, 0x22, 0x33}, []byte(db+"\x00"), []byte("mysql_native_password\x00"))
}

func okPkt(seq byte, affected, insert uint64, status int) []byte {
	return pkt(seq, []byte{0}, lenenc(affected), lenenc(insert), u16(status), u16(0))
}

func okEnd(seq byte, status int) []byte {
	return pkt(seq, []byte{0xfe, 0, 0}, u16(status), u16(0))
}

func eofPkt(seq byte, status int) []byte { return pkt(seq, []byte{0xfe}, u16(0), u16(status)) }

func errPkt(seq byte, code int, state, message string) []byte {
	return pkt(seq, []byte{0xff}, u16(code), []byte("#"+state+message))
}

func query(text string) []byte { return pkt(0, []byte{comQuery}, []byte(text)) }

func column(seq byte, name string, kind fieldType) []byte {
	return pkt(seq, lstr("def"), lstr("d"), lstr("t"), lstr("t"), lstr(name), lstr(name), []byte{12}, u16(33), u32(100),
		[]byte{byte(kind)}, u16(0), []byte{0, 0, 0})
}

// rows is a text result set with EOF packets, or without.
func rows(deprecate bool, status int, names []string, values ...[]string) []byte {
	out := pkt(1, lenenc(uint64(len(names))))
	seq := byte(2)
	for _, n := range names {
		out = append(out, column(seq, n, 253)...)
		seq++
	}
	if !deprecate {
		out = append(out, eofPkt(seq, status)...)
		seq++
	}
	for _, row := range values {
		var b []byte
		for _, v := range row {
			b = append(b, lstr(v)...)
		}
		out = append(out, pkt(seq, b)...)
		seq++
	}
	if deprecate {
		return append(out, okEnd(seq, status)...)
	}
	return append(out, eofPkt(seq, status)...)
}

// session begins a conversation with greeting, login and OK.
func session(caps capability) *talk {
	return new(talk).s(hello(caps)).c(loginPkt(caps, "glance", "images")).s(okPkt(2, 0, 0, 2))
}

// expectation helpers

func (r *result) command(tb testing.TB, n int) *record.MySQL {
	tb.Helper()
	if n >= len(r.commands) {
		tb.Fatalf("there are %d commands, none with index %d:\n%s", len(r.commands), n, r.lines(tb))
	}
	return r.commands[n]
}

// texts lists commands as "COM_QUERY text kind".
func (r *result) texts() []string {
	var list []string
	for _, c := range r.commands {
		text := "-"
		if c.Text != nil {
			text = *c.Text
		}
		list = append(list, c.Command+" "+text+" "+string(c.Result.Kind))
	}
	return list
}

func expectTexts(tb testing.TB, r *result, want ...string) {
	tb.Helper()
	got := r.texts()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		tb.Errorf("commands:\n  %s\nexpected:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func expectMarks(tb testing.TB, c *record.MySQL, want ...string) {
	tb.Helper()
	if strings.Join(c.Marks, " ") != strings.Join(want, " ") {
		tb.Errorf("marks of %s: %v, expected %v", c.Command, c.Marks, want)
	}
}
