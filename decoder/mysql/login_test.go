package mysql

import (
	"strings"
	"testing"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

func TestTheBytesOfAnAuthenticationAreNoCommands(t *testing.T) {
	for name, talk := range map[string]*talk{
		"an RSA encrypted password": new(talk).s(hello(plainCaps)).c(loginPkt(plainCaps, "u", "d")).
			s(pkt(2, []byte{0xfe}, []byte("sha256_password\x00scramble\x00"))).c(pkt(3, []byte{1})).
			s(pkt(4, []byte{1}, []byte("-----BEGIN PUBLIC KEY-----"))).c(pkt(5, []byte("\x03SELECT not a command"))).
			s(okPkt(6, 0, 0, 2)),
		"an old password": new(talk).s(hello(plainCaps)).c(loginPkt(plainCaps, "u", "d")).
			s(pkt(2, []byte{0xfe})).c(pkt(3, []byte("\x0eabcdefgh"))).s(okPkt(4, 0, 0, 2)),
		"caching_sha2_password from the cache": new(talk).s(hello(plainCaps)).c(loginPkt(plainCaps, "u", "d")).
			s(pkt(2, []byte{1, 3}), okPkt(3, 0, 0, 2)),
		"a second factor": new(talk).s(hello(plainCaps)).c(loginPkt(plainCaps, "u", "d")).
			s(pkt(2, []byte{2}, []byte("plugin\x00data"))).c(pkt(3, []byte{3, 'S'})).s(okPkt(4, 0, 0, 2)),
	} {
		r := talk.c(query("DO 1")).s(okPkt(1, 5, 0, 2)).run(t)
		if len(r.commands) != 1 || r.commands[0].N != 1 || r.commands[0].Result.Affected != 5 {
			t.Errorf("%s: %s", name, r.lines(t))
		}
		if l := r.logins[0]; l.Result.Kind != record.ResultOK || l.User != "u" || len(l.Marks) > 0 {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

func TestAPluginIsToldAsItWasSwitchedTo(t *testing.T) {
	r := new(talk).s(hello(plainCaps)).c(loginPkt(plainCaps, "u", "d")).
		s(pkt(2, []byte{0xfe}, []byte("client_ed25519\x00scramble"))).c(pkt(3, []byte("signature"))).
		s(errPkt(4, 1045, "28000", "Access denied")).run(t)
	l := r.logins[0]
	if l.Plugin != "client_ed25519" || l.Result.Error.Code != 1045 || l.Seconds != 3000 {
		t.Errorf("%+v %+v", l, l.Result)
	}
}

func TestAServerMayGreetWithAnError(t *testing.T) {
	r := new(talk).s(pkt(0, []byte{0xff, 0x10, 0x04}, []byte("Too many connections"))).run(t)
	if e := r.logins[0].Result.Error; e.Code != 1040 || e.SQLState != "" || e.Message != "Too many connections" {
		t.Errorf("%+v", e)
	}
}

func TestTLSIsToldAndTheRestIsEncrypted(t *testing.T) {
	request := pkt(1, u32(uint32(plainCaps|clientSSL)), u32(1<<24), []byte{33}, make([]byte, 23))
	r := new(talk).s(hello(plainCaps|clientSSL)).c(request, []byte{0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5}).s([]byte{0x16, 3, 3, 0, 1, 2}).run(t)
	if l := r.logins[0]; !l.TLS || l.User != "" || l.Result != nil || len(r.commands) > 0 {
		t.Errorf("%s", r.lines(t))
	}
	if r.told[stream.FromClient][stream.Encrypted] != 10 {
		t.Errorf("told %v", r.told)
	}
}

func TestWhatIsTooOldIsNamedAndLeftAlone(t *testing.T) {
	r := new(talk).s(pkt(0, []byte{9}, []byte("3.20.1\x00"), u32(5), []byte("scramble\x00"))).c([]byte("anything")).run(t)
	if l := r.logins[0]; l.ServerVersion != "3.20.1" || !l.Marks.Has("anomaly:protocol_9") {
		t.Errorf("%+v", l)
	}
	old := pkt(1, u16(0x85), []byte{0, 0, 0}, []byte("root\x00abcdefgh"))
	r = new(talk).s(hello(plainCaps)).c(old).s(okPkt(2, 0, 0, 2)).c(query("DO 1")).run(t)
	if l := r.logins[0]; l.User != "root" || l.Plugin != "mysql_old_password" || !l.Marks.Has("anomaly:protocol_before_4.1") || len(r.commands) > 0 {
		t.Errorf("%s", r.lines(t))
	}
}

func TestConnectionAttributesAreRead(t *testing.T) {
	caps := capability(plainCaps | clientConnectAttrs)
	attrs := join(lstr("_pid"), lstr("4711"), lstr("empty"), lstr(""))
	login := pkt(1, u32(uint32(caps)), u32(1<<24), []byte{33}, make([]byte, 23), []byte("u\x00"), []byte{0}, []byte("d\x00p\x00"), lenenc(uint64(len(attrs))), attrs)
	r := new(talk).s(hello(caps)).c(login).s(okPkt(2, 0, 0, 2)).run(t)
	if a := r.logins[0].Attributes; len(a) != 2 || a["_pid"] != "4711" || a["empty"] != "" {
		t.Errorf("%v", a)
	}
	lie := login[:len(login)-len(attrs)-1]
	lie = join(lie, []byte{0xfe, 0, 0, 0, 0, 0, 0, 0, 0x40})
	lie[0] = byte(len(lie) - 4)
	r = new(talk).s(hello(caps)).c(lie).s(okPkt(2, 0, 0, 2)).c(query("DO 1")).s(okPkt(1, 0, 0, 2)).run(t)
	if !r.logins[0].Marks.Has("anomaly:login") || len(r.commands) != 1 {
		t.Errorf("%s", r.lines(t))
	}
}

func TestTheScrambleIsKnownByItsDigestAlone(t *testing.T) {
	l := session(plainCaps).run(t).logins[0]
	if len(l.Scramble) != 64 || strings.Contains(l.Scramble, "abcdefgh") {
		t.Errorf("scramble %q", l.Scramble)
	}
	if other := session(eofCaps).run(t).logins[0]; other.Scramble != l.Scramble {
		t.Error("the same scramble has two digests")
	}
}

func TestAGreetingIsKnownByItsContent(t *testing.T) {
	for b, want := range map[string]bool{
		string(hello(plainCaps)):      true,
		string(hello(plainCaps)[:12]): false,
		string(pkt(0, []byte("\n5.5.5-10.11.19-MariaDB\x00"), make([]byte, 40))): true,
		"HTTP/1.1 200 OK\r\n": false,
		string(pkt(1, []byte("\n8.0.33\x00"), make([]byte, 40))):   false,
		string(pkt(0, []byte("\nhello, world"), make([]byte, 40))): false,
		"": false,
	} {
		if got := LooksLikeGreeting([]byte(b)); got != want {
			t.Errorf("%q: %v", b, got)
		}
	}
}

func TestACommandIsKnownByItsContent(t *testing.T) {
	for b, want := range map[string]bool{
		string(query("select * from images")):       true,
		string(query("just some words in between")): false,
		string(query("SELECT 1 FROM DUAL")) + "x":   false,
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n":         false,
	} {
		if got := LooksLikeCommand([]byte(b)); got != want {
			t.Errorf("%q: %v", b, got)
		}
	}
}
