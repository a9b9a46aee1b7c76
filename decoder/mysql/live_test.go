package mysql_test

import (
	"bufio"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	driver "github.com/go-sql-driver/mysql" // a client of another hand

	"glancecap/decoder/record"
)

// program is a program that runs beside the test.
type program struct {
	cmd *exec.Cmd
	out *bufio.Scanner
}

// start starts a program and waits until it says what ready matches.
func start(t *testing.T, ready string, name string, args ...string) *program {
	t.Helper()
	cmd := exec.Command(name, args...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &program{cmd: cmd, out: bufio.NewScanner(pipe)}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	var said []string
	for p.out.Scan() {
		said = append(said, p.out.Text())
		if strings.Contains(p.out.Text(), ready) {
			return p
		}
	}
	t.Fatalf("%s ended before it said %q:\n%s", name, ready, strings.Join(said, "\n"))
	return nil
}

// stop ends a program, waits for it and gives what it said.
func (p *program) stop() string {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	said := ""
	for p.out.Scan() {
		said += p.out.Text() + "\n"
	}
	_ = p.cmd.Wait()
	return said
}

// needs skips the test where a program or root's rights are missing.
func needs(t *testing.T, names ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a database: not in short mode")
	}
	if os.Getuid() != 0 {
		t.Skip("tcpdump needs root")
	}
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
}

// database starts a MariaDB that writes a general log. It gives its port and
// the log's path.
func database(t *testing.T) (p *program, port int, log string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	if out, err := exec.Command("mariadb-install-db", "--no-defaults", "--user=root", "--datadir="+data, "--skip-test-db", "--auth-root-authentication-method=normal").CombinedOutput(); err != nil {
		t.Fatalf("mariadb-install-db: %v\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	log = filepath.Join(dir, "general.log")
	p = start(t, "ready for connections", "mariadbd", "--no-defaults", "--user=root", "--datadir="+data,
		"--bind-address=127.0.0.1", fmt.Sprintf("--port=%d", port), "--socket="+filepath.Join(dir, "s"), "--pid-file="+filepath.Join(dir, "pid"),
		"--general-log", "--general-log-file="+log, "--innodb-buffer-pool-size=8M", "--skip-log-error")
	return p, port, log
}

// speak logs in as root and sends commands, each after the answer to the one
// before.
func speak(t *testing.T, port int, commands ...[]byte) {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	answer := make([]byte, 64<<10)
	hear := func() {
		if _, err := conn.Read(answer); err != nil && err != io.EOF {
			t.Fatal(err)
		}
	}
	hear()
	const caps = 1 | 1<<9 | 1<<15 | 1<<19 | 1<<24 // LONG_PASSWORD, PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH, DEPRECATE_EOF
	login := binary.LittleEndian.AppendUint32(nil, caps)
	login = append(login, 0, 0, 0, 1, 45)
	login = append(login, make([]byte, 23)...)
	login = append(login, "root\x00\x00mysql_native_password\x00"...)
	for i, payload := range append([][]byte{login}, commands...) {
		seq := byte(0)
		if i == 0 {
			seq = 1
		}
		n := len(payload)
		if _, err := conn.Write(append([]byte{byte(n), byte(n >> 8), byte(n >> 16), seq}, payload...)); err != nil {
			t.Fatal(err)
		}
		if payload[0] != 0x19 { // COM_STMT_CLOSE has no answer
			hear()
		}
	}
}

// drive speaks through go-sql-driver, as Go programs do: with parameters put
// into the text, as prepared statements, and compressed.
func drive(t *testing.T, port int) {
	t.Helper()
	// More than 256 pieces of 16 KiB, of which the server takes no line.
	driver.RegisterReaderHandler("lines", func() io.Reader { return strings.NewReader(strings.Repeat("\x03SELECT 'no command'\n", 250_000)) })
	when := time.Date(2026, 11, 23, 16, 4, 49, 123456000, time.UTC)
	for i, mode := range []string{"interpolateParams=true", "", "compress=true", "compress=true&interpolateParams=true&multiStatements=true"} {
		db, err := sql.Open("mysql", fmt.Sprintf("root@tcp(127.0.0.1:%d)/live?%s", port, mode))
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		for _, s := range []struct {
			text string
			args []any
		}{
			{"INSERT INTO t (a, b) VALUES (?, ?)", []any{fmt.Sprintf("it's \"%d\"", i), when}},
			{"INSERT INTO t (a, b) VALUES (?, ?)", []any{strings.Repeat("compress me ", 4), nil}},
			{"UPDATE t SET a = ? WHERE id > ? AND id < ?", []any{"☃", int64(-7), 1 << 40}},
			{"INSERT INTO t (id) VALUES (?)", []any{1}}, // there already
			{"INSERT INTO nowhere VALUES (?)", []any{true}},
			{"LOAD DATA LOCAL INFILE 'Reader::lines' INTO TABLE t LINES STARTING BY 'none' (a)", nil},
			{"DELETE FROM t WHERE a = ? OR id = ?", []any{[]byte("bytes"), uint64(1) << 63}},
		} {
			_, _ = db.Exec(s.text, s.args...)
		}
		rows, err := db.Query("SELECT id, a, b, REPEAT('z', 300) FROM t WHERE id >= ? ORDER BY id", 0)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		db.Close()
	}
}

// logged gives the statements of a general log, in the order of their
// connections.
func logged(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^[^\t]*\t\s*(\d+) (Query|Prepare|Execute)\t(.*)$`)
	var found []string
	for _, m := range line.FindAllStringSubmatch(string(b), -1) {
		// MariaDB writes the type before a time; a plain string means the same.
		found = append(found, m[2]+" "+strings.ReplaceAll(m[3], "TIMESTAMP'", "'"))
	}
	return found
}

func TestWhatIsRecordedIsWhatAServerLogged(t *testing.T) {
	needs(t, "mariadbd", "mariadb-install-db", "mariadb", "tcpdump")
	server, port, log := database(t)
	file := filepath.Join(t.TempDir(), "live.pcap")
	dump := start(t, "listening on", "tcpdump", "-i", "lo", "-s", "70000", "-B", "65536", "-U", "--immediate-mode", "-w", file, fmt.Sprintf("tcp port %d", port))

	speak(t, port,
		[]byte("\x03CREATE DATABASE live"),
		[]byte("\x03CREATE TABLE live.t (id INT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(50), b DATETIME(6))"),
		[]byte("\x16INSERT INTO live.t (a, b) VALUES (?, ?)"),
		[]byte("\x17\x01\x00\x00\x00\x00\x01\x00\x00\x00\x00\x01\xfe\x00\x0c\x00\x06it's \"\x0b\xe4\x07\x02\x12\x04\x31\x38\x40\xe2\x01\x00"),
		[]byte("\x17\x01\x00\x00\x00\x00\x01\x00\x00\x00\x03\x00"),
		[]byte("\x19\x01\x00\x00\x00"),
		[]byte("\x03SELECT * FROM live.t WHERE a <> '☃'"),
		[]byte("\x03SELEC nothing"),
	)
	const sql = "SELECT 'a text long enough that it is worth compressing, and compressing, and compressing'; INSERT INTO live.t (a) VALUES ('x'), ('y'); SELECT COUNT(*) FROM live.t"
	for _, compress := range []string{"--skip-compress", "--compress"} {
		out, err := exec.Command("mariadb", "--no-defaults", "-h", "127.0.0.1", fmt.Sprintf("-P%d", port), "-uroot", "--skip-ssl", compress, "-e", sql).CombinedOutput()
		if err != nil {
			t.Fatalf("mariadb: %v\n%s", err, out)
		}
	}
	drive(t, port)
	server.stop()
	if said := dump.stop(); !strings.Contains(said, "\n0 packets dropped by kernel") {
		t.Skipf("tcpdump could not keep up, the machine is too busy:\n%s", said)
	}

	var told []string
	for _, m := range commandsOn(t, file, uint16(port)) {
		if len(m.Marks) > 0 {
			t.Errorf("%s %v", m.Command, m.Marks)
		}
		switch m.Command {
		case "COM_QUERY":
			told = append(told, "Query "+*m.Text)
		case "COM_STMT_PREPARE":
			if m.Result.Kind != record.ResultError { // the server logs none that failed
				told = append(told, "Prepare "+*m.Text)
			}
		case "COM_STMT_EXECUTE":
			told = append(told, "Execute "+*m.Expanded)
		}
		if m.Result.Kind == record.ResultMissing {
			t.Errorf("%s has no answer", m.Command)
		}
	}
	want := logged(t, log)
	if len(want) < 10 || !slices.Equal(told, want) {
		t.Errorf("told:\n  %s\nlogged:\n  %s", strings.Join(told, "\n  "), strings.Join(want, "\n  "))
	}
}
