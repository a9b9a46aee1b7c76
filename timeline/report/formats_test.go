package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"

	"glancecap/timeline/story"
)

// sinks are the formats that are written here, beside text and JSON.
var sinks = map[string]func(io.Writer, *story.Story) error{"markdown": Markdown, "mermaid": Mermaid, "csv": CSV, "trace": Trace, "lua": Lua}

// nastyStory is a story in which every name that a stranger gives is odd.
func nastyStory(name string) *story.Story {
	s := failed()
	s.Images[0].Name = name
	s.Images[0].Verdict.Text = name
	s.Images[0].Transitions[1].To = name
	for _, c := range s.Calls {
		c.Target, c.Detail, c.RequestID = "/"+name, name, of(name)
	}
	for _, st := range s.Statements {
		st.Text, st.Detail = story.PlainText(name), name
	}
	s.Diagnoses[0].Text, s.Diagnoses[0].Advice = name, name
	s.BlindSpots = []story.BlindSpot{{Text: name, Advice: name}}
	s.Captures[0].Path = name
	return s
}

func sunk(t *testing.T, format string, s *story.Story) string {
	t.Helper()
	var b bytes.Buffer
	if err := sinks[format](&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const nasty = "=cmd|'/c calc'!A1\"]]--\n*b* <i>`x`</i> | [l](http://e) #1 @all ;\nend\n\x1b[31m\u202e\xff\x00\u0085"

func TestNoFormatEmitsWhatIsNotPrintable(t *testing.T) {
	for format := range sinks {
		for n, r := range strings.ReplaceAll(sunk(t, format, nastyStory(nasty)), "\r\n", "\n") {
			if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
				t.Errorf("%s: %U stands at byte %d", format, r, n)
				break
			}
		}
	}
}

func TestATicketKeepsItsTablesWhole(t *testing.T) {
	in := false
	for _, line := range strings.Split(sunk(t, "markdown", nastyStory(nasty)), "\n") {
		if line == "|--:|---|---|---|--:|" {
			in = true
			continue
		}
		if in = in && line != ""; in && strings.Count(line, "|") != 6 {
			t.Errorf("a row has other columns than its header: %s", line)
		}
	}
	// Code stands between backquotes, two a line; nothing else may hold markup.
	for _, line := range strings.Split(sunk(t, "markdown", nastyStory(nasty)), "\n") {
		parts := strings.Split(line, "`")
		if len(parts)%2 == 0 {
			t.Errorf("code is not closed: %s", line)
		}
		for n := 0; n < len(parts); n += 2 {
			if strings.ContainsAny(strings.ReplaceAll(parts[n], "&#", ""), "<[]@#\\") && !strings.HasPrefix(line, "## ") {
				t.Errorf("a stranger's markup stands in %s", line)
			}
		}
	}
}

func TestATicketsLinesFit(t *testing.T) {
	for name, s := range map[string]*story.Story{"one": uploaded(), "failed": failed(), "several": several(3)} {
		for _, line := range strings.Split(sunk(t, "markdown", s), "\n") {
			if columns(line) > ticketWidth {
				t.Errorf("%s: %d columns: %s", name, columns(line), line)
			}
		}
	}
}

func TestACellNeverBeginsAFormula(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(sunk(t, "csv", nastyStory("=1+1")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 10 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("a cell is %q", cell)
			}
		}
	}
	for text, want := range map[string]string{"=1": "'=1", "@x": "'@x", "-2": "-2", "-x": "'-x", " =1": "' =1", "": "", "plain": "plain", "'=1": "''=1", "\t=1": `\t=1`} {
		if got := CSVSafe(text); got != want {
			t.Errorf("CSVSafe(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestSlicesOfOneTrackDoNotOverlap(t *testing.T) {
	var told struct {
		TraceEvents []struct {
			Ph       string
			Ts, Dur  float64
			Pid, Tid int
		}
	}
	if err := json.Unmarshal([]byte(sunk(t, "trace", failed())), &told); err != nil {
		t.Fatal(err)
	}
	type track struct{ pid, tid int }
	spans := make(map[track][][2]float64)
	for _, e := range told.TraceEvents {
		if e.Ph == "X" {
			spans[track{e.Pid, e.Tid}] = append(spans[track{e.Pid, e.Tid}], [2]float64{e.Ts, e.Ts + e.Dur})
		}
	}
	if len(spans) < 4 {
		t.Fatalf("%d tracks", len(spans))
	}
	for at, all := range spans {
		slices.SortFunc(all, func(a, b [2]float64) int { return int(1e3 * (a[0] - b[0])) })
		for n := 1; n < len(all); n++ {
			if all[n][0] < all[n-1][1]-1e-6 {
				t.Errorf("track %v: a slice begins at %f, before the one before it ends at %f", at, all[n][0], all[n-1][1])
			}
		}
	}
}

func TestADiagramHasAStatementALine(t *testing.T) {
	for n, line := range strings.Split(strings.TrimSpace(sunk(t, "mermaid", nastyStory(nasty))), "\n") {
		line = strings.TrimSpace(line)
		ok := n == 0 && line == "sequenceDiagram" || strings.HasPrefix(line, "participant ") || strings.HasPrefix(line, "Note over ") || len(line) > 4 && strings.Contains(line[:8], ">>") || strings.Contains(line[:6], "--x")
		if !ok {
			t.Errorf("line %d is no statement of a sequence diagram: %s", n, line)
		}
		if _, text, found := strings.Cut(line, ": "); found && strings.ContainsAny(strings.NewReplacer("#", "", ";", "").Replace(text), "<>\"`") {
			t.Errorf("a stranger's markup stands in %s", line)
		}
	}
	if got := MermaidSafe("end"); got == "end" {
		t.Error("the word end would end a block")
	}
}

func TestANameIsAStringOfLuaAndNothingMore(t *testing.T) {
	for text, want := range map[string]string{
		`a"); os.execute("x`: `"a\"); os.execute(\"x"`, `\`: `"\\"`, "]]\n--": `"]]\\n--"`, "\x00": `"\\x00"`, "日本": `"日本"`,
	} {
		if got := LuaSafe(text); got != want {
			t.Errorf("LuaSafe(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestAStoryOfOneImageHoldsItsCallsAlone(t *testing.T) {
	s := several(3)
	s.Calls = append(s.Calls, &story.Call{ID: "other", Service: "glance"})
	only, err := Only(s, "image-2")
	if err != nil {
		t.Fatal(err)
	}
	if len(only.Images) != 1 || slices.ContainsFunc(only.Calls, func(c *story.Call) bool { return c.ID == "other" }) || len(only.Calls) == 0 {
		t.Errorf("%d images and %d calls", len(only.Images), len(only.Calls))
	}
	if _, err := Only(s, "nobody"); err == nil {
		t.Error("an image that is not there is told")
	}
}
