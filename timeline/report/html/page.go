// Package html writes a story as one page for a browser.
//
// Comes in: a story. Goes out: one self-contained HTML file: pictures, tables,
// style and script, nothing from the net. Without the script everything is
// there to be read; with it the pictures can be zoomed and the tables
// searched. The package formats and never works a fact out. Foreign text goes
// through report.Safe, which shows what is not printable, and html/template,
// which escapes it where it stands; a content security policy allows the
// page's own script and style by their digests, and nothing else.
package html

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"glancecap/decoder/bounds"
	"glancecap/decoder/sqltext"
	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

//go:embed page.gohtml
var pageText string

//go:embed style.css
var style string

//go:embed script.js
var script string

// Bounds of a page that a browser shows without effort. What is beyond is
// counted on the page.
const (
	maxPictures   = 200    // images with a picture of their own, the worst first
	openPictures  = 4      // up to so many images stand open
	maxStatements = 30_000 // rows; beyond, housekeeping and then reads are left out
	maxCalls      = 20_000
	chunkRows     = 50 // rows of a table that is laid out at once, when it comes into sight
)

// Write writes the page.
func Write(w io.Writer, s *story.Story) error {
	t, err := template.New("page").Funcs(functions).Parse(pageText)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 64<<10)
	p := newPage(s)
	if s.ShowsSecrets {
		p.Warnings = append(p.Warnings, report.SecretsShown())
	}
	if err := t.Execute(b, p); err != nil {
		return err
	}
	return b.Flush()
}

// functions are those that the template calls. Numbers are written short: a
// page of many pictures has hundreds of thousands of them.
var functions = template.FuncMap{
	"safe": report.Safe,
	"n":    func(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) },
	"mid":  func(y, h float64) float64 { return y + h/2 + 4 },
	"down": func(h float64, by int) float64 { return h - float64(by) },
	"need": func(label string) float64 { return letter*float64(len([]rune(label))) + 8 },
}

// page is what the template shows.
type page struct {
	Policy        string
	Style, Script template.HTML
	Title         string
	Captures      []captureLine
	Witnesses     []string
	Warnings      []string
	Totals        string
	Images        []*imageView
	Several       bool
	NoPicture     int // images without one
	Open          bool
	Diagnoses     []diagnosisView
	Calls         [][]callRow
	CallsTold     string
	Statements    [][]statementRow
	Told          string
	Housekeeping  int
	Shapes        []*shape
	BlindSpots    []story.BlindSpot
	Folded        []string
	Accounting    string
	Limits        []story.Limit
	Version       string
}

// captureLine is an input.
type captureLine struct{ Number, Path, Packets, Span, Problem string }

// imageView is an image.
type imageView struct {
	Index                         int
	ID, Name, Label, Verdict      string
	Class, Status, Seconds, Facts string
	Worst                         int
	Diagnoses                     []diagnosisView
	Picture                       *picture
	Fall                          *waterfall
	Row                           string
	Calls, Statements             int
	image                         *story.Image
	calls                         []*story.Call
	statements                    []*story.Statement
	BandOnly                      []stretch
}

// diagnosisView is a diagnosis.
type diagnosisView struct {
	*story.Diagnosis
	Where, Grep string
}

// inline wraps the page's own text in its element.
func inline(element, text string) template.HTML {
	return template.HTML("<" + element + ">" + text + "</" + element + ">")
}

// digest names a text in a content security policy (CSP level 2, §4.2.5).
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func newPage(s *story.Story) *page {
	x := report.NewIndex(s)
	p := &page{
		Policy: "default-src 'none'; script-src " + digest(script) + "; style-src " + digest(style) + "; base-uri 'none'; form-action 'none'",
		Style:  inline("style", style), Script: inline("script", script),
		Version: s.Version, BlindSpots: s.BlindSpots, Limits: s.Limits, Accounting: report.AccountingWords(s.Accounting), Folded: folded(s.Folded),
	}
	p.header(s)
	p.images(x, s)
	for _, d := range s.Diagnoses {
		if d.Image == nil {
			p.Diagnoses = append(p.Diagnoses, newDiagnosis(d))
		}
	}
	p.calls(x, s)
	p.statements(s)
	return p
}

// header tells the inputs.
func (p *page) header(s *story.Story) {
	var names []string
	for n, c := range s.Captures {
		line := captureLine{Number: report.CaptureNumber(s.Captures, n), Path: report.Safe(c.Path), Packets: report.Grouped(c.Packets), Span: report.Span(c.First, c.Last)}
		if c.Path == "-" {
			line.Path = "standard input"
		}
		if c.Error != nil {
			line.Problem = report.Safe(*c.Error)
		}
		for _, r := range c.Remarks {
			p.Warnings = append(p.Warnings, line.Path+": "+report.Safe(r))
		}
		p.Captures, names = append(p.Captures, line), append(names, line.Path)
	}
	for _, w := range s.Witnesses {
		p.Witnesses = append(p.Witnesses, report.Safe(w.Path+": "+report.WitnessWords(w)))
	}
	if s.Interrupted {
		p.Warnings = append(p.Warnings, "interrupted: only what was read until then is told")
	}
	p.Title = strings.Join(names[:min(len(names), 3)], ", ") + " – glancecap"
}

// images tells each image; the worst ones have a picture.
func (p *page) images(x *report.Index, s *story.Story) {
	for n, i := range s.Images {
		v := &imageView{Index: n, ID: report.Safe(i.ID), Name: nameOf(i), Status: report.Safe(i.Verdict.Status), image: i, Worst: x.Worst(i)}
		v.Label, v.Verdict = report.VerdictWords(i)
		v.Label, v.Verdict = report.Safe(v.Label), report.Safe(strings.TrimSpace(v.Verdict))
		v.Seconds, v.Facts = report.Seconds(i.Verdict.Seconds), report.Safe(report.ImageFacts(i))
		v.Class = []string{"error", "warning", "ok"}[v.Worst]
		for _, id := range i.Diagnoses {
			if d := x.Diagnosis(id); d != nil {
				v.Diagnoses = append(v.Diagnoses, newDiagnosis(d))
			}
		}
		p.Images = append(p.Images, v)
	}
	p.Several, p.Open = len(p.Images) > 1, len(p.Images) <= openPictures
	if p.Several {
		p.Totals = report.Safe(report.TotalsWords(s.Totals))
	}
	worst := slices.Clone(p.Images)
	slices.SortStableFunc(worst, func(a, b *imageView) int {
		return cmp.Or(cmp.Compare(a.Worst, b.Worst), cmp.Compare(seconds(b), seconds(a)))
	})
	for n, v := range worst {
		if n >= maxPictures {
			p.NoPicture++
			continue
		}
		v.calls = x.Family(v.image)
		v.statements = x.StatementsOf(v.image, v.calls)
		v.Calls, v.Statements = len(v.calls), len(v.statements)
		v.Picture, v.Fall, v.Row = draw(x, v.Index, v.image, v.calls, v.statements), fall(v.image), backslashG(v.image)
	}
}

// nameOf names an image; a name of nothing but spaces is shown in quotes.
func nameOf(i *story.Image) string {
	switch {
	case i.Name == "":
		return "(no name)"
	case strings.TrimSpace(i.Name) == "":
		return `"` + report.Safe(i.Name) + `"`
	}
	return report.Safe(i.Name)
}

// ShortName is enough of the name for a table.
func (v *imageView) ShortName() string { return cut(v.Name, 120) }

func seconds(v *imageView) float64 {
	if n := v.image.Verdict.Seconds; n.Known() {
		return float64(n)
	}
	return -1
}

func newDiagnosis(d *story.Diagnosis) diagnosisView {
	v := diagnosisView{Diagnosis: d}
	c := d.Cause
	if c == nil {
		return v
	}
	if c.Frame > 0 {
		v.Where = "frame " + report.FrameAt(c.Frame, c.File) + "  " + report.Clock(c.Time) + "  "
	}
	if c.From != "" && c.To != "" {
		v.Where += c.From + " → " + c.To + "  "
	}
	v.Where = report.Safe(v.Where + c.What)
	if c.RequestID != "" {
		v.Grep = c.RequestID + "  " + c.Log
		if c.LogFrom != story.NoTime && c.LogTo != story.NoTime {
			v.Grep += "  " + report.Clock(c.LogFrom)[:8] + "–" + report.Clock(c.LogTo)[:8]
		}
		v.Grep = report.Safe(v.Grep)
	}
	return v
}

// calls makes the rows of the calls.
func (p *page) calls(x *report.Index, s *story.Story) {
	of := make(map[string]int)
	for _, v := range p.Images {
		for _, c := range v.calls {
			of[c.ID] = v.Index
		}
	}
	var rows []callRow
	for n, c := range s.Calls {
		if n == maxCalls {
			p.CallsTold = report.Grouped(int64(len(s.Calls)-n)) + " more calls are not shown: --format json tells them all"
			break
		}
		rows = append(rows, newCallRow(x, c, owner(of, c.ID)))
	}
	p.Calls = slices.Collect(slices.Chunk(rows, chunkRows))
}

// owner gives the index of the image to which something belongs, -1 for none.
func owner(of map[string]int, id string) int {
	if n, ok := of[id]; ok {
		return n
	}
	return -1
}

// statements makes the rows of the statements and their shapes.
func (p *page) statements(s *story.Story) {
	of := make(map[string]int)
	for _, v := range p.Images {
		for _, st := range v.statements {
			of[st.ID] = v.Index
		}
	}
	shown := p.bounded(s.Statements)
	limits := bounds.Default()
	var hits bounds.Hits
	parser := sqltext.New(limits, &hits)
	shapes := make(map[string]*shape)
	var rows []statementRow
	for _, st := range shown {
		text, literals := parser.Shape(st.Text.String())
		if text == "" {
			text = st.Command
		}
		sh := shapes[text]
		if sh == nil {
			sh = &shape{Number: len(p.Shapes) + 1, Lines: format(text), First: cut(report.Safe(text), 110), Housekeeping: true}
			shapes[text] = sh
			p.Shapes = append(p.Shapes, sh)
		}
		sh.Times++
		sh.Housekeeping = sh.Housekeeping && st.Housekeeping
		if st.Housekeeping {
			p.Housekeeping++
		}
		rows = append(rows, newStatementRow(st, sh.Number, owner(of, st.ID), literals))
	}
	p.Statements = slices.Collect(slices.Chunk(rows, chunkRows))
}

// bounded leaves statements out where there are too many for a page:
// housekeeping first, then reads, then whatever comes last.
func (p *page) bounded(all []*story.Statement) []*story.Statement {
	shown := all
	for _, less := range []func(*story.Statement) bool{
		func(st *story.Statement) bool { return st.Housekeeping },
		func(st *story.Statement) bool { return st.Outcome == "read" },
	} {
		if len(shown) > maxStatements {
			shown = slices.DeleteFunc(slices.Clone(shown), less)
		}
	}
	shown = shown[:min(len(shown), maxStatements)]
	if left := len(all) - len(shown); left > 0 {
		p.Told = report.Grouped(int64(left)) + " more statements (housekeeping first, then reads) are not shown: --format json tells them all"
	}
	return shown
}
