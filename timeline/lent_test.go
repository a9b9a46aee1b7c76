package timeline

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"unsafe"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
)

// TestAStoryKeepsNothingOfARecordThatIsLent writes over each text of a record as
// soon as it was added: what is told must not change.
func TestAStoryKeepsNothingOfARecordThatIsLent(t *testing.T) {
	paths := []string{"../fixtures/upload-one/capture.pcap.zst"}
	for _, name := range []string{"failures/capture", "same-image/capture", "mysql-modes/*", "attribution-1/capture", "db-proxy/capture", "third-party/mysql-*"} {
		found, err := filepath.Glob("../../shared/captures/" + name + ".pcap")
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	for _, path := range paths {
		if !exists(path) {
			t.Skip("the recorded upload is not here")
		}
		given, spoilt := toldOf(t, path, false, 0), toldOf(t, path, true, 0)
		if !bytes.Equal(given, spoilt) {
			t.Errorf("%s is told otherwise where its records are written over", path)
		}
		// Where the story has no room, reads of images are folded.
		if given, spoilt = toldOf(t, path, false, 64<<10), toldOf(t, path, true, 64<<10); !bytes.Equal(given, spoilt) {
			t.Errorf("%s, folded, is told otherwise where its records are written over", path)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// toldOf gives the JSON of a capture's story; lent tells that its records are
// lent, and written over.
func toldOf(t *testing.T, path string, lent bool, memory int64) []byte {
	t.Helper()
	b := NewBuilder(Options{Version: "test", Memory: memory})
	o := decoder.Options{Bounds: bounds.Default(), KeepRows: KeepRows, Bodies: true, ForTimeline: true, ShowSecrets: true, Lend: lent, After: record.NoTime, Before: record.NoTime}
	if lent {
		o.Ahead = Ahead() // what it takes apart lies in the same memory
	}
	err := decoder.Run(context.Background(), []string{path}, o, func(rec record.Record) {
		b.Add(rec)
		if m, ok := rec.(*record.MySQL); ok && lent {
			spoil(m)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	told, err := json.Marshal(b.Story())
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// spoil writes over the texts of a record that lie in room which is lent: not
// those of prepared statements, which their connection keeps.
func spoil(m *record.MySQL) {
	if m.Command == "COM_QUERY" && m.Text != nil {
		overwrite(*m.Text)
	}
	if m.Expanded != nil {
		overwrite(*m.Expanded)
	}
	rows := append([][]record.Value{m.Params}, m.BulkParams...)
	if m.Result != nil {
		rows = append(rows, m.Result.Values...)
	}
	for _, row := range rows {
		for _, v := range row {
			if v.Kind != record.ValueIndicator {
				overwrite(v.Text)
			}
		}
	}
}

func overwrite(s string) {
	for i := range len(s) {
		unsafe.Slice(unsafe.StringData(s), len(s))[i] = '~'
	}
}

// TestATextThatIsNotTakenApartAheadIsNotTakenForTheOneBeforeIt lends a record's
// memory to a second one as long, which is no candidate for being read ahead.
func TestATextThatIsNotTakenApartAheadIsNotTakenForTheOneBeforeIt(t *testing.T) {
	ours := "SELECT images.id FROM images WHERE images.name='x'"
	for _, x := range []struct{ command, text string }{
		{"COM_QUERY", "SELECT role.id FROM role WHERE role.domain_id='dd'"},
		{"COM_STMT_PREPARE", "SELECT images.id FROM images WHERE images.size=100"},
	} {
		if len(x.text) != len(ours) {
			t.Fatalf("%q is not as long as %q", x.text, ours)
		}
		memory := []byte(ours)
		text := unsafe.String(&memory[0], len(memory))
		m, ahead := &record.MySQL{Command: "COM_QUERY", Text: &text}, Ahead()
		ahead(m)
		if lexed, ok := m.Ahead.(*sqltext.Lexed); !ok || !lexed.Is(text) {
			t.Fatalf("%s was not taken apart", text)
		}
		copy(memory, x.text)
		m.Command = x.command
		ahead(m)
		if m.Ahead.(*sqltext.Lexed).Is(text) {
			t.Errorf("%s: what was taken apart is another text", text)
		}
	}
}
