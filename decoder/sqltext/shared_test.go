package sqltext

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// recorded gives the texts of the recorded captures' statements.
var recorded = sync.OnceValue(func() (texts []string) {
	files, _ := filepath.Glob("../../../shared/captures/*/truth/sql.jsonl")
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			continue
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var row struct{ Text *string }
			if json.Unmarshal(lines.Bytes(), &row) == nil && row.Text != nil && *row.Text != "" {
				texts = append(texts, *row.Text)
			}
		}
	}
	return texts
})

func TestRecordedStatementsSayWhatTheParserSaysOfTheWholeText(t *testing.T) {
	texts := recorded()
	if len(texts) == 0 {
		t.Skip("the recorded captures are not beside the project")
	}
	cached, seen := newParser(), map[string]bool{}
	for _, text := range texts {
		if seen[text] {
			continue
		}
		seen[text] = true
		s := cached.Parse(text)
		got := tell(&s)
		if s.Unparsed != "" {
			t.Errorf("unparsed, %s: %s", s.Unparsed, text)
		}
		u := newParser().Parse(text)
		if fresh := tell(&u); fresh != got {
			t.Fatalf("%s\ncached: %s\nfresh: %s", text, got, fresh)
		}
		if s.Housekeeping || s.Control != ControlNone {
			continue
		}
		if d, ok := direct(text, &s); !ok {
			t.Errorf("the parser refuses %s", text)
		} else if want := tell(&d); want != got {
			t.Fatalf("%s\ngot:  %s\nwant: %s", text, got, want)
		}
	}
	t.Logf("%d texts, %d different, %d shapes", len(texts), len(seen), len(cached.young)+len(cached.old))
}

func BenchmarkRecorded(b *testing.B) {
	texts := recorded()
	if len(texts) == 0 {
		b.Skip("the recorded captures are not beside the project")
	}
	p, n := newParser(), 0
	for _, text := range texts {
		n += len(text)
		p.Parse(text)
	}
	b.SetBytes(int64(n / len(texts)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p.Parse(texts[i%len(texts)])
	}
}

func BenchmarkGlanceSelect(b *testing.B) {
	for _, text := range recorded() {
		if len(text) > 1900 && len(text) < 2100 && text[:13] == "SELECT images" {
			p := newParser()
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				p.Parse(text)
			}
			return
		}
	}
	b.Skip("the recorded captures are not beside the project")
}

func BenchmarkGlanceList(b *testing.B) {
	for _, text := range recorded() {
		if len(text) > 3600 {
			p := newParser()
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				p.Parse(text)
			}
			return
		}
	}
	b.Skip("the recorded captures are not beside the project")
}
