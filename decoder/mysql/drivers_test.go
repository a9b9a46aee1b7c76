package mysql

import (
	"strings"
	"testing"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

func TestACursorsDefinitionsEndWithAnOKWhereNoEOFIsSent(t *testing.T) {
	// Connector/J with useCursorFetch, on a connection with DEPRECATE_EOF: the
	// packet that says that a cursor stands is an OK in the place of the rows.
	defs := join(pkt(1, []byte{1}), column(2, "c", typeLong))
	r := session(eofCaps).
		c(pkt(0, []byte{comPrepare}, []byte("SELECT c FROM t"))).s(prepareOK(true, 1, 1, 0)).
		c(pkt(0, []byte{comExecute}, u32(1), []byte{1}, u32(1))).s(defs, okEnd(3, 2|statusCursorExists)).
		c(pkt(0, []byte{comFetch}, u32(1), u32(2))).s(pkt(1, []byte{0, 0}, u32(7)), pkt(2, []byte{0, 0}, u32(8)), okEnd(3, 2|statusCursorExists)).
		c(pkt(0, []byte{comFetch}, u32(1), u32(2))).s(pkt(1, []byte{0, 0}, u32(9)), okEnd(2, 2|0x80)).
		c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
	for i, rows := range []record.Count{0, 2, 1} {
		if c := r.command(t, i+1); c.Result.Kind != record.ResultRows || c.Result.Rows != rows || len(c.Marks) > 0 {
			t.Errorf("command %d: %s", i+1, resultJSON(c.Result))
		}
	}
	expectMarks(t, r.command(t, 4))
}

func TestATimeWithItsZoneIsAParameter(t *testing.T) {
	// MySQL's own library sends MYSQL_TIMESTAMP_DATETIME_TZ with 13 bytes.
	when := []byte{13, 0xea, 0x07, 11, 23, 16, 4, 49, 0x40, 0xe2, 1, 0}
	for zone, minutes := range map[string]int{"+05:30": 330, "-08:00": -480, "+00:00": 0} {
		value := append(append([]byte(nil), when...), u16(minutes)...)
		r := session(plainCaps).c(pkt(0, []byte{comPrepare}, []byte("INSERT INTO t VALUES (?, ?)"))).s(prepareOK(false, 1, 0, 2)).
			c(execute(1, []byte{byte(typeDateTime), 0, byte(typeLong), 0}, value, u32(5))).s(okPkt(1, 1, 0, 2)).run(t)
		if c := r.command(t, 1); *c.Expanded != "INSERT INTO t VALUES ('2026-11-23 16:04:49.123456"+zone+"', 5)" || len(c.Marks) > 0 {
			t.Errorf("%s: %s %v", zone, *c.Expanded, c.Marks)
		}
	}
}

func TestAVectorIsItsBytes(t *testing.T) {
	const typeVector = 242 // MySQL 9
	talk := session(eofCaps)
	talk.options.KeepRows = func(string, string) bool { return true }
	vector := []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0} // 1.0, -2.0
	r := talk.c(query("SELECT v FROM t")).s(pkt(1, []byte{1}), column(2, "v", typeVector), pkt(3, []byte{8}, vector), okEnd(4, 2)).
		c(pkt(0, []byte{comPrepare}, []byte("SELECT v FROM t"))).s(prepareOK(true, 1, 1, 0)).
		c(pkt(0, []byte{comExecute}, u32(1), []byte{0}, u32(1))).s(pkt(1, []byte{1}), column(2, "v", typeVector), pkt(3, []byte{0, 0, 8}, vector), okEnd(4, 2)).run(t)
	for _, i := range []int{0, 2} {
		if v := r.command(t, i).Result.Values; len(v) != 1 || v[0][0] != (record.Value{Kind: record.ValueBytes, Text: string(vector)}) {
			t.Errorf("%s", resultJSON(r.command(t, i).Result))
		}
	}
}

func TestALocalFileMayBeCompressedAndRefused(t *testing.T) {
	const caps = plainCaps | clientCompress
	file := strings.Repeat("1,2,3\n", 100)
	r := session(caps).
		c(framed(0, query("LOAD DATA LOCAL INFILE 'a' INTO TABLE t"))).s(framed(1, pkt(1, []byte{0xfb}, []byte("a")))).
		c(deflated(2, pkt(2, []byte(file))), framed(3, pkt(3))).s(framed(4, okPkt(4, 100, 0, 2))).
		c(framed(0, query("LOAD DATA LOCAL INFILE 'b' INTO TABLE t"))).s(framed(1, pkt(1, []byte{0xfb}, []byte("b")))).
		c(framed(2, pkt(2))).s(framed(3, errPkt(3, 2, "HY000", "File 'b' not found"))).
		c(framed(0, query("DO 1"))).s(framed(1, okPkt(1, 0, 0, 2))).run(t)
	if len(r.commands) != 3 || r.command(t, 0).Result.Affected != 100 || r.command(t, 1).Result.Error == nil {
		t.Errorf("%s", r.lines(t))
	}
	for i := range r.commands {
		expectMarks(t, r.command(t, i))
	}
}

func TestABatchOfUpdatesHasAResultForEach(t *testing.T) {
	// Connector/J with rewriteBatchedStatements: multi-statements are switched
	// on, the batch is one text, and they are switched off again.
	const text = "UPDATE t SET a=1 WHERE id=1;UPDATE t SET a=2 WHERE id=2;UPDATE t SET a=3 WHERE id=3"
	r := session(eofCaps).
		c(pkt(0, []byte{0x1b, 0, 0})).s(okEnd(1, 2)).
		c(query(text)).s(okPkt(1, 1, 0, 2|statusMoreResults), okPkt(2, 0, 0, 2|statusMoreResults), errPkt(3, 1205, "HY000", "Lock wait timeout")).
		c(pkt(0, []byte{0x1b, 1, 0})).s(okEnd(1, 2)).run(t)
	expectTexts(t, r, "COM_SET_OPTION - eof", "COM_QUERY "+text+" ok", "COM_SET_OPTION - eof")
	more := r.command(t, 1).Result.MoreResults
	if len(more) != 2 || more[0].Affected != 0 || more[1].Error == nil || more[1].Error.Code != 1205 {
		t.Errorf("%s", r.lines(t))
	}
}

func TestACommentBeforeAStatementChangesNothing(t *testing.T) {
	// sqlcommenter, ORMs and proxies put comments first.
	const from = "/*traceparent='00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2-01'*/ "
	talk := &talk{midstream: true}
	r := talk.c(query(from+"SELECT 1")).s(okPkt(1, 0, 0, 2)).
		c(query("-- who\nUSE a")).s(okPkt(1, 0, 0, 2)).c(query("DO 1")).s(okPkt(1, 0, 0, 2)).
		c(query(from+"# and why\n use `b`")).s(okPkt(1, 0, 0, 2)).c(query("DO 2")).s(okPkt(1, 0, 0, 2)).
		c(query(from+"drop schema b")).s(okPkt(1, 0, 0, 2)).c(query("DO 3")).s(okPkt(1, 0, 0, 2)).
		c(query("USE c")).s(okPkt(1, 0, 0, 2)).c(query("SELECT 1; USE d")).s(okPkt(1, 0, 0, 2|statusMoreResults), okPkt(2, 0, 0, 2)).
		c(query("DO 4")).s(okPkt(1, 0, 0, 2)).
		c(query("USE e")).s(okPkt(1, 0, 0, 2)).c(query("UPDATE t SET a=';use f'; UPDATE t SET a=2")).s(okPkt(1, 0, 0, 2|statusMoreResults), okPkt(2, 0, 0, 2)).
		c(query("DO 5")).s(okPkt(1, 0, 0, 2)).c(query("USE g")).s(okPkt(1, 0, 0, 2)).
		c(query("UPDATE t SET a=1; UPDATE t SET a=2")).s(okPkt(1, 0, 0, 2|statusMoreResults), okPkt(2, 0, 0, 2)).c(query("DO 6")).s(okPkt(1, 0, 0, 2)).run(t)
	databases := make(map[string]string)
	for _, c := range r.commands {
		databases[*c.Text] = c.Database
	}
	for text, want := range map[string]string{"DO 1": "a", "DO 2": "b", "DO 3": "", "DO 4": "", "DO 5": "", "DO 6": "g", from + "SELECT 1": ""} {
		if got, told := databases[text]; got != want || !told {
			t.Errorf("%s: database %q, expected %q\n%s", text, got, want, r.lines(t))
		}
	}
}

func TestCommandsBehindTheOneThatTurnsAConnectionIntoAStreamAreTold(t *testing.T) {
	dump := pkt(0, []byte{0x12}, u32(4), u16(0), u32(7), []byte("binlog.000001"))
	events := join(pkt(1, []byte{0}, make([]byte, 40)), pkt(2, []byte{0}, make([]byte, 90)))
	r := session(plainCaps).c(dump, query("DO 1")).s(events).s(events).run(t)
	expectTexts(t, r, "COM_BINLOG_DUMP - none", "COM_QUERY DO 1 missing")
	expectMarks(t, r.command(t, 1), record.MarkIncomplete)
}

// MariaDB's Connector/J sends a batch in compression with ids that are not 0.
func TestInCompressionAnyIDBeginsACommand(t *testing.T) {
	insert := pkt(1, []byte{comQuery}, []byte("INSERT INTO t VALUES (1)"))
	r := session(plainCaps|clientCompress).c(framed(0, insert), framed(0, insert)).
		s(framed(1, okPkt(1, 1, 0, 2))).s(framed(1, okPkt(1, 1, 0, 2))).run(t)
	expectTexts(t, r, "COM_QUERY INSERT INTO t VALUES (1) ok", "COM_QUERY INSERT INTO t VALUES (1) ok")
	for _, c := range r.commands {
		expectMarks(t, c)
	}
}

func TestAnErrorThatTheServerReadNothingIsNoVerdictOnALogin(t *testing.T) {
	r := new(talk).s(hello(plainCaps)).c(loginPkt(plainCaps, "u", "d")).s(pkt(2, []byte{0xfe}, []byte("sha256_password\x00scramble"))).
		s(errPkt(3, 1158, "08S01", "Got an error reading communication packets")).run(t)
	if l := r.logins[0]; l.Result.Kind != record.ResultMissing || !l.Marks.Has(record.MarkIncomplete) {
		t.Errorf("%s", r.lines(t))
	}
}

func TestAHeaderOfACompressedPacketIsNoCommandWhateverItsLength(t *testing.T) {
	// The third byte of its length before compression may be any command's.
	for _, size := range []int{0x95, 0x103, 0x0e} {
		packet := deflated(0, query("SELECT "+strings.Repeat("1", size-12)))
		talk := &talk{midstream: true}
		r := talk.c(execute(1, []byte{1, 0}, []byte{3})).s(framed(1, okPkt(1, 1, 0, 2))).
			c(packet[:7]).c(packet[7:]).s(framed(1, okPkt(1, 1, 0, 2))).
			c(packet).s(framed(1, okPkt(1, 1, 0, 2))).run(t)
		for _, c := range r.commands {
			if c.Command != "COM_STMT_EXECUTE" && (c.Text == nil || !strings.HasPrefix(*c.Text, "SELECT 11")) {
				t.Errorf("invented: %s", r.lines(t))
			}
		}
	}
}

func TestTheProxyProtocolBeforeAGreetingIsPassedOver(t *testing.T) {
	r := new(talk).c([]byte("PROXY TCP4 10.0.0.1 10.0.0.2 40000 3306\r\n")).s(hello(plainCaps)).c(loginPkt(plainCaps, "u", "d")).s(okPkt(2, 0, 0, 2)).
		c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY DO 1 ok")
	if len(r.logins) != 1 || r.logins[0].User != "u" || r.told[stream.FromClient][stream.Undecodable] != 41 {
		t.Errorf("%s%v", r.lines(t), r.told)
	}
}

func TestWhatAClientOffersIsNotYetAgreedWhereTheGreetingIsLost(t *testing.T) {
	// The server is an old one: it sends EOFs, and knows no query attributes.
	const offer = eofCaps | clientQueryAttrs
	r := new(talk).lostS(80).c(loginPkt(offer, "u", "d")).s(okPkt(2, 0, 0, 2)).
		c(query("SELECT 1")).s(rows(false, 2, []string{"a"}, []string{"1"}, []string{"2"})).
		c(pkt(0, []byte{comPrepare}, []byte("INSERT INTO t VALUES (?)"))).s(prepareOK(false, 1, 0, 1)).
		c(execute(1, []byte{byte(typeLong), 0}, u32(5))).s(okPkt(1, 1, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY SELECT 1 rows", "COM_STMT_PREPARE INSERT INTO t VALUES (?) prepared", "COM_STMT_EXECUTE INSERT INTO t VALUES (?) ok")
	if c := r.command(t, 0); c.Result.Rows != 2 || *r.command(t, 2).Expanded != "INSERT INTO t VALUES (5)" {
		t.Errorf("%s", r.lines(t))
	}
	for i := range r.commands {
		expectMarks(t, r.command(t, i))
	}
	// A new one leaves them out.
	r = new(talk).lostS(80).c(loginPkt(offer, "u", "d")).s(okPkt(2, 0, 0, 2)).
		c(pkt(0, []byte{comQuery, 0, 1}, []byte("SELECT 1"))).s(rows(true, 2, []string{"a"}, []string{"1"})).
		c(pkt(0, []byte{comQuery, 0, 1}, []byte("SELECT 2"))).s(rows(true, 2, []string{"a"})).run(t)
	expectTexts(t, r, "COM_QUERY SELECT 1 rows", "COM_QUERY SELECT 2 rows")
	if a, b := r.command(t, 0).Result.Rows, r.command(t, 1).Result.Rows; a != 1 || b != 0 {
		t.Errorf("%d rows and %d", a, b)
	}
}
