package recordfile

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

// reading reads texts as files a, b, … and gives what comes out as words.
func reading(texts ...string) (words []string, result Result) {
	o := Options{Opened: make(map[string]io.Reader), Compressions: 2}
	var paths []string
	for i, text := range texts {
		path := string(rune('a' + i))
		paths = append(paths, path)
		o.Opened[path] = strings.NewReader(text)
	}
	result, _ = Read(context.Background(), paths, o, func(r record.Record) {
		h, file := r.Header(), "-"
		if h.File != nil {
			file = fmt.Sprint(*h.File)
		}
		words = append(words, fmt.Sprintf("%s %s %d %s", h.Type, h.ID, h.Stream, file))
	})
	return words, result
}

func run(captures string) string {
	return `{"type":"run","captures":[` + captures + `]}` + "\n"
}

func query(id string, stream, frame int) string {
	return fmt.Sprintf(`{"type":"mysql","id":"%s","stream":%d,"request":{"time":"2020-02-18T04:49:%02dZ","end":"2020-02-18T04:49:%02dZ","first_frame":%d,"last_frame":%d},"response":null}`+"\n",
		id, stream, frame, frame, frame, frame)
}

const books = `{"type":"capture","path":"x.pcap","packets":2}` + "\n" + `{"type":"books"}` + "\n"

func TestFilesAreMergedByTimeAndNumberedAsOne(t *testing.T) {
	words, result := reading(
		run(`{"path":"a.pcap"}`)+query("q1", 7, 10)+query("q2", 7, 40)+books,
		run(`{"path":"b.pcap"}`)+query("q1", 7, 20)+query("q2", 8, 30)+books)
	want := []string{"mysql q1@1 0 0", "mysql q1@2 1 1", "mysql q2@2 2 1", "mysql q2@1 0 0", "capture  0 0", "capture  0 1", "books  0 -"}
	if !slices.Equal(words, want) || result.Errors != nil {
		t.Errorf("got %q, %v\nwant %q", words, result.Errors, want)
	}
}

func TestPiecesOfOneCaptureAreThatCapture(t *testing.T) {
	one := `{"path":"m.json","manifest":"aa"}`
	words, result := reading(run(one)+query("q1", 0, 30)+books, run(one)+query("q1", 0, 20)+books)
	want := []string{"mysql q1@2 0 -", "mysql q1@1 1 -", "capture  0 -", "books  0 -"}
	if !slices.Equal(words, want) || result.Errors != nil || result.Remarks != nil {
		t.Errorf("got %q, %v, %v\nwant %q", words, result.Errors, result.Remarks, want)
	}
}

func TestAFileThatWasCutOffSaysSo(t *testing.T) {
	words, result := reading(run(`{"path":"a.pcap"}`) + query("q1", 0, 1) + `{"type":"my`)
	if len(words) != 1 || len(result.Errors) != 1 || !strings.Contains(result.Errors[0].Error(), "a: line 3 at byte ") {
		t.Errorf("got %q, %v", words, result.Errors)
	}
	if _, result = reading(run(`{"path":"a.pcap"}`) + query("q1", 0, 1)); len(result.Errors) != 1 {
		t.Errorf("without books: %v", result.Errors)
	}
}

func TestBooksThatDoNotBalanceAreSaid(t *testing.T) {
	_, result := reading(run(`{"path":"a.pcap"}`) + `{"type":"books","accounting":{"packets":{"total":3}}}`)
	if len(result.Errors) != 1 || !strings.Contains(result.Errors[0].Error(), "do not balance") {
		t.Errorf("%v", result.Errors)
	}
}

func TestALineWithoutEndIsNotHeld(t *testing.T) {
	o := Options{Opened: map[string]io.Reader{"a": io.MultiReader(strings.NewReader(`{"type":"`), endless{})}, Compressions: 2}
	result, _ := Read(context.Background(), []string{"a"}, o, func(record.Record) { t.Error("a record") })
	if len(result.Errors) != 1 || !strings.Contains(result.Errors[0].Error(), "longer than 32 MiB") {
		t.Errorf("%v", result.Errors)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

func TestRecordsAreToldFromCapturesAndManifests(t *testing.T) {
	for text, want := range map[string]bool{
		query("q1", 0, 1): true, `{"schema":"glancecap.split/1"`: false, "\xd4\xc3\xb2\xa1": false, "": false, "[": false,
	} {
		records, again := Sniff(strings.NewReader(text), 2)
		all, _ := io.ReadAll(again)
		if records != want || string(all) != text {
			t.Errorf("%.20q: records %v, again %.20q", text, records, all)
		}
	}
}

// FuzzWhatStrangersCallRecordsDoesNoHarm reads two files, one of them foreign.
func FuzzWhatStrangersCallRecordsDoesNoHarm(f *testing.F) {
	f.Add([]byte(run(`{"path":"a"},{"path":"b"}`) + query("q1", 1, 2) + books))
	f.Add([]byte(`{"type":"http","file":-5,"stream":-1}` + "\n\n" + `{"type":"connection","file":99}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		words, _ := reading(string(b), run(`{"path":"a.pcap"}`)+query("q9", 0, 1)+books)
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, "mysql q9@2 ") }) {
			t.Fatalf("the other file's record is gone: %q", words)
		}
	})
}
