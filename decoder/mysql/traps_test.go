package mysql

import (
	"strings"
	"testing"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

func TestAPacketSplitOverTwoCompressedPacketsIsOne(t *testing.T) {
	long := query("INSERT INTO t VALUES ('" + strings.Repeat("abc", 40) + "')")
	for name, halves := range map[string][2][]byte{
		"as it is":                {framed(0, long[:50]), framed(1, long[50:])},
		"inflated":                {deflated(0, long[:50]), zstandard(1, long[50:])},
		"in the packet's header":  {framed(0, long[:2]), deflated(1, long[2:])},
		"behind the header alone": {deflated(0, long[:4]), framed(1, long[4:])},
	} {
		r := session(plainCaps | clientCompress).c(halves[0]).c(halves[1]).s(framed(2, okPkt(1, 3, 0, 2))).run(t)
		if c := r.command(t, 0); len(r.commands) != 1 || *c.Text != string(long[5:]) || c.Result.Affected != 3 || len(c.Marks) > 0 {
			t.Errorf("%s: %s", name, r.lines(t))
		}
	}
}

func TestZstandardIsReadWhereItIsJoinedMidstream(t *testing.T) {
	set := rows(true, 2, []string{"a"}, []string{strings.Repeat("x", 200)})
	talk := &talk{midstream: true}
	r := talk.s(zstandard(3, set)[20:]).c(zstandard(0, query("SELECT "+strings.Repeat("1", 60)))).s(zstandard(1, set)).
		c(framed(0, query("DO 2"))).s(framed(1, okPkt(1, 9, 0, 2))).run(t)
	expectTexts(t, r, "COM_QUERY SELECT "+strings.Repeat("1", 60)+" rows", "COM_QUERY DO 2 ok")
	if c := r.command(t, 1); c.Result.Affected != 9 || len(c.Marks) > 0 {
		t.Errorf("%s", r.lines(t))
	}
}

func TestCommandsAreCompressedAlsoWhereTheOKThatBeginsItIsLost(t *testing.T) {
	caps := capability(plainCaps | clientCompress)
	r := new(talk).s(hello(caps)).c(loginPkt(caps, "u", "d")).s(pkt(2, []byte{0xfe}, []byte("client_ed25519\x00scramble"))).
		c(pkt(3, []byte("signature"))).lostS(int64(len(okPkt(4, 0, 0, 2)))).
		c(framed(0, query("DO 1"))).s(framed(1, okPkt(1, 1, 0, 2))).c(deflated(0, query("DO 2"))).s(framed(1, okPkt(1, 2, 0, 2))).run(t)
	expectTexts(t, r, "COM_QUERY DO 1 ok", "COM_QUERY DO 2 ok")
	if len(r.logins) != 1 || !r.logins[0].Compressed || !r.logins[0].Marks.Has(record.MarkGap) {
		t.Errorf("%s", r.lines(t))
	}
}

func TestTheHeaderOfACompressedPacketIsNoCommand(t *testing.T) {
	// mysql2 sends the seven bytes in a segment of their own. Joined between
	// the two, what follows looks like a plain command, the next header not.
	execute := execute(1, []byte{1, 0}, []byte{3})
	talk := &talk{midstream: true}
	r := talk.s(framed(1, okPkt(1, 1, 0, 2))).c(execute).s(framed(1, okPkt(1, 1, 0, 2))).
		c(framed(0, execute)[:7]).c(execute).s(framed(1, okPkt(1, 1, 0, 2))).run(t)
	for _, c := range r.commands {
		if c.Command != "COM_STMT_EXECUTE" {
			t.Errorf("invented: %s", r.lines(t))
		}
	}
}

func TestTLSWhoseRequestIsLostIsNoCommand(t *testing.T) {
	data := join([]byte{0x17, 3, 3, 0, 0x1e}, make([]byte, 30))
	for name, talk := range map[string]*talk{
		"behind the greeting": new(talk).s(hello(plainCaps | clientSSL)).lostC(36).c(data).s(data),
		"joined midstream":    (&talk{midstream: true}).s(data).c(data).s(data),
	} {
		r := talk.c(data).run(t)
		if len(r.commands) > 0 || len(r.logins) != 1 || !r.logins[0].TLS || !r.logins[0].Marks.Has(record.MarkIncomplete) {
			t.Errorf("%s: %s", name, r.lines(t))
		}
		if r.told[stream.FromClient][stream.Encrypted] == 0 {
			t.Errorf("%s: told %v", name, r.told)
		}
	}
}

func TestTheEOFOfMySQL41BehindDefinitionsIsOneByteLong(t *testing.T) {
	set := join(pkt(1, []byte{1}), column(2, "a", 253), pkt(3, []byte{0xfe}), pkt(4, lstr("1")), eofPkt(5, 2))
	r := session(plainCaps).c(query("SELECT 1")).s(set).c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
	if c := r.command(t, 0); c.Result.Rows != 1 || len(c.Marks) > 0 {
		t.Errorf("%s", r.lines(t))
	}
	expectMarks(t, r.command(t, 1))
}

func TestAnAnswerThatBeganBeforeTheCommandIsNotItsAnswer(t *testing.T) {
	ok := okPkt(1, 1, 7, 2)
	talk := &talk{midstream: true}
	r := talk.s(ok[:6]).c(query("SELECT 1")).s(ok[6:], rows(true, 2, []string{"a"}, []string{"1"})).
		c(query("DO 2")).s(okPkt(1, 2, 0, 2)).run(t)
	for _, c := range r.commands {
		if c.Response != nil && c.Response.FirstFrame <= c.Request.LastFrame {
			t.Errorf("answered before it was asked: %s", r.lines(t))
		}
	}
}

func TestAStepOfAChangeOfUserIsNoCommandWhereTheServerIsNotSeen(t *testing.T) {
	r := session(plainCaps).c(pkt(0, []byte{comChangeUser}, []byte("root\x00\x03abcdb\x00"))).lostS(40).
		c(pkt(2, []byte("\x15signature of twenty bytes"))).s(okPkt(3, 0, 0, 2)).c(query("DO 1")).s(okPkt(1, 4, 0, 2)).run(t)
	if n := len(r.commands); n != 2 || r.commands[0].Command != "COM_CHANGE_USER" || r.commands[1].Result.Affected != 4 {
		t.Errorf("%s", r.lines(t))
	}
}

func TestTheDefaultDatabaseIsUnknownWhereItMayHaveChangedUnseen(t *testing.T) {
	r := session(plainCaps).c(query("DO 1")).s(okPkt(1, 0, 0, 2)).lostC(20).s(okPkt(1, 0, 0, 2)).c(query("DO 3")).s(okPkt(1, 0, 0, 2)).run(t)
	if a, b := r.command(t, 0).Database, r.command(t, 1).Database; a != "images" || b != "" {
		t.Errorf("%q, behind the hole %q", a, b)
	}
	r = session(plainCaps).c(query("USE other")).lostS(11).c(query("DO 2")).s(okPkt(1, 0, 0, 2)).run(t)
	if b := r.command(t, 1).Database; b != "" {
		t.Errorf("%q though the answer to USE is lost", b)
	}
}

func TestALoginWhoseGreetingIsLostSaysSo(t *testing.T) {
	r := new(talk).lostS(80).c(loginPkt(plainCaps, "u", "d")).s(okPkt(2, 0, 0, 2)).run(t)
	if l := r.logins[0]; l.ServerVersion != "" || !l.Marks.Has(record.MarkIncomplete) {
		t.Errorf("%s", r.lines(t))
	}
}

func TestAnExecuteWhosePrepareIsLostIsMarked(t *testing.T) {
	r := session(plainCaps).lostC(20).lostS(30).c(execute(1, []byte{1, 0}, []byte{3})).s(okPkt(1, 1, 0, 2)).run(t)
	if c := r.command(t, 0); c.Text != nil || !c.Marks.Has(record.MarkIncomplete) {
		t.Errorf("%s", r.lines(t))
	}
}
