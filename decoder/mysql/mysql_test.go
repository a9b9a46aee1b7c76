package mysql

import (
	"testing"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

func TestALoginAndItsStatementsAreRecords(t *testing.T) {
	r := session(plainCaps).
		c(query("SET AUTOCOMMIT = 0")).s(okPkt(1, 0, 0, 0)).
		c(query("INSERT INTO images VALUES (1)")).s(okPkt(1, 1, 42, 1)).
		c(query("SELECT id, name FROM images")).s(rows(false, 1, []string{"id", "name"}, []string{"1", "a"}, []string{"2", "b"})).
		c(pkt(0, []byte{comPing})).s(okPkt(1, 0, 0, 1)).
		c(pkt(0, []byte{comQuit})).run(t)

	expectTexts(t, r, "COM_QUERY SET AUTOCOMMIT = 0 ok", "COM_QUERY INSERT INTO images VALUES (1) ok",
		"COM_QUERY SELECT id, name FROM images rows", "COM_PING - ok", "COM_QUIT - none")
	l := r.logins[0]
	if l.User != "glance" || l.Database != "images" || l.ServerVersion != "8.4.1" || l.ConnectionID != 77 || l.Result.Kind != record.ResultOK {
		t.Errorf("login: %+v", l)
	}
	insert, sel := r.command(t, 1), r.command(t, 2)
	if insert.Result.Affected != 1 || insert.Result.InsertID != 42 || insert.Result.Status.Bits != record.StatusInTrans {
		t.Errorf("insert: %+v", insert.Result)
	}
	if sel.Result.Rows != 2 || len(sel.Result.Columns) != 2 || sel.Result.Columns[1] != "name" || sel.N != 3 {
		t.Errorf("select: %+v", sel.Result)
	}
	for _, c := range r.commands {
		expectMarks(t, c)
	}
}

func TestLatencyRunsBetweenTheFramesOfRequestAndAnswer(t *testing.T) {
	q := query("SELECT 1")
	answer := rows(false, 2, []string{"1"}, []string{"1"})
	r := session(plainCaps).c(q[:3]).c(q[3:]).s(answer[:9]).s(answer[9:]).run(t)
	c := r.command(t, 0)
	if c.Request.FirstFrame != 4 || c.Request.LastFrame != 5 || c.Response.FirstFrame != 6 || c.Response.LastFrame != 7 {
		t.Errorf("request %+v, response %+v", c.Request, c.Response)
	}
	if c.Seconds != 3000 || c.Wait != 1000 {
		t.Errorf("seconds %d ns, wait %d ns", c.Seconds, c.Wait)
	}
}

func TestWithoutEOFPacketsAnOKEndsTheRows(t *testing.T) {
	r := session(eofCaps).
		c(query("SELECT 1")).s(rows(true, 2, []string{"a"}, []string{"x"})).
		c(query("SELECT none")).s(rows(true, 2, []string{"a"})).
		c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
	if a, b := r.command(t, 0).Result, r.command(t, 1).Result; a.Rows != 1 || b.Rows != 0 || b.Kind != record.ResultRows {
		t.Errorf("results %+v %+v", a, b)
	}
	expectTexts(t, r, "COM_QUERY SELECT 1 rows", "COM_QUERY SELECT none rows", "COM_QUERY DO 1 ok")
}

func TestARowThatBeginsWithAnEmptyStringIsNoOK(t *testing.T) {
	r := session(plainCaps).c(query("SELECT ''")).s(rows(false, 2, []string{"a", "b"}, []string{"", "1234567"})).run(t)
	if res := r.command(t, 0).Result; res.Kind != record.ResultRows || res.Rows != 1 {
		t.Errorf("result %+v", res)
	}
}

func TestAnErrorAmongTheRowsEndsTheCommand(t *testing.T) {
	set := rows(false, 2, []string{"a"}, []string{"x"})
	set = set[:len(set)-9]
	r := session(plainCaps).c(query("SELECT SLEEP(2)")).s(set, errPkt(5, 1969, "70100", "interrupted")).
		c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
	res := r.command(t, 0).Result
	if res.Kind != record.ResultError || res.Error.Code != 1969 || res.Error.SQLState != "70100" || res.Error.Message != "interrupted" || res.Rows != 1 {
		t.Errorf("result %+v", res)
	}
	expectTexts(t, r, "COM_QUERY SELECT SLEEP(2) error", "COM_QUERY DO 1 ok")
}

func TestProgressReportsAreNoErrors(t *testing.T) {
	progress := pkt(1, []byte{0xff, 0xff, 0xff, 1, 2, 0, 0, 50}, lstr("copy to tmp table"))
	r := session(plainCaps).c(query("ALTER TABLE t")).s(progress).s(okPkt(2, 7, 0, 2)).run(t)
	if res := r.command(t, 0).Result; res.Kind != record.ResultOK || res.Affected != 7 {
		t.Errorf("result %+v", res)
	}
	expectMarks(t, r.command(t, 0))
}

func TestSeveralResultsBelongToOneCommand(t *testing.T) {
	const more = 2 | statusMoreResults
	first := rows(false, more, []string{"a"}, []string{"1"}) // ids 1 to 5
	r := session(plainCaps).c(query("SELECT 1; DO 2")).s(first, okPkt(6, 0, 0, 2)).run(t)
	res := r.command(t, 0).Result
	if res.Kind != record.ResultRows || len(res.MoreResults) != 1 || res.MoreResults[0].Kind != record.ResultOK {
		t.Errorf("result %+v", res)
	}
	expectMarks(t, r.command(t, 0))
}

func TestPipelinedCommandsGetTheirOwnAnswers(t *testing.T) {
	r := session(plainCaps).
		c(query("INSERT 1"), query("SELECT 2"), query("INSERT 3"), pkt(0, []byte{comQuit})).
		s(okPkt(1, 1, 1, 2)).s(rows(false, 2, []string{"a"}, []string{"x"}), okPkt(1, 3, 3, 2)).run(t)
	expectTexts(t, r, "COM_QUERY INSERT 1 ok", "COM_QUERY SELECT 2 rows", "COM_QUERY INSERT 3 ok", "COM_QUIT - none")
	if r.command(t, 0).Result.Affected != 1 || r.command(t, 2).Result.Affected != 3 {
		t.Error("the answers are shifted")
	}
}

func TestALocalFileIsNoCommand(t *testing.T) {
	r := session(plainCaps).c(query("LOAD DATA LOCAL INFILE 'x' INTO TABLE t")).
		s(pkt(1, []byte{0xfb}, []byte("x"))).
		c(pkt(2, []byte("\x03SELECT 'in the file'\n"))).c(pkt(3)).
		s(okPkt(4, 9, 0, 2)).
		c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY LOAD DATA LOCAL INFILE 'x' INTO TABLE t infile", "COM_QUERY DO 1 ok")
	c := r.command(t, 0)
	if c.Result.Affected != 9 || c.Request.LastFrame != 7 || c.Response.FirstFrame != 5 || c.Response.LastFrame != 8 {
		t.Errorf("%+v %+v %+v", c.Result, c.Request, c.Response)
	}
	expectMarks(t, c)
}

// pieces sends a local file of lines in n pieces, as seen by wrap, and the empty
// payload behind it.
func (t *talk) pieces(n int, wrap func(i int, line []byte) []byte) *talk {
	for i := range n {
		t.c(wrap(i, []byte("\x03SELECT 'in the file'\n")))
	}
	return t.c(wrap(n, nil))
}

func TestTheIDsOfALocalFileBeginAgain(t *testing.T) {
	const n = 600
	load := query("LOAD DATA LOCAL INFILE 'x' INTO TABLE t")
	plain := session(plainCaps).c(load).s(pkt(1, []byte{0xfb}, []byte("x"))).
		pieces(n, func(i int, line []byte) []byte { return pkt(byte(i+2), line) }).s(okPkt((n+3)&0xff, 9, 0, 2)).
		c(query("DO 1")).s(okPkt(1, 0, 0, 2))
	// Connector/J gives each piece the id 0 in compression.
	sealed := session(plainCaps|clientCompress).c(framed(0, load)).s(framed(1, pkt(1, []byte{0xfb}, []byte("x")))).
		pieces(n, func(i int, line []byte) []byte { return framed(byte(i+2), pkt(0, line)) }).s(framed((n+3)&0xff, okPkt(1, 9, 0, 2))).
		c(framed(0, query("DO 1"))).s(framed(1, okPkt(1, 0, 0, 2)))
	for name, talk := range map[string]*talk{"plain": plain, "compressed": sealed} {
		r := talk.run(t)
		expectTexts(t, r, "COM_QUERY LOAD DATA LOCAL INFILE 'x' INTO TABLE t infile", "COM_QUERY DO 1 ok")
		for _, c := range r.commands {
			if expectMarks(t, c); t.Failed() {
				t.Fatal(name)
			}
		}
	}
}

func TestNoLineOfALocalFileIsACommandBehindAHole(t *testing.T) {
	for _, lost := range []int{1, 100, 254, 255, 256, 400} {
		begun := session(plainCaps).c(query("LOAD DATA LOCAL INFILE 'x' INTO TABLE t")).s(pkt(1, []byte{0xfb}, []byte("x")))
		for i := range 600 {
			piece := pkt(byte(i+2), []byte(" 1,2,3\n"))
			if i == lost {
				begun.lostC(int64(len(piece)))
				continue
			}
			begun.c(piece)
		}
		r := begun.c(pkt(602 & 0xff)).s(okPkt(603&0xff, 9, 0, 2)).c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
		expectTexts(t, r, "COM_QUERY LOAD DATA LOCAL INFILE 'x' INTO TABLE t infile", "COM_QUERY DO 1 ok")
		if c := r.command(t, 0); !c.Marks.Has(record.MarkGap) || c.Result.Affected != 9 {
			t.Errorf("without piece %d: %v %+v", lost, c.Marks, c.Result)
		}
		alone := &talk{midstream: true}
		for _, e := range begun.events[5+lost:] {
			if e.dir == stream.FromClient {
				alone.events = append(alone.events, e)
			}
		}
		// The empty payload may be read as the beginning of a header.
		for _, c := range alone.run(t).commands {
			if c.Command != "COM_QUERY" || *c.Text != "DO 1" {
				t.Errorf("behind piece %d: %s", lost, *c.Text)
			}
		}
	}
}

func TestAFileThatNobodyOfferedIsAnAnomaly(t *testing.T) {
	r := session(plainCaps).c(query("SELECT 1")).s(pkt(1, []byte{0xfb}, []byte("/etc/passwd"))).
		c(query("SELECT 2")).s(okPkt(1, 0, 0, 2)).run(t)
	if c := r.command(t, 0); c.Result.Kind != record.ResultInfile || c.Result.Info != "/etc/passwd" || !c.Marks.Has("anomaly:local_infile") {
		t.Errorf("%+v %v", c.Result, c.Marks)
	}
	if c := r.command(t, 1); c.Result.Kind != record.ResultOK {
		t.Errorf("the next command: %+v", c.Result)
	}
}

func TestPayloadsOfSixteenMebibytesAreOne(t *testing.T) {
	text := make([]byte, maxPayload)
	copy(text, "INSERT INTO t VALUES ('")
	for i := 23; i < len(text); i++ {
		text[i] = 'x'
	}
	big := pkt(0, []byte{comQuery}, text) // 2²⁴ bytes: two packets
	exact := pkt(0, []byte{comQuery}, text[:maxPayload-1])
	talk := session(plainCaps).c(big).s(okPkt(2, 1, 0, 2)).c(exact).s(okPkt(2, 2, 0, 2)).c(query("DO 1")).s(okPkt(1, 0, 0, 2))
	r := talk.play(t, func(left int) int { return min(left, 60000) })
	if len(r.commands) != 3 {
		t.Fatalf("commands: %d", len(r.commands))
	}
	for i, affected := range []record.Count{1, 2, 0} {
		c := r.command(t, i)
		if c.Result.Affected != affected || i < 2 && (len(*c.Text) != 1<<20 || !c.Marks.Has(record.MarkTruncatedText)) {
			t.Errorf("command %d: %d bytes of text, %v, %+v", i, len(*c.Text), c.Marks, c.Result)
		}
	}
}

func TestNoTextIsKeptBeyondItsBound(t *testing.T) {
	talk := session(plainCaps).c(query("SELECT 'aaaaaaaaaaaaaaaaaaaaaaaa'")).s(okPkt(1, 0, 0, 2))
	talk.options.Bounds.SQLText = 10
	talk.options.Bounds.DirectionBytes, talk.options.Bounds.PipelinedPerConn = 1<<20, 100
	r := talk.run(t)
	expectTexts(t, r, "COM_QUERY SELECT 'aa ok")
	expectMarks(t, r.command(t, 0), record.MarkTruncatedText)
}
