package mysql

import (
	"math/rand"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// fromBytes makes a conversation of any bytes: each event begins with a byte
// that says what it is and one that says how long.
func fromBytes(data []byte) *talk {
	t := new(talk)
	if len(data) == 0 {
		return t
	}
	t.midstream = data[0]&1 != 0
	t.options.Bounds = bounds.Default()
	if data[0]&2 != 0 {
		b := &t.options.Bounds
		b.SQLText, b.Rows, b.DirectionBytes, b.PreparedPerConn, b.PipelinedPerConn = 64, 3, 512, 2, 3
	}
	if data[0]&4 != 0 {
		t.options.KeepRows = func(string, string) bool { return true }
	}
	for data = data[1:]; len(data) >= 2; {
		kind, n := data[0], int(data[1])
		data = data[2:]
		e := event{dir: stream.Dir(kind & 1), why: stream.Why(kind >> 4 % 5)}
		if kind&0x0e == 0x0e {
			e.gap = int64(n) + 1
			t.add(e)
			continue
		}
		n = min(n<<(kind>>1&3), len(data))
		e.bytes, data = data[:n], data[n:]
		if kind&8 != 0 && len(t.events) > 0 { // more of the same frame
			t.events = append(t.events, e)
			t.events[len(t.events)-1].frame = t.events[len(t.events)-2].frame
			continue
		}
		t.add(e)
	}
	return t
}

// toBytes is the reverse of fromBytes, for seeds.
func (t *talk) toBytes(flags byte) []byte {
	if t.midstream {
		flags |= 1
	}
	out := []byte{flags}
	for _, e := range t.events {
		if e.gap > 0 {
			out = append(out, byte(e.dir)|0x0e, byte(e.gap-1))
		}
		first := byte(0)
		for b := e.bytes; len(b) > 0; {
			n := min(len(b), 255)
			out = append(append(out, byte(e.dir)|first, byte(n)), b[:n]...)
			b, first = b[n:], 8
		}
	}
	return out
}

// FuzzMySQL feeds conversations of any bytes, whole and cut at random: the
// records are the same, nothing panics, and no more bytes are told as not
// decoded than were given.
func FuzzMySQL(f *testing.F) {
	for _, t := range conversations() {
		for flags := range byte(8) {
			f.Add(t.toBytes(flags&^1), int64(flags))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, seed int64) {
		talk := fromBytes(data)
		want := talk.play(t, func(left int) int { return left }).lines(t)
		random := rand.New(rand.NewSource(seed))
		if got := talk.play(t, func(left int) int { return 1 + random.Intn(left) }).lines(t); got != want {
			t.Errorf("cut at random:\n%s\nin whole segments:\n%s", got, want)
		}
		if got := talk.play(t, func(int) int { return 1 }).lines(t); got != want {
			t.Errorf("byte by byte:\n%s\nin whole segments:\n%s", got, want)
		}
	})
}

// conversations are examples of most that the protocol can say.
func conversations() []*talk {
	return []*talk{
		session(plainCaps).c(query("SELECT 1")).s(rows(false, 2, []string{"a", "b"}, []string{"1", "2"}, []string{"", "3"})).c(pkt(0, []byte{comQuit})),
		session(eofCaps).c(query("SELECT 1")).s(rows(true, 2, []string{"a"}, []string{"1"})).c(query("x")).s(errPkt(1, 1064, "42000", "no")),
		session(plainCaps).c(query("A"), query("B")).s(okPkt(1, 1, 1, 2), okPkt(1, 2, 2, 2)),
		session(plainCaps).c(query("LOAD DATA LOCAL INFILE 'x'")).s(pkt(1, []byte{0xfb, 'x'})).c(pkt(2, []byte("data")), pkt(3)).s(okPkt(4, 1, 0, 2)),
		preparedTalk(false), preparedTalk(true), compressedTalk(), damagedTalk(),
		{midstream: true, events: new(talk).c(pkt(0, []byte{comClose}, u32(1))).c(framed(0, query("DO 1"))).s(framed(1, okPkt(1, 1, 0, 2))).events},
		session(plainCaps|clientCompress).c(framed(0, query("LOAD DATA LOCAL INFILE 'x'"))).s(framed(1, pkt(1, []byte{0xfb, 'x'}))).
			c(framed(2, pkt(0, []byte("0 1"))), framed(3, pkt(0))).s(framed(4, okPkt(1, 1, 0, 2))),
		session(plainCaps).c(query("DO 1")).c(query("DO 2")).lostC(9).c(query("DO 4")).s(okPkt(1, 1, 0, 2)).s(okPkt(1, 2, 0, 2)).c(query("DO 5")).s(okPkt(1, 3, 0, 2)),
		{midstream: true, events: compressedTalk().events[4:]},
		new(talk).s(hello(plainCaps | clientCompress)).c(loginPkt(plainCaps|clientCompress, "u", "d")).lostS(11).
			c(framed(0, query("DO 1"))).s(framed(1, okPkt(1, 1, 0, 2))).c(zstandard(0, query("DO 2"))).s(zstandard(1, okPkt(1, 2, 0, 2))),
		new(talk).s(hello(plainCaps | clientSSL)).lostC(36).c([]byte{0x17, 3, 3, 0, 0x1e, 1, 2, 3}).s([]byte{0x17, 3, 3, 0, 2, 1, 2}).c(query("DO 1")).s(okPkt(1, 0, 0, 2)).
			lostC(9).c(query("DO 2")),
		session(plainCaps).c(pkt(0, []byte{comChangeUser}, []byte("root\x00\x03abcdb\x00"))).s(pkt(1, []byte{0xfe}, []byte("ed25519\x00scramble"))).
			c(pkt(2, []byte("answer"))).s(okPkt(3, 0, 0, 2)),
	}
}

func TestEverySplitOfEveryExampleGivesTheSame(t *testing.T) {
	for _, talk := range conversations() {
		if r := talk.run(t); len(r.commands)+len(r.logins) == 0 {
			t.Error("a conversation without commands and logins")
		}
	}
}

// damaged drops events at random, as a capture that lost packets: what was
// dropped becomes a hole where the stream goes on.
func (t *talk) damaged(random *rand.Rand, share float64) *talk {
	lost := new(talk)
	*lost = talk{midstream: t.midstream, options: t.options}
	for _, e := range t.events {
		if random.Float64() < share {
			e.gap, e.bytes, e.why = int64(len(e.bytes))+e.gap, nil, stream.Lost
		}
		frame := e.frame
		lost.add(e)
		lost.events[len(lost.events)-1].frame = frame
	}
	return lost
}

func TestLossNeverInventsACommandNorShiftsAnAnswer(t *testing.T) {
	talk := session(plainCaps)
	for i := range 60 {
		text := "SELECT " + string(rune('a'+i%26)) + string(rune('a'+i/26))
		switch i % 4 {
		case 0:
			talk.c(query(text)).s(okPkt(1, uint64(i), uint64(i), 2))
		case 1:
			set := rows(false, 2, []string{text, "b"}, []string{"1", "2"}, []string{"3", "4"})
			talk.c(query(text)).s(set[:40]).s(set[40:90]).s(set[90:])
		case 2:
			q := query(text + " FROM a long statement that needs two segments")
			talk.c(q[:20]).c(q[20:]).s(errPkt(1, 1000+i, "HY000", text))
		case 3:
			talk.c(pkt(0, []byte{comPing})).s(okPkt(1, uint64(i), 0, 2))
		}
	}
	truth := make(map[string]string)
	for _, c := range talk.play(t, func(left int) int { return left }).commands {
		truth[key(c)] = answerOf(c)
	}
	random := rand.New(rand.NewSource(7))
	for range 300 {
		for _, share := range []float64{0.01, 0.1, 0.4} {
			r := talk.damaged(random, share).play(t, func(left int) int { return left })
			for _, c := range r.commands {
				want, sent := truth[key(c)]
				whole := !c.Marks.Has(record.MarkGap) && !c.Marks.Has(record.MarkIncomplete)
				if !sent && !c.Marks.Has(record.MarkTruncatedText) {
					t.Fatalf("%s %v was never sent", key(c), c.Marks)
				}
				if sent && whole && answerOf(c) != want && c.Command != "COM_PING" {
					t.Fatalf("%s: %s, expected %s; marks %v", key(c), answerOf(c), want, c.Marks)
				}
			}
		}
	}
}

// key tells a command by its text.
func key(c *record.MySQL) string {
	if c.Text == nil {
		return c.Command
	}
	return c.Command + " " + *c.Text
}

// answerOf tells what was answered.
func answerOf(c *record.MySQL) string {
	r := &result{commands: []*record.MySQL{{Result: c.Result}}}
	return r.texts()[0] + " " + c.Result.Info + " " + resultJSON(c.Result)
}
