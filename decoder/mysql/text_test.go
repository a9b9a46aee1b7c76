package mysql

import (
	"testing"

	"glancecap/decoder/record"
)

func TestATextMayHoldNULAndBytesThatAreNoUTF8(t *testing.T) {
	r := session(plainCaps).c(query("INSERT INTO t VALUES (_binary'\x00\x01\xff\xfe', 'é')")).s(okPkt(1, 1, 0, 2)).run(t)
	expectTexts(t, r, "COM_QUERY INSERT INTO t VALUES (_binary'\x00\x01\uFFFD', 'é') ok")
	expectMarks(t, r.command(t, 0), record.MarkReplacedText)
}

func TestQueryAttributesStandBeforeTheTextAndAreNoneOfIt(t *testing.T) {
	none := pkt(0, []byte{comQuery, 0, 1}, []byte("SELECT 1"))
	two := pkt(0, []byte{comQuery, 2, 1, 0b10, 1}, []byte{254, 0}, lstr("traceparent"), []byte{byte(typeLongLong), 0}, lstr("n"), lstr("00-ab"), []byte("SELECT 2"))
	for _, midstream := range []bool{false, true} {
		talk := session(plainCaps | clientQueryAttrs)
		if midstream {
			talk = newTalk()
			talk.midstream = true
		}
		r := talk.c(none).s(okPkt(1, 0, 0, 2)).c(two).s(okPkt(1, 0, 0, 2)).run(t)
		expectTexts(t, r, "COM_QUERY SELECT 1 ok", "COM_QUERY SELECT 2 ok")
	}
}

func newTalk() *talk { return new(talk) }

func TestUnknownAndEmptyCommandsAreNamed(t *testing.T) {
	r := session(plainCaps).c(pkt(0, []byte{0x77, 1, 2})).s(errPkt(1, 1047, "08S01", "Unknown command")).
		c(pkt(0)).s(errPkt(1, 1047, "08S01", "Unknown command")).
		c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
	expectTexts(t, r, "COM_0x77 - error", "COM_EMPTY - error", "COM_QUERY DO 1 ok")
}

func TestTheDefaultDatabaseIsFollowed(t *testing.T) {
	const tracked = 2 | statusStateChanged
	change := pkt(1, []byte{0, 0, 0}, u16(tracked), u16(0), []byte{0}, lstr(string(join([]byte{trackSchema}, lstr(string(lstr("third")))))))
	r := session(plainCaps | clientSessionTrack).
		c(query("DO 1")).s(okPkt(1, 0, 0, 2)).
		c(pkt(0, []byte{comInitDB}, []byte("second"))).s(okPkt(1, 0, 0, 2)).
		c(query("DO 2")).s(change).
		c(query("use `fourth`;")).s(okPkt(1, 0, 0, 2)).
		c(query("USE nowhere")).s(errPkt(1, 1049, "42000", "Unknown database")).
		c(query("DO 3")).s(okPkt(1, 0, 0, 2)).run(t)
	for i, want := range []string{"images", "images", "second", "third", "fourth", "fourth"} {
		if got := r.command(t, i).Database; got != want {
			t.Errorf("command %d: database %q, expected %q", i, got, want)
		}
	}
}

func TestFieldListsStatisticsAndOptionsHaveTheirAnswers(t *testing.T) {
	r := session(plainCaps).
		c(pkt(0, []byte{comFieldList}, []byte("t\x00%"))).s(column(1, "id", typeLong), column(2, "name", 253), eofPkt(3, 2)).
		c(pkt(0, []byte{comStatistics})).s(pkt(1, []byte("Uptime: 1958  Threads: 11"))).
		c(pkt(0, []byte{0x1b, 0, 0})).s(eofPkt(1, 2)).
		c(pkt(0, []byte{comFieldList}, []byte("none\x00"))).s(errPkt(1, 1146, "42S02", "no table")).run(t)
	expectTexts(t, r, "COM_FIELD_LIST t rows", "COM_STATISTICS - statistics", "COM_SET_OPTION - eof", "COM_FIELD_LIST none error")
	if c := r.command(t, 0).Result.Columns; len(c) != 2 || c[1] != "name" {
		t.Errorf("columns %v", c)
	}
}

func TestNamesThatTheServerLeftOutAreNull(t *testing.T) {
	caps := capability(eofCaps | clientOptionalMeta)
	r := session(caps).c(query("SELECT 1, 2")).s(pkt(1, []byte{2, 0}), pkt(2, lstr("1"), lstr("2")), okEnd(3, 2)).run(t)
	if res := r.command(t, 0).Result; res.Rows != 1 || resultJSON(res) != `{"kind":"rows","affected":null,"insert_id":null,"warnings":0,"status":["autocommit"],"columns":[null,null],"rows":1,"error":null}` {
		t.Errorf("%s", resultJSON(res))
	}
}
