package report

import (
	"slices"
	"strconv"

	"glancecap/timeline/story"
)

// Index finds what a story's ids name. It is exported for the formats that
// have a package of their own.
type Index = index

// NewIndex makes the index of a story.
func NewIndex(s *story.Story) *Index {
	x := newIndex(s)
	x.fill()
	return x
}

// Call gives the call of an id, nil where there is none.
func (x *index) Call(id string) *story.Call { return x.calls[id] }

// Diagnosis gives the diagnosis of an id, nil where there is none.
func (x *index) Diagnosis(id string) *story.Diagnosis { return x.diagnosed[id] }

// Family gives an image's calls and those made on their behalf, by time.
func (x *index) Family(i *story.Image) []*story.Call { return x.family(i) }

// StatementsOf gives the statements that name an image or were caused by one
// of the calls, by time.
func (x *index) StatementsOf(i *story.Image, calls []*story.Call) []*story.Statement {
	return x.statementsOf(i, calls)
}

// Maker names who made a call: a service, "client", or an address.
func (x *index) Maker(c *story.Call) string { return x.maker(c) }

// Worst gives the gravest severity that stands on an image: 0 for an error, 1
// for a warning, 2 for neither.
func (x *index) Worst(i *story.Image) int { return x.worst(i) }

// CallWords says what a call asked for. The image's own id stands as ….
func CallWords(c *story.Call, image string) string { return callWords(c, image) }

// VerdictWords splits a verdict into the word that comes first and the rest.
func VerdictWords(i *story.Image) (label, rest string) {
	label, rest, _ = verdictWords(i)
	return label, rest
}

// ImageFacts tells size, formats and where the bytes lie.
func ImageFacts(i *story.Image) string { return imageFacts(i) }

// AccountingWords is the balance in one line.
func AccountingWords(a story.Accounting) string { return accounting(a) }

// TotalsWords counts the images by what became of them, in one line.
func TotalsWords(s story.Totals) string {
	line := outcomes(s)
	if s.OnlyRead > 0 {
		line += "; " + onlyRead(s)
	}
	return line
}

// WitnessWords says what a log contributes.
func WitnessWords(w story.Witness) string { return witnessWords(w) }

// Span writes a stretch of time.
func Span(first, last story.Time) string { return span(first, last) }

// Seconds writes a duration with three decimals, ? where it is not known.
func Seconds(n story.Number) string { return seconds(n) }

// Clock writes a time of day with microseconds.
func Clock(t story.Time) string { return clock(t) }

// Grouped writes a number with commas between thousands.
func Grouped(n int64) string { return grouped(n) }

// FrameAt writes a frame, in a run over several captures with the number of its
// own in front: 2:57.
func FrameAt(frame int, file *int) string { return frameAt(frame, file) }

// CaptureNumber is what stands before the frames of a capture, as "2:", where
// there are several.
func CaptureNumber(captures []story.Capture, n int) string {
	if len(captures) < 2 {
		return ""
	}
	return strconv.Itoa(n+1) + ":"
}

// numbered puts the number of a capture, where there are several, before its name.
func numbered(captures []story.Capture, n int, name string) string {
	if number := CaptureNumber(captures, n); number != "" {
		return number + " " + name
	}
	return name
}

// FramesOf writes the first and last frame of a call.
func FramesOf(c *story.Call) string {
	return framesAt(c.FirstFrame, c.LastFrame, c.File, c.LastFile)
}

// FramesOfStatement is FramesOf.
func FramesOfStatement(s *story.Statement) string {
	return framesAt(s.FirstFrame, s.LastFrame, s.File, s.LastFile)
}

// HeldFrames writes the first and last frame of the longest wait of a phase.
func HeldFrames(p *story.Phase) string {
	if len(p.HeldFiles) == 2 {
		return framesAt(p.HeldFrames[0], p.HeldFrames[1], &p.HeldFiles[0], &p.HeldFiles[1])
	}
	return frames(p.HeldFrames[0], p.HeldFrames[1])
}

// Only gives a story of the images that are asked for, with their calls and
// statements and those diagnoses that are theirs or nobody's. An empty name
// gives the images that something changed, and everything else as it is.
func Only(s *story.Story, image string) (*story.Story, error) {
	images, err := chosen(s, TextOptions{Image: image})
	if err != nil {
		return nil, err
	}
	only := *s
	only.Images = images
	if image == "" {
		return &only, nil
	}
	x := NewIndex(s)
	calls, statements := make(map[string]bool), make(map[string]bool)
	theirs := make(map[string]bool)
	for _, i := range images {
		family := x.family(i)
		for _, c := range family {
			calls[c.ID] = true
		}
		for _, st := range x.statementsOf(i, family) {
			statements[st.ID] = true
		}
		for _, d := range i.Diagnoses {
			theirs[d] = true
		}
	}
	only.Calls = kept(s.Calls, func(c *story.Call) bool { return calls[c.ID] })
	only.Statements = kept(s.Statements, func(st *story.Statement) bool { return statements[st.ID] })
	only.Diagnoses = kept(s.Diagnoses, func(d *story.Diagnosis) bool { return d.Image == nil || theirs[d.ID] })
	return &only, nil
}

// kept gives the elements that are wanted, in a list of their own.
func kept[T any](all []T, wanted func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return !wanted(x) })
}
