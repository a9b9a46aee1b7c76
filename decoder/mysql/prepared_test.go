package mysql

import (
	"encoding/json"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

func resultJSON(r *record.Result) string {
	b, _ := json.Marshal(r)
	return string(b)
}

// prepareOK is the answer to a PREPARE.
func prepareOK(deprecate bool, id uint32, columns, params int) []byte {
	out := pkt(1, []byte{0}, u32(id), u16(columns), u16(params), []byte{0}, u16(0))
	seq := byte(2)
	for _, n := range []int{params, columns} {
		for range n {
			out = append(out, column(seq, "c", typeLong)...)
			seq++
		}
		if n > 0 && !deprecate {
			out = append(out, eofPkt(seq, 2)...)
			seq++
		}
	}
	return out
}

// execute is a COM_STMT_EXECUTE without NULLs.
func execute(id uint32, types []byte, values ...[]byte) []byte {
	n := len(types) / 2
	b := join([]byte{comExecute}, u32(id), []byte{0}, u32(1))
	if n > 0 {
		b = join(b, make([]byte, (n+7)/8), []byte{1}, types, join(values...))
	}
	return pkt(0, b)
}

// preparedTalk prepares, executes and closes a statement.
func preparedTalk(deprecate bool) *talk {
	caps := capability(plainCaps)
	if deprecate {
		caps = eofCaps
	}
	end := eofPkt
	if deprecate {
		end = okEnd
	}
	set := join(pkt(1, []byte{1}), column(2, "id", typeLong))
	seq := byte(3)
	if !deprecate {
		set, seq = append(set, eofPkt(3, 2)...), 4
	}
	set = join(set, pkt(seq, []byte{0, 0}, u32(9)), pkt(seq+1, []byte{0, 4}), end(seq+2, 2))
	return session(caps).
		c(pkt(0, []byte{comPrepare}, []byte("SELECT id FROM t WHERE a = ? AND b = '?' AND c = ?"))).s(prepareOK(deprecate, 5, 1, 2)).
		c(execute(5, []byte{byte(typeLong), 0, 254, 0}, u32(0xffffffff), lstr("it's"))).s(set).
		c(pkt(0, []byte{comLongData}, u32(5), u16(1), []byte("lo")), pkt(0, []byte{comLongData}, u32(5), u16(1), []byte("ng"))).
		c(pkt(0, []byte{comExecute}, u32(5), []byte{0}, u32(1), []byte{1, 0})).s(okPkt(1, 3, 4, 2)).
		c(pkt(0, []byte{comReset}, u32(5))).s(okPkt(1, 0, 0, 2)).
		c(pkt(0, []byte{comClose}, u32(5))).
		c(execute(5, nil)).s(errPkt(1, 1243, "HY000", "unknown"))
}

func TestPreparedStatementsAreToldWithTheirTextAndParameters(t *testing.T) {
	const text = "SELECT id FROM t WHERE a = ? AND b = '?' AND c = ?"
	for _, deprecate := range []bool{false, true} {
		talk := preparedTalk(deprecate)
		talk.options.KeepRows = func(command, _ string) bool { return command == "COM_STMT_EXECUTE" }
		r := talk.run(t)
		expectTexts(t, r, "COM_STMT_PREPARE "+text+" prepared", "COM_STMT_EXECUTE "+text+" rows",
			"COM_STMT_SEND_LONG_DATA "+text+" none", "COM_STMT_SEND_LONG_DATA "+text+" none",
			"COM_STMT_EXECUTE "+text+" ok", "COM_STMT_RESET "+text+" ok", "COM_STMT_CLOSE "+text+" none", "COM_STMT_EXECUTE - error")
		first, second := r.command(t, 1), r.command(t, 4)
		if got := *first.Expanded; got != `SELECT id FROM t WHERE a = -1 AND b = '?' AND c = 'it\'s'` {
			t.Error(got)
		}
		if got := *second.Expanded; got != `SELECT id FROM t WHERE a = NULL AND b = '?' AND c = 'long'` {
			t.Error(got)
		}
		if v := first.Result.Values; len(v) != 2 || v[0][0].Text != "9" || v[1][0].Kind != record.ValueNull {
			t.Errorf("values %v", v)
		}
		expectMarks(t, first)
		expectMarks(t, r.command(t, 7), "anomaly:unknown_statement")
	}
}

func TestAnExecuteSentWithItsPrepareNamesTheLastPrepared(t *testing.T) {
	r := session(eofCaps).
		c(pkt(0, []byte{comPrepare}, []byte("DELETE FROM t WHERE id = ?")), execute(lastStatement, []byte{byte(typeTiny), 0}, []byte{7})).
		s(prepareOK(true, 1, 0, 1)).s(okPkt(1, 1, 0, 2)).
		c(pkt(0, []byte{comPrepare}, []byte("DELETE nothing")), execute(lastStatement, nil)).
		s(errPkt(1, 1064, "42000", "syntax"), errPkt(1, 1243, "HY000", "unknown")).run(t)
	if got := *r.command(t, 1).Expanded; got != "DELETE FROM t WHERE id = 7" {
		t.Error(got)
	}
	expectTexts(t, r, "COM_STMT_PREPARE DELETE FROM t WHERE id = ? prepared", "COM_STMT_EXECUTE DELETE FROM t WHERE id = ? ok",
		"COM_STMT_PREPARE DELETE nothing error", "COM_STMT_EXECUTE DELETE nothing error")
}

func TestEveryTypeOfParameterIsRead(t *testing.T) {
	for _, x := range []struct {
		kind  fieldType
		flags byte
		value []byte
		want  string
	}{
		{typeTiny, 0, []byte{0x80}, `-128`},
		{typeTiny, 0x80, []byte{0x80}, `128`},
		{typeShort, 0, []byte{0xff, 0x7f}, `32767`},
		{typeLong, 0x80, u32(4000000000), `4000000000`},
		{typeLongLong, 0, u64(1 << 63), `-9223372036854775808`},
		{typeLongLong, 0x80, u64(1 << 63), `9223372036854775808`},
		{typeFloat, 0, u32(0x3f000000), `0.5`},
		{typeDouble, 0, u64(0x400921fb54442d18), `3.141592653589793`},
		{typeNewDecimal, 0, lstr("12.50"), `12.50`},
		{typeYear, 0, []byte{0xe4, 0x07}, `2020`},
		{typeDate, 0, []byte{4, 0xe4, 0x07, 2, 18}, `"2020-02-18"`},
		// As MariaDB's Connector/J sends a date and a time.
		{typeDate, 0, []byte{7, 0xd0, 0x07, 1, 31, 0, 0, 0}, `"2000-01-31"`},
		{typeTime, 0, []byte{12, 0, 0, 0, 0, 0, 10, 11, 12, 0, 0, 0, 0}, `"10:11:12"`},
		{typeDateTime, 0, []byte{7, 0xe4, 0x07, 2, 18, 4, 49, 56}, `"2020-02-18 04:49:56"`},
		{typeTimestamp, 0, []byte{11, 0xe4, 0x07, 2, 18, 4, 49, 56, 1, 0, 0, 0}, `"2020-02-18 04:49:56.000001"`},
		{typeDateTime, 0, []byte{0}, `"0000-00-00 00:00:00"`},
		{typeTime, 0, []byte{8, 1, 2, 0, 0, 0, 3, 4, 5}, `"-51:04:05"`},
		{typeTime, 0, []byte{0}, `"00:00:00"`},
		{typeBit, 0, []byte{2, 1, 0}, `256`},
		{254, 0, lstr("é"), `"é"`},
		{252, 0, lstr("\x00\xff"), `{"hex":"00ff"}`},
		{typeNull, 0, nil, `null`},
	} {
		r := session(eofCaps).c(pkt(0, []byte{comPrepare}, []byte("DO ?"))).s(prepareOK(true, 1, 0, 1)).
			c(execute(1, []byte{byte(x.kind), x.flags}, x.value)).s(okPkt(1, 0, 0, 2)).run(t)
		c := r.command(t, 1)
		b, _ := json.Marshal(c.Params)
		if string(b) != "["+x.want+"]" {
			t.Errorf("type %d: %s, expected [%s]", x.kind, b, x.want)
		}
		expectMarks(t, c)
	}
}

// As Node's drivers close statements twice, and those that a reset let go.
func TestAStatementThatIsNoLongerIsUnknownAndNotMissing(t *testing.T) {
	closing := pkt(0, []byte{comClose}, u32(1))
	prepare := pkt(0, []byte{comPrepare}, []byte("DO 1"))
	r := session(eofCaps).c(prepare).s(prepareOK(true, 1, 0, 0)).c(closing).c(closing).
		c(prepare).s(prepareOK(true, 1, 0, 0)).c(pkt(0, []byte{comResetConn})).s(okPkt(1, 0, 0, 2)).c(closing).run(t)
	expectTexts(t, r, "COM_STMT_PREPARE DO 1 prepared", "COM_STMT_CLOSE DO 1 none", "COM_STMT_CLOSE - none",
		"COM_STMT_PREPARE DO 1 prepared", "COM_RESET_CONNECTION - ok", "COM_STMT_CLOSE - none")
	expectMarks(t, r.command(t, 1))
	expectMarks(t, r.command(t, 2), "anomaly:unknown_statement")
	expectMarks(t, r.command(t, 5), "anomaly:unknown_statement")
	r = session(eofCaps).lostC(30).s(prepareOK(true, 1, 0, 0)).c(closing).run(t)
	if c := r.command(t, 0); c.Marks.Has("anomaly:unknown_statement") || !c.Marks.Has(record.MarkIncomplete) {
		t.Errorf("behind a hole: %v", c.Marks)
	}
}

func TestWhereTheModeOfBackslashesIsUnknownNoTextIsFilledIn(t *testing.T) {
	prepare := pkt(0, []byte{comPrepare}, []byte("DO ?"))
	for value, want := range map[string]string{"plain": "DO 'plain'", "it's": ""} {
		joined := &talk{midstream: true}
		joined.c(prepare).s(prepareOK(true, 1, 0, 1))
		r := joined.c(execute(1, []byte{254, 0}, lstr(value))).s(okPkt(1, 0, 0, 2)).
			c(execute(1, []byte{254, 0}, lstr("it's"))).s(okPkt(1, 0, 0, 2)).run(t)
		c := r.command(t, 1)
		if got := c.Expanded; (got != nil) != (want != "") || got != nil && *got != want || len(c.Params) != 1 || c.Marks.Has(record.MarkIncomplete) != (want == "") {
			t.Errorf("%s: %s", value, r.lines(t))
		}
		if got := r.command(t, 2).Expanded; got == nil || *got != `DO 'it\'s'` {
			t.Errorf("behind the answer: %s", r.lines(t))
		}
	}
}

func TestANULLThatMayHaveBeenSentAheadIsUnknown(t *testing.T) {
	long := pkt(0, []byte{comLongData}, u32(1), u16(0), []byte("abc"))
	null := pkt(0, []byte{comExecute}, u32(1), []byte{0}, u32(1), []byte{1, 1, 252, 0})
	r := session(eofCaps).c(pkt(0, []byte{comPrepare}, []byte("DO ?"))).s(prepareOK(true, 1, 0, 1)).
		lostC(int64(len(long))).c(null).s(okPkt(1, 0, 0, 2)).run(t)
	if c := r.command(t, 1); c.HasParams || c.Expanded != nil || !c.Marks.Has(record.MarkIncomplete) {
		t.Errorf("%s", r.lines(t))
	}
}

func TestParametersThatLieAreAnAnomaly(t *testing.T) {
	for name, payload := range map[string][]byte{
		"a short NULL bitmap": join([]byte{comExecute}, u32(1), []byte{0}, u32(1), []byte{0}),
		"types cut":           join([]byte{comExecute}, u32(1), []byte{0}, u32(1), []byte{0, 0, 1, 3}),
		"a length of 2⁶⁴−1":   join([]byte{comExecute}, u32(1), []byte{0}, u32(1), make([]byte, 2), []byte{1}, []byte(strings.Repeat("\xfe\x00", 9)), []byte("\xfe\xff\xff\xff\xff\xff\xff\xff\xff")),
		"a date of 5 bytes":   join([]byte{comExecute}, u32(1), []byte{0}, u32(1), make([]byte, 2), []byte{1}, []byte(strings.Repeat("\x0a\x00", 9)), []byte{5, 1, 2, 3, 4, 5}),
	} {
		r := session(eofCaps).c(pkt(0, []byte{comPrepare}, []byte("DO ?,?,?,?,?,?,?,?,?"))).s(prepareOK(true, 1, 0, 9)).
			c(pkt(0, payload)).s(okPkt(1, 0, 0, 2)).c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
		c := r.command(t, 1)
		if c.HasParams || !c.Marks.Has("anomaly:params") || r.command(t, 2).Result.Kind != record.ResultOK {
			t.Errorf("%s: %v %v", name, c.Params, c.Marks)
		}
	}
}

func TestAPrepareAnswerThatPromisesTooMuchDoesNotStopTheNext(t *testing.T) {
	lie := join(pkt(1, []byte{0}, u32(1), u16(65535), u16(65535), []byte{0}, u16(0)), column(2, "c", typeLong), eofPkt(3, 2))
	r := session(plainCaps).c(pkt(0, []byte{comPrepare}, []byte("DO ?"))).s(lie).
		c(query("DO 1")).s(okPkt(1, 5, 0, 2)).c(query("DO 2")).s(okPkt(1, 6, 0, 2)).run(t)
	if r.command(t, 1).Result.Affected != 5 || r.command(t, 2).Result.Affected != 6 {
		t.Errorf("%s", r.lines(t))
	}
}

func TestACursorsRowsComeWithItsFetches(t *testing.T) {
	head := join(pkt(1, []byte{1}), column(2, "id", typeLong), eofPkt(3, 2|statusCursorExists))
	fetched := join(pkt(1, []byte{0, 0}, u32(1)), pkt(2, []byte{0, 0}, u32(2)), eofPkt(3, 0x80))
	talk := session(plainCaps).c(pkt(0, []byte{comPrepare}, []byte("SELECT id FROM t"))).s(prepareOK(false, 1, 1, 0)).
		c(pkt(0, []byte{comExecute}, u32(1), []byte{1}, u32(1))).s(head).
		c(pkt(0, []byte{comFetch}, u32(1), u32(10))).s(fetched)
	talk.options.KeepRows = func(string, string) bool { return true }
	r := talk.run(t)
	if e, f := r.command(t, 1).Result, r.command(t, 2).Result; e.Rows != 0 || len(e.Columns) != 1 || f.Rows != 2 || f.Values[1][0].Text != "2" {
		t.Errorf("%s", r.lines(t))
	}
}

func TestABulkExecuteHasRowsOfParameters(t *testing.T) {
	bulk := pkt(0, []byte{comBulkExecute}, u32(1), u16(128), []byte{254, 0, 3, 0x80},
		[]byte{0}, lstr("a"), []byte{0}, u32(4000000000), []byte{1}, []byte{2})
	r := session(eofCaps).c(pkt(0, []byte{comPrepare}, []byte("INSERT INTO t VALUES (?,?)"))).s(prepareOK(true, 1, 0, 2)).
		c(bulk).s(okPkt(1, 2, 1, 2)).run(t)
	b, _ := json.Marshal(r.command(t, 1).BulkParams)
	if string(b) != `[["a",4000000000],[null,{"indicator":"DEFAULT"}]]` {
		t.Errorf("%s", b)
	}
}

func TestPlaceholdersInQuotesAndCommentsAreNone(t *testing.T) {
	v := []record.Value{{Kind: record.ValueNumber, Text: "1"}, {Kind: record.ValueText, Text: "a'b\\\n"}}
	for text, want := range map[string]string{
		"a ? b ?":                           `a 1 b 'a\'b\\\n'`,
		"'?' \"?\" `?` ? ?":                 "'?' \"?\" `?` 1 'a\\'b\\\\\\n'",
		"/* ? */ ? -- ?\n# ?\n?":            "/* ? */ 1 -- ?\n# ?\n'a\\'b\\\\\\n'",
		"'it''s ? ' '\\'?' ? ?":             "'it''s ? ' '\\'?' 1 'a\\'b\\\\\\n'",
		"1--? /*!40000 ? */":                "1--1 /*!40000 'a\\'b\\\\\\n' */",
		"ends in a string '? and ? and \\'": "",
	} {
		got, ok := filledIn(text, v, false, 1000)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v, expected %q", text, got, ok, want)
		}
	}
}

// filledIn gives what fillIn puts into a room.
func filledIn(text string, values []record.Value, noBackslash bool, most int) (string, bool) {
	var r room
	ok := r.fillIn(text, placeholdersOf(text, noBackslash), values, noBackslash, most)
	return r.from(0), ok
}
