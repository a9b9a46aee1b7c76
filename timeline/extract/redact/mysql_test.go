package redact_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"glancecap/fixtures/wire"
)

// packet is a packet of MySQL.
func packet(seq byte, payload string) string {
	n := len(payload)
	return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), seq}) + payload
}

// lenenc is a string with its length in front.
func lenenc(s string) string { return string(rune(len(s))) + s }

// loginOf is a login with these capabilities and this answer to the scramble.
func loginOf(caps uint32, auth, attributes string) string {
	b := binary.LittleEndian.AppendUint32(nil, caps)
	b = binary.LittleEndian.AppendUint32(b, 1<<24)
	b = append(append(b, 33), make([]byte, 23)...)
	text := string(b) + "glance\x00" + lenenc(auth) + "mysql_clear_password\x00"
	if attributes != "" {
		text += lenenc(attributes)
	}
	return packet(1, text)
}

const (
	capsPlain      = 0x0008a205 // protocol 4.1, secure connection, plugin, transactions
	capsAttributes = 0x00100000
	capsCompress   = 0x20
)

// compressedPacket is a packet of the compressed protocol.
func compressedPacket(seq byte, content string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(content))
	w.Close()
	n, was := b.Len(), len(content)
	return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), seq, byte(was), byte(was >> 8), byte(was >> 16)}) + b.String()
}

const ok = "\x00\x00\x00\x02\x00\x00\x00"

// begun is a connection up to its login's OK.
func begun(caps uint32, auth, attributes string) string {
	return "worker --> database connect\nworker <-- database greeting id=31\n" +
		say("worker --> database", loginOf(caps, auth, attributes)) + say("worker <-- database", packet(2, ok))
}

func TestSecretsInMySQLsOtherFormsAreGone(t *testing.T) {
	insert := "INSERT INTO password (id, password_hash) VALUES (?, ?)"
	definition := packet(2, "\x03def\x00\x00\x00\x01?\x00\x0c\x3f\x00\x00\x00\x00\x00\xfd\x80\x00\x00\x00\x00")
	prepared := say("worker --> database", packet(0, "\x16"+insert)) +
		say("worker <-- database", packet(1, "\x00\x01\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00")+definition+packet(3, definition[4:])+packet(4, "\xfe\x00\x00\x02\x00"))
	execute := say("worker --> database", packet(0, "\x17\x01\x00\x00\x00\x00\x01\x00\x00\x00\x00\x01\xfd\x00\xfd\x00"+lenenc("1")+lenenc(hash)))
	long := say("worker --> database", packet(0, "\x18\x01\x00\x00\x00\x01\x00"+hash))
	for name, text := range map[string]string{
		"clear password": begun(capsPlain, password+"\x00", ""),
		"attribute":      begun(capsPlain|capsAttributes, "", lenenc("x_password")+lenenc(password)),
		"auth switch": "worker --> database connect\nworker <-- database greeting id=31\n" + say("worker --> database", loginOf(capsPlain, "", "")) +
			say("worker <-- database", packet(2, "\xfemysql_clear_password\x00"+uuid[:20]+"\x00")) + say("worker --> database", packet(3, password+"\x00")) + say("worker <-- database", packet(4, ok)),
		"change user": begun(capsPlain, "", "") + say("worker --> database", packet(0, "\x11other\x00"+lenenc(password+"\x00")+"\x00")) + say("worker <-- database", packet(1, ok)),
		"execute":     begun(capsPlain, "", "") + prepared + execute + say("worker <-- database", packet(1, ok)),
		"long data":   begun(capsPlain, "", "") + prepared + long,
		"compressed":  begun(capsPlain|capsCompress, "", "") + say("worker --> database", compressedPacket(0, packet(0, "\x03ALTER USER a IDENTIFIED BY '"+password+"'"))),
		"compressed in pieces": begun(capsPlain|capsCompress, "", "") +
			say("worker --> database [mss 9]", compressedPacket(0, packet(0, "\x03ALTER USER a IDENTIFIED BY '"+password+"'"))),
		"stored in compression": begun(capsPlain|capsCompress, "", "") +
			say("worker --> database", func() string {
				inner := packet(0, "\x03SET PASSWORD = '"+password+"'")
				return string([]byte{byte(len(inner)), 0, 0, 0, 0, 0, 0}) + inner
			}()),
	} {
		for _, mss := range []string{"", "mss 11\n"} {
			in := pcap(t, mss+text)
			out, done := redacted(t, in, "a key for the tests")
			if gone(t, name, out, hash, password, uuid[:20], password[:12]); done.Packets+done.CutPackets == 0 {
				t.Errorf("%s: nothing was changed: %+v", name, done)
			}
			if strings.HasPrefix(name, "compressed") != (done.CutPackets > 0) {
				t.Errorf("%s: %d packets were cut", name, done.CutPackets)
			}
		}
	}
}

func TestAnUnsecretStatementInCompressionStays(t *testing.T) {
	text := begun(capsPlain|capsCompress, password+"\x00", "") + say("worker --> database", compressedPacket(0, packet(0, "\x03SELECT id, name FROM images WHERE status = 'queued'")))
	if _, done := redacted(t, pcap(t, text), "a key for the tests"); done.CutPackets > 0 {
		t.Errorf("%+v", done)
	}
}

// block is a pcapng block.
func block(kind uint32, body string) string {
	for len(body)%4 != 0 {
		body += "\x00"
	}
	n := binary.LittleEndian.AppendUint32(nil, uint32(len(body)+12))
	return string(binary.LittleEndian.AppendUint32(nil, kind)) + string(n) + body + string(n)
}

// option is a comment.
func comment(text string) string {
	for len(text)%4 != 0 {
		text += " "
	}
	return "\x01\x00" + string([]byte{byte(len(text)), byte(len(text) >> 8)}) + text + "\x00\x00\x00\x00"
}

func TestBlocksBesidePacketsLoseTheirSecretsToo(t *testing.T) {
	c, err := wire.Play(ends + say("client --> glance", "GET / HTTP/1.1\r\nX-Auth-Token: "+uuid+"\r\n\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	in, err := c.Pcapng()
	if err != nil {
		t.Fatal(err)
	}
	const names, secrets, custom = 4, 10, 0xbad
	keys := "CLIENT_RANDOM 0011 2233"
	in = append(in, block(names, "\x01\x00\x0c\x00\x0a\x00\x00\x01n-"+uuid[:6]+"\x00\x00\x00\x00"+comment("seen "+uuid))...)
	in = append(in, block(secrets, "KSLT"+string(binary.LittleEndian.AppendUint32(nil, uint32(len(keys))))+keys)...)
	in = append(in, block(custom, "\x01\x02\x03\x04 with "+uuid+" in it")...)
	data := c.Frames[0].Data
	length := string(binary.LittleEndian.AppendUint32(nil, uint32(len(data))))
	padded := string(data) + strings.Repeat("\x00", (4-len(data)%4)%4)
	in = append(in, block(6, strings.Repeat("\x00", 12)+length+length+padded+comment(fmt.Sprintf("his password=%s, his token %s and %s", password, token, uuid)))...)
	out, done := redacted(t, in, "a key for the tests")
	gone(t, "blocks", out, uuid, token, password, keys)
	if done.KeyBlocks != 1 || !bytes.Contains(out, []byte("his password=")) || !bytes.Contains(out, []byte("seen ")) {
		t.Errorf("%+v", done)
	}
}
