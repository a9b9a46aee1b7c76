package mysql

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// framed is a compressed packet whose content is as it is.
func framed(seq byte, b []byte) []byte {
	n := len(b)
	return join([]byte{byte(n), byte(n >> 8), byte(n >> 16), seq, 0, 0, 0}, b)
}

// deflated is a compressed packet with zlib.
func deflated(seq byte, b []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(b)
	w.Close()
	return announce(seq, z.Bytes(), len(b))
}

// announce puts a header before compressed content.
func announce(seq byte, content []byte, size int) []byte {
	n := len(content)
	return join([]byte{byte(n), byte(n >> 8), byte(n >> 16), seq, byte(size), byte(size >> 8), byte(size >> 16)}, content)
}

func zstandard(seq byte, b []byte) []byte {
	w, _ := zstd.NewWriter(nil)
	return announce(seq, w.EncodeAll(b, nil), len(b))
}

// compressedTalk is a compressed session, with a payload that lies in two
// compressed packets and two payloads in one.
func compressedTalk() *talk {
	long := query("INSERT INTO t VALUES ('" + strings.Repeat("abc", 100) + "')")
	return session(plainCaps | clientCompress).
		c(framed(0, query("SELECT 1"))).s(deflated(1, rows(false, 2, []string{"a"}, []string{strings.Repeat("x", 100)}))).
		c(deflated(0, long[:150])).c(framed(1, long[150:])).s(framed(1, join(okPkt(1, 1, 0, 2)))).
		c(zstandard(0, query("UPDATE t SET a = "+strings.Repeat("1", 90)))).s(framed(1, errPkt(1, 1064, "42000", "no"))).
		c(framed(0, pkt(0, []byte{comQuit})))
}

func TestTheCompressedProtocolIsReadThrough(t *testing.T) {
	r := compressedTalk().run(t)
	expectTexts(t, r, "COM_QUERY SELECT 1 rows", "COM_QUERY INSERT INTO t VALUES ('"+strings.Repeat("abc", 100)+"') ok",
		"COM_QUERY UPDATE t SET a = "+strings.Repeat("1", 90)+" error", "COM_QUIT - none")
	for _, c := range r.commands {
		expectMarks(t, c)
	}
	if !r.logins[0].Compressed {
		t.Error("the login does not say that the connection is compressed")
	}
	if c := r.command(t, 1); c.Request.FirstFrame != 6 || c.Request.LastFrame != 7 {
		t.Errorf("request %+v", c.Request)
	}
}

func TestACompressedConnectionIsJoinedMidstream(t *testing.T) {
	whole := compressedTalk()
	for begin := 3; begin < 8; begin++ {
		talk := &talk{events: whole.events[begin:], midstream: true}
		r := talk.run(t)
		if c := r.command(t, len(r.commands)-2); c.Result.Kind != record.ResultError || c.Result.Error.Code != 1064 {
			t.Errorf("from event %d on: %s", begin, r.lines(t))
		}
	}
}

func TestCompressedPacketsThatLieAreBounded(t *testing.T) {
	ok := framed(1, okPkt(1, 0, 0, 2))
	bomb := query("SELECT '" + strings.Repeat(" ", maxPayload-100))
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(bomb)
	w.Close()
	for name, request := range map[string][]byte{
		"short":    announce(0, deflated(0, query("SELECT 1"+strings.Repeat(" ", 5000)))[7:], 13),
		"long":     announce(0, deflated(0, query("SELECT 1"))[7:], maxPayload),
		"no zlib":  announce(0, []byte("this is no zlib at all"), 100),
		"bomb":     announce(0, z.Bytes(), len(bomb)),
		"zip bomb": announce(0, z.Bytes(), 50),
	} {
		talk := session(plainCaps | clientCompress).c(request).s(ok).c(framed(0, query("DO 2"))).s(framed(1, okPkt(1, 7, 0, 2)))
		r := talk.play(t, func(left int) int { return min(left, 1400) })
		last := r.command(t, len(r.commands)-1)
		if *last.Text != "DO 2" || last.Result.Affected != 7 {
			t.Errorf("%s: %s", name, r.lines(t)[:500])
		}
	}
}

func TestAHoleInACompressedPacketKeepsTheFraming(t *testing.T) {
	long := query("INSERT INTO t VALUES ('" + strings.Repeat("abcdefghij", 30) + "')")
	packet := deflated(0, long)
	r := session(plainCaps | clientCompress).c(packet[:30]).lostC(int64(len(packet) - 40)).c(packet[len(packet)-10:]).
		s(framed(1, okPkt(1, 1, 0, 2))).c(framed(0, query("DO 1"))).s(framed(1, okPkt(1, 2, 0, 2))).run(t)
	if c := r.command(t, 0); !c.Marks.Has(record.MarkGap) || c.Result.Affected != 1 {
		t.Errorf("%v %+v", c.Marks, c.Result)
	}
	if c := r.command(t, 1); *c.Text != "DO 1" || c.Result.Affected != 2 {
		t.Errorf("%v %+v", c.Marks, c.Result)
	}
}

// As Node's driver sent them: of the first command, which gets no answer, the
// header is not in the capture.
func TestACommandBehindOneWithoutAnswerIsReadOfACompressedConnection(t *testing.T) {
	drop := []byte("\x0f\x00\x00\x00\x03DROP TABLE nmz")
	for name, next := range map[string][]byte{"stored": framed(0, drop), "deflated": deflated(0, drop)} {
		talk := &talk{midstream: true}
		r := talk.c([]byte("\x05\x00\x00\x00\x19\x0b\x00\x00\x00")).
			c([]byte("\x09\x00\x00\x00\x00\x00\x00")).c([]byte("\x05\x00\x00\x00\x19\x0b\x00\x00\x00")).
			c(next[:7]).c(next[7:]).s(framed(1, okPkt(0, 0, 0, 2))).
			c(framed(0, pkt(0, []byte{comQuit}))).run(t)
		expectTexts(t, r, "COM_STMT_CLOSE - none", "COM_STMT_CLOSE - none", "COM_QUERY DROP TABLE nmz ok", "COM_QUIT - none")
		if told := r.told[stream.FromClient][stream.Undecodable]; told != 0 {
			t.Errorf("%s: %d bytes are undecodable", name, told)
		}
		talk.events = append(talk.events[:1:1], talk.events[3:]...)
		expectTexts(t, talk.run(t), "COM_STMT_CLOSE - none", "COM_QUERY DROP TABLE nmz ok", "COM_QUIT - none")
	}
}

// Node's driver sends a compressed packet's header and its content apart.
func TestACompressedConnectionIsJoinedBehindAHeader(t *testing.T) {
	split := func(t *talk, b []byte) *talk {
		packet := framed(0, b)
		return t.c(packet[:7]).c(packet[7:])
	}
	for name, answer := range map[string][]byte{
		"stored":   framed(1, okPkt(1, 5, 0, 2)),
		"deflated": deflated(1, rows(false, 2, []string{"a"}, []string{strings.Repeat("x", 100)})),
		"an error": framed(1, errPkt(1, 1064, "42000", "no")),
	} {
		whole := new(talk)
		whole.midstream = true
		split(whole, query("DO 1")).s(answer)
		split(split(whole, query("DO 2")).s(framed(1, okPkt(1, 2, 0, 2))), query("DO 3")).s(framed(1, okPkt(1, 3, 0, 2)))
		want := whole.run(t).command(t, 0)
		whole.events = whole.events[1:]
		r := whole.run(t)
		if got := r.command(t, 0); len(r.commands) != 3 || *got.Text != "DO 1" || resultJSON(got.Result) != resultJSON(want.Result) {
			t.Errorf("%s: %s\nwant %s", name, r.lines(t), resultJSON(want.Result))
		}
		for i, c := range r.commands[1:] {
			if n := int64(c.Result.Affected); n != int64(i)+2 || len(c.Marks) > 0 || c.Request.FirstFrame+1 != c.Request.LastFrame {
				t.Errorf("%s: %s", name, r.lines(t))
			}
		}
	}
}
