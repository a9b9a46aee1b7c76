package html

import (
	"fmt"
	"math"
	"strings"

	"glancecap/timeline/story"
)

// trackWidth is the width of a picture's time axis, in user units.
const trackWidth = 1080

// breakWidth is the width of a silence that is drawn short.
const breakWidth = 34

// scale places times on the axis. It is linear between its points; a long
// silence takes little room, and the axis shows a break there.
type scale struct{ points []point }

// point is a time, in seconds since the image's first packet, and its place.
type point struct{ t, x float64 }

// newScale makes the scale of an image's life. Silences in which no call was
// open are drawn short where they would take half of the picture or more.
func newScale(i *story.Image) scale {
	life := float64(i.Last.Sub(i.First))
	if !(life > 0) {
		return scale{[]point{{0, 0}, {1e-6, trackWidth}}}
	}
	var quiet []story.Silence
	silent := 0.0
	for _, s := range i.Silences {
		if s.Call == nil && s.Seconds.Known() && s.Start.Sub(i.First) >= 0 && s.End <= i.Last {
			quiet = append(quiet, s)
			silent += float64(s.Seconds)
		}
	}
	if silent < life/2 || silent >= life {
		return scale{[]point{{0, 0}, {life, trackWidth}}}
	}
	unit := (trackWidth - breakWidth*float64(len(quiet))) / (life - silent)
	points := []point{{0, 0}}
	for _, s := range quiet {
		last, start := points[len(points)-1], float64(s.Start.Sub(i.First))
		x := last.x + (start-last.t)*unit
		points = append(points, point{start, x}, point{float64(s.End.Sub(i.First)), x + breakWidth})
	}
	return scale{append(points, point{life, trackWidth})}
}

// x gives the place of a time, within the picture.
func (s scale) x(t float64) float64 {
	for n := 1; n < len(s.points); n++ {
		a, b := s.points[n-1], s.points[n]
		if (t <= b.t || n == len(s.points)-1) && b.t > a.t {
			return min(max(a.x+(t-a.t)*(b.x-a.x)/(b.t-a.t), 0), trackWidth)
		}
	}
	return 0
}

// String gives the points for the script, which draws the axis anew when the
// picture is zoomed.
func (s scale) String() string {
	var b strings.Builder
	for n, p := range s.points {
		if n > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%.9g,%.6g", p.t, p.x)
	}
	return b.String()
}

// axisMark is a mark of the axis.
type axisMark struct {
	X     float64
	Label string
	Break bool
}

// marks gives round times at least 80 units apart, and the breaks.
func (s scale) marks() []axisMark {
	var marks []axisMark
	for n := 1; n < len(s.points); n++ {
		a, b := s.points[n-1], s.points[n]
		if n%2 == 0 {
			marks = append(marks, axisMark{(a.x + b.x) / 2, fmt.Sprintf("%.3g s quiet", b.t-a.t), true})
			continue
		}
		step := roundStep((b.t - a.t) / (b.x - a.x) * 80)
		if !(step > 0) {
			continue
		}
		for k := math.Ceil(a.t / step); k*step <= b.t && k-math.Ceil(a.t/step) < 100; k++ {
			x := s.x(k * step)
			if x <= b.x-20 || n == len(s.points)-1 && x < trackWidth-40 {
				marks = append(marks, axisMark{X: x, Label: "+" + fmt.Sprintf("%.6g", k*step)})
			}
		}
	}
	return marks
}

// roundStep gives the next 1, 2 or 5 times a power of ten.
func roundStep(least float64) float64 {
	if !(least > 0) || math.IsInf(least, 0) {
		return 0
	}
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= least {
			return m * power
		}
	}
	return 10 * power
}
