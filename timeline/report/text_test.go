package report

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"glancecap/timeline/story"
)

var update = flag.Bool("update", false, "rewrite the expected reports")

// written gives the text of a story.
func written(t *testing.T, s *story.Story, o TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, s, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// expect compares a report with the one that is kept in testdata.
func expect(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s", name, got, want)
	}
}

func TestOneImageIsToldWithPathPhasesAndEvents(t *testing.T) {
	expect(t, "one.txt", written(t, uploaded(), TextOptions{}))
	expect(t, "one-all.txt", written(t, uploaded(), TextOptions{All: true}))
	expect(t, "one-list.txt", written(t, uploaded(), TextOptions{List: true}))
}

func TestAskedForOneImageTheReportTellsWhatTheDatabaseHolds(t *testing.T) {
	s := uploaded()
	i := s.Images[0]
	i.Row = slices.Insert(i.Row, 3, story.Cell{Column: "virtual_size"})
	i.Row = slices.Insert(i.Row, 1, story.Cell{Column: "name", Value: of("two words")})
	i.Properties = []story.Property{{Name: "hw_architecture", Value: of("x86_64")}}
	i.Locations = []story.Location{{Value: "swift+config://ref1/glance/" + i.ID, Status: "active"}}
	i.Tags = []string{"red"}
	expect(t, "one-image.txt", written(t, s, TextOptions{Image: i.ID}))
}

func TestAFailedImageBeginsWithItsCause(t *testing.T) {
	expect(t, "failed.txt", written(t, failed(), TextOptions{}))
}

func TestUpToTenImagesAreListedThenToldEachWithTheirPath(t *testing.T) {
	expect(t, "three.txt", written(t, several(3), TextOptions{}))
	expect(t, "ten.txt", written(t, several(10), TextOptions{}))
}

func TestManyImagesAreCountedAndTheWorstListed(t *testing.T) {
	expect(t, "many.txt", written(t, many(), TextOptions{}))
}

func TestNoImageIsAnAnswerToo(t *testing.T) {
	s := uploaded()
	s.Images, s.Totals = nil, story.Totals{OnlyRead: 2}
	s.Services = []story.Service{{Name: "glance", Encrypted: 3}, {Name: "mysql", Readable: 812}}
	s.Folded.Databases = []story.DatabaseCount{{Database: "nova", Connections: 790, Statements: 120000}, {Database: "neutron", Connections: 22, Statements: 3100}}
	s.BlindSpots = []story.BlindSpot{{Code: "tls", Text: "172.16.0.20:13292 is TLS (812,345 bytes): Glance's API", Bytes: 812345, Advice: "capture Glance's plain leg too: port 9292"}}
	expect(t, "nothing.txt", written(t, s, TextOptions{}))
}

func TestHealthyImagesUpToTenFitOnAPage(t *testing.T) {
	for n := 1; n <= 10; n++ {
		s := several(n)
		if lines := strings.Count(written(t, s, TextOptions{}), "\n"); lines > pageLines {
			t.Errorf("%d images take %d lines", n, lines)
		}
	}
	s := uploaded()
	busy := s.Images[0]
	for n := range 200 {
		c := *s.Calls[7]
		c.ID, c.Time = fmt.Sprintf("p%d", n), at(0.42+float64(n)/100)
		s.Calls, busy.Calls = append(s.Calls, &c), append(busy.Calls, c.ID)
	}
	text := written(t, s, TextOptions{})
	if lines := strings.Count(text, "\n"); lines > pageLines {
		t.Errorf("one busy image takes %d lines", lines)
	}
	if !strings.Contains(text, "images saving → active") {
		t.Error("a change of status was left out for want of room")
	}
}

func TestTheAccountingLineGrowsOnlyWhereSomethingIsMissing(t *testing.T) {
	s := uploaded()
	s.Accounting.Packets = story.PacketCounts{Total: 2376, Decoded: 2000, Duplicate: 300, NotTCP: 60, HeaderCut: 16}
	s.Accounting.Bytes = story.ByteCounts{Span: 5000, Decoded: 4000, Missing: 900, Cut: 100}
	text := written(t, s, TextOptions{})
	want := "accounted for: all 2,376 packets, of them 16 cut in their headers; of 5,000 stream bytes 900 missing and 100 cut by the snap length\n"
	if !strings.HasSuffix(text, want) {
		t.Errorf("want\n%sat the end of\n%s", want, text)
	}
}

func TestALikelyLinkIsMarkedAndAGuessIsShownOnRequestOnly(t *testing.T) {
	s := uploaded()
	statement := func(id string) *story.Statement {
		return s.Statements[slices.IndexFunc(s.Statements, func(x *story.Statement) bool { return x.ID == id })]
	}
	statement("s7").Call.Certainty = "likely"
	s10 := statement("s10")
	s10.Call.Certainty, s10.Image = "guess", nil
	text := written(t, s, TextOptions{})
	if !strings.Contains(text, "req-89ba…?") {
		t.Errorf("no ? behind a likely link in\n%s", text)
	}
	if strings.Contains(text, "+1 property") {
		t.Errorf("a guess is shown in\n%s", text)
	}
	if all := written(t, s, TextOptions{All: true}); !strings.Contains(all, "??  committed") {
		t.Errorf("the guess is not shown, or not marked, in\n%s", all)
	}
}

func TestAnImageIsFoundByNameIdOrTheBeginningOfItsId(t *testing.T) {
	s := several(3)
	for _, wanted := range []string{"image-2", "2f0f6ff6-960a-42d8-ac3e-f4e8cbc56088", "2F0F"} {
		text := written(t, s, TextOptions{Image: wanted})
		if !strings.Contains(text, "image-2") || strings.Contains(text, "image-1") {
			t.Errorf("--image %s tells\n%s", wanted, text)
		}
	}
	var none *NoSuchImage
	if err := Text(new(bytes.Buffer), s, TextOptions{Image: "2f0"}); !errors.As(err, &none) || len(none.Known) != 3 {
		t.Errorf("the beginning of an id that is too short gives %v", err)
	}
}

func TestNothingThatATerminalCouldTakeForACommandReachesTheText(t *testing.T) {
	nasty := "x\x1b]0;owned\x07\r\x00\u009b31m\u202e\u2066\xff\u200f"
	s := failed()
	i := s.Images[0]
	i.Name, i.ID, i.Verdict.Text, i.Verdict.Status = nasty, nasty, "active "+nasty, nasty
	i.Row = story.Row{{Column: "size", Value: &nasty}, {Column: "disk_format", Value: &nasty}, {Column: "status", Value: &nasty}}
	s.Captures[0].Path, s.Captures[0].Error, s.Captures[0].Remarks = nasty, &nasty, []string{nasty}
	for _, c := range s.Calls {
		c.Method, c.Target, c.Detail, c.RequestID, c.Service = nasty, nasty, nasty, &nasty, nasty
	}
	for _, x := range s.Statements {
		x.Verb, x.Tables, x.Text, x.Service = "INSERT", []string{nasty}, story.PlainText(nasty), nasty
	}
	for _, d := range s.Diagnoses {
		d.Text, d.Advice, d.Cause.From, d.Cause.What, d.Cause.RequestID = nasty, nasty, nasty, nasty, nasty
	}
	s.BlindSpots = []story.BlindSpot{{Text: nasty, Advice: nasty}}
	var got bytes.Buffer
	for _, o := range []TextOptions{{}, {All: true}, {List: true}, {Image: nasty}} {
		got.WriteString(written(t, s, o))
	}
	if err := InfoText(&got, surveyedWith(nasty), TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for n, r := range got.String() {
		if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf) || r == unicode.ReplacementChar) {
			t.Fatalf("%U stands at byte %d of\n%q", r, n, got.String())
		}
	}
	if !strings.Contains(got.String(), `\x1b]0;owned\x07`) {
		t.Error("what was made safe is not visible")
	}
}

func TestColourIsAddedAndNothingElseChanges(t *testing.T) {
	with, without := written(t, failed(), TextOptions{Color: true}), written(t, failed(), TextOptions{})
	if with == without {
		t.Error("no colour")
	}
	for _, how := range []style{strong, good, bad, warning, faint} {
		with = strings.ReplaceAll(with, "\x1b["+string(how)+"m", "")
	}
	if with = strings.ReplaceAll(with, "\x1b[0m", ""); with != without {
		t.Errorf("without its colours the text is\n%s\nwant\n%s", with, without)
	}
}

func TestALongNameIsCutAndTheIdNever(t *testing.T) {
	s := uploaded()
	s.Images[0].Name = strings.Repeat("long ", 100)
	text := written(t, s, TextOptions{})
	if want := "…  " + s.Images[0].ID + "\n"; !strings.Contains(text, want) {
		t.Errorf("want %q in\n%s", want, text)
	}
}

func TestTheEventsFitTheTerminal(t *testing.T) {
	s := uploaded()
	s.Calls[0].Detail = strings.Repeat("日本語 ", 40)
	for _, width := range []int{80, 100, 132} {
		for _, line := range strings.Split(written(t, s, TextOptions{Width: width}), "\n") {
			if columns(line) > width {
				t.Errorf("at %d columns a line takes %d: %s", width, columns(line), line)
			}
		}
	}
}
