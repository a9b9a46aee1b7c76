package mysql

import (
	"strings"
	"testing"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// damagedTalk has holes of every kind.
func damagedTalk() *talk {
	q := query("SELECT a FROM t WHERE b = 'c'")
	set := rows(false, 2, []string{"a", "b"}, []string{"1", "2"})
	t := session(plainCaps).
		c(q[:12]).lostC(8).c(q[20:]).s(set[:50]).lostS(int64(len(set) - 50)).
		c(q).s(okPkt(1, 1, 0, 2)).
		lostC(40).s(okPkt(1, 2, 0, 2)).
		c(q).lostS(11).c(q).s(set)
	t.add(event{dir: stream.FromClient, bytes: q[:12]})
	return t.add(event{dir: stream.FromClient, gap: int64(len(q) - 12), why: stream.SnapCut}).s(okPkt(1, 3, 0, 2))
}

func TestAHoleInsideAStatementKeepsItsBeginning(t *testing.T) {
	q := query("SELECT a FROM t WHERE b = 'c'")
	r := session(plainCaps).c(q[:12]).lostC(8).c(q[20:]).s(okPkt(1, 1, 0, 2)).c(query("DO 1")).s(okPkt(1, 2, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY SELECT  ok", "COM_QUERY DO 1 ok")
	expectMarks(t, r.command(t, 0), record.MarkGap, record.MarkTruncatedText)
	expectMarks(t, r.command(t, 1))
}

func TestTheSnapLengthCutsATextAndNotTheFraming(t *testing.T) {
	q := query("SELECT a FROM t WHERE b = 'c'")
	talk := session(plainCaps).c(q[:15])
	talk.add(event{dir: stream.FromClient, gap: int64(len(q) - 15), why: stream.SnapCut})
	r := talk.s(okPkt(1, 1, 0, 2)).c(query("DO 1")).s(okPkt(1, 2, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY SELECT a F ok", "COM_QUERY DO 1 ok")
	expectMarks(t, r.command(t, 0), record.MarkCut, record.MarkTruncatedText)
}

func TestALostCommandsAnswerIsNobodysElse(t *testing.T) {
	r := session(plainCaps).c(query("DO 1")).s(okPkt(1, 1, 0, 2)).
		lostC(20).s(okPkt(1, 99, 0, 2)).
		c(query("DO 3")).s(okPkt(1, 3, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY DO 1 ok", "COM_QUERY DO 3 ok")
	if c := r.command(t, 1); c.Result.Affected != 3 {
		t.Errorf("%+v", c.Result)
	}
	expectMarks(t, r.command(t, 1), record.MarkResync)
}

func TestALostAnswerIsMissingAndTheNextIsNot(t *testing.T) {
	r := session(plainCaps).c(query("DO 1")).lostS(11).c(query("DO 2")).s(okPkt(1, 2, 0, 2)).
		c(query("DO 3")).s(okPkt(1, 3, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY DO 1 missing", "COM_QUERY DO 2 ok", "COM_QUERY DO 3 ok")
	expectMarks(t, r.command(t, 0), record.MarkGap, record.MarkIncomplete)
	expectMarks(t, r.command(t, 1), record.MarkResync)
	expectMarks(t, r.command(t, 2))
}

// As MariaDB's connector for Node sends: one command a segment, before the
// answers, of which each comes in a segment of its own.
func TestWhatIsLostOfAHurryingClientShiftsNoAnswer(t *testing.T) {
	burst := func() *talk {
		t := session(plainCaps)
		for i := range 8 {
			t.c(query("DO " + string(rune('0'+i))))
		}
		return t
	}
	answer := func(t *talk, i int) { t.s(okPkt(1, uint64(i), 0, 2)) }
	lost := burst()
	lost.events[3+4] = event{dir: stream.FromClient, gap: int64(len(query("DO 4"))), why: stream.Lost, frame: lost.events[3+4].frame}
	for i := range 8 { // the next commands come when no other seems to wait
		if i == 7 {
			lost.c(query("DO 8"))
		}
		answer(lost, i)
	}
	answer(lost, 8)
	for i := 9; i < 14; i++ {
		lost.c(query("DO " + string(rune('0'+i))))
		answer(lost, i)
	}
	for _, c := range lost.run(t).commands {
		want := record.Count((*c.Text)[3] - '0')
		if c.Result.Kind == record.ResultOK && c.Result.Affected != want {
			t.Errorf("%s: the answer of DO %d", *c.Text, c.Result.Affected)
		}
		if c.Result.Kind != record.ResultOK && !c.Marks.Has(record.MarkIncomplete) {
			t.Errorf("%s: %v", *c.Text, c.Marks)
		}
		if want > 11 && c.Result.Kind != record.ResultOK {
			t.Errorf("%s came alone and has no answer", *c.Text)
		}
	}
}

func TestAnAnswerThatStopsBetweenTwoPacketsIsIncomplete(t *testing.T) {
	set := rows(false, 2, []string{"a"}, []string{"x"})
	r := session(plainCaps).c(query("SELECT 1")).s(set[:len(set)-9]).run(t)
	expectMarks(t, r.command(t, 0), record.MarkIncomplete)
	r = session(plainCaps).c(query("LOAD DATA LOCAL INFILE 'x' INTO TABLE t")).s(pkt(1, []byte{0xfb}, []byte("x"))).c(pkt(2, []byte("1"))).run(t)
	expectMarks(t, r.command(t, 0), record.MarkIncomplete)
}

func TestALocalFileInCompressionIsNoCommandThoughNobodyAskedForIt(t *testing.T) {
	joined := &talk{midstream: true}
	joined.c(framed(0, query("DO 1"))).s(framed(1, okPkt(1, 1, 0, 2))).
		c(framed(0, query("LOAD DATA LOCAL INFILE 'x' INTO TABLE t"))).lostS(20).
		pieces(600, func(i int, _ []byte) []byte { return framed(byte(i+2), pkt(0, []byte("0 1 2"))) })
	for _, c := range joined.run(t).commands {
		if c.Command != "COM_QUERY" {
			t.Errorf("invented: %s", c.Command)
		}
	}
}

// As a server's stream ends whose connection is killed.
func TestARowThatTheEndOfTheStreamCutsIsNone(t *testing.T) {
	set := rows(false, 2, []string{"a"}, []string{"x"}, []string{"yyyyyyyy"})
	r := session(plainCaps).c(query("SELECT 1")).s(set[:len(set)-9-5]).run(t)
	c := r.command(t, 0)
	if c.Result.Kind != record.ResultRows || c.Result.Rows != 1 {
		t.Errorf("%+v", c.Result)
	}
	expectMarks(t, c, record.MarkIncomplete)
}

func TestALongRowCutInTheMiddleStillCounts(t *testing.T) {
	set := rows(false, 2, []string{"a"}, []string{strings.Repeat("x", 200)}, []string{"y"})
	at := len(set) - 100
	r := session(plainCaps).c(query("SELECT 1")).s(set[:at]).lostS(50).s(set[at+50:]).run(t)
	c := r.command(t, 0)
	if c.Result.Rows != 2 || !c.Result.Status.Known {
		t.Errorf("%+v", c.Result)
	}
	expectMarks(t, c, record.MarkGap)
}

func TestAConnectionJoinedMidstreamIsReadFromItsFirstCommand(t *testing.T) {
	for _, deprecate := range []bool{false, true} {
		set := rows(deprecate, 2, []string{"a"}, []string{"1"}, []string{"2"})
		talk := new(talk)
		talk.midstream = true
		r := talk.s(set[30:]). // the end of an answer
					c(query("SELECT 1")).s(set).c(query("SELECT 2")).s(rows(deprecate, 2, []string{"b"})).
					c(pkt(0, []byte{comPrepare}, []byte("SELECT ?"))).s(prepareOK(deprecate, 1, 1, 1)).
					c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
		expectTexts(t, r, "COM_QUERY SELECT 1 rows", "COM_QUERY SELECT 2 rows", "COM_STMT_PREPARE SELECT ? prepared", "COM_QUERY DO 1 ok")
		if c := r.command(t, 0); c.N != 1 || c.Result.Rows != 2 {
			t.Errorf("%+v", c.Result)
		}
		expectMarks(t, r.command(t, 0), record.MarkMidstream)
		for _, c := range r.commands[1:] {
			expectMarks(t, c)
		}
		if r.told[stream.FromServer][stream.Undecodable] != int64(len(set)-30) {
			t.Errorf("told %v", r.told)
		}
	}
}

// As an old client answers a greeting that is not in the capture.
func TestWhatNeverGrewWholeIsUndecodable(t *testing.T) {
	for _, b := range []string{"\x05\x00\x00\x01\x00\x00\x00\x00\x00", "\x05\x00\x00"} {
		talk := &talk{midstream: true}
		r := talk.c([]byte(b)).run(t)
		if told := r.told[stream.FromClient][stream.Undecodable]; len(r.commands)+len(r.logins) > 0 || told != int64(len(b)) {
			t.Errorf("%d of %d bytes are undecodable: %s", told, len(b), r.lines(t))
		}
	}
	r := session(plainCaps).c(query("DO 1")).s(okPkt(1, 1, 0, 2)).c([]byte{5, 0, 0}).run(t)
	if told := r.told[stream.FromClient][stream.Undecodable]; len(r.commands) != 1 || told != 3 {
		t.Errorf("%d of 3 bytes are undecodable: %s", told, r.lines(t))
	}
}

func TestWithoutAnAnswerItIsNotKnownWhetherAnEOFFollowsAPrepare(t *testing.T) {
	for _, deprecate := range []bool{false, true} {
		talk := new(talk)
		talk.midstream = true
		r := talk.c(pkt(0, []byte{comPrepare}, []byte("DO ?"))).s(prepareOK(deprecate, 1, 0, 1)).
			c(execute(1, []byte{1, 0}, []byte{3})).s(okPkt(1, 7, 0, 2)).run(t)
		expectTexts(t, r, "COM_STMT_PREPARE DO ? prepared", "COM_STMT_EXECUTE DO ? ok")
		expectMarks(t, r.command(t, 1))
	}
}

func TestOneDirectionAloneTellsItsCommands(t *testing.T) {
	client := new(talk)
	for _, e := range session(plainCaps).c(query("DO 1")).s(okPkt(1, 0, 0, 2)).c(query("DO 2")).events {
		if e.dir == stream.FromClient {
			client.events = append(client.events, e)
		}
	}
	r := client.run(t)
	expectTexts(t, r, "COM_QUERY DO 1 missing", "COM_QUERY DO 2 missing")
	if len(r.logins) != 1 || r.logins[0].User != "glance" {
		t.Errorf("logins %s", r.lines(t))
	}
	server := new(talk)
	for _, e := range session(plainCaps).c(query("DO 1")).s(okPkt(1, 0, 0, 2)).events {
		if e.dir == stream.FromServer {
			server.events = append(server.events, e)
		}
	}
	if r := server.run(t); len(r.commands) != 0 || len(r.logins) != 1 {
		t.Errorf("the server alone: %s", r.lines(t))
	}
}

func TestSeveralCommandsInWaitAtALossGetNoAnswer(t *testing.T) {
	r := session(plainCaps).c(query("DO 1"), query("DO 2"), query("DO 3")).lostS(11).s(okPkt(1, 2, 0, 2), okPkt(1, 3, 0, 2)).
		c(query("DO 4")).s(okPkt(1, 4, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY DO 1 missing", "COM_QUERY DO 2 missing", "COM_QUERY DO 3 missing", "COM_QUERY DO 4 ok")
	if c := r.command(t, 3); c.Result.Affected != 4 {
		t.Errorf("%+v", c.Result)
	}
}

func TestAnswersNobodyAskedForAreMarked(t *testing.T) {
	r := session(plainCaps).c(query("DO 1")).s(okPkt(1, 1, 0, 2)).s(okPkt(1, 99, 0, 2)).
		c(query("DO 2")).s(okPkt(1, 2, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY DO 1 ok", "COM_QUERY DO 2 ok")
	if c := r.command(t, 1); c.Result.Affected != 2 {
		t.Errorf("%+v", c.Result)
	}
	expectMarks(t, r.command(t, 1), "anomaly:answer_without_command")
}

func TestWrongSequenceIdsAreMarkedAndStopNothing(t *testing.T) {
	r := session(plainCaps).c(query("DO 1")).s(okPkt(9, 1, 0, 2)).c(pkt(5, []byte{comQuery}, []byte("DO 2"))).s(okPkt(6, 2, 0, 2)).
		c(query("DO 3")).s(okPkt(1, 3, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY DO 1 ok", "COM_QUERY DO 2 ok", "COM_QUERY DO 3 ok")
	expectMarks(t, r.command(t, 0), "anomaly:sequence")
	expectMarks(t, r.command(t, 1), "anomaly:sequence")
	expectMarks(t, r.command(t, 2))
}

func TestAnAnswerToWhatWasSentBeforeTheCaptureIsNotTheFirstCommands(t *testing.T) {
	talk := new(talk)
	talk.midstream = true
	r := talk.c(query("DO 2")).s(okPkt(1, 1, 0, 2)).s(okPkt(1, 2, 0, 2)).c(query("DO 3")).s(okPkt(1, 3, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY DO 2 missing", "COM_QUERY DO 3 ok")
	if c := r.command(t, 1); c.Result.Affected != 3 {
		t.Errorf("%+v", c.Result)
	}
}

func TestWhatWasAnsweredIsNotTheBeginningOfWhatIsSentNext(t *testing.T) {
	for name, before := range map[string][]byte{
		"the end of a local file":     {0, 0, 0, 2},
		"a step of an authentication": pkt(3, []byte("pam-pw\x00")),
	} {
		talk := new(talk)
		talk.midstream = true
		r := talk.c(before).s(okPkt(4, 0, 0, 2)).c(query("SELECT CURRENT_USER(), 'pam through dialog'")).s(rows(false, 2, []string{"a"}, []string{"1"})).run(t)
		if len(r.commands) != 1 || r.command(t, 0).Result.Rows != 1 {
			t.Errorf("%s: %s", name, r.lines(t))
		}
	}
}
