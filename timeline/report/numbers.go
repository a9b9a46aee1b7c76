package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"glancecap/timeline/story"
)

// grouped writes a number with commas between thousands.
func grouped[T ~int | ~int64](n T) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// groupedText groups a number that came as text, and leaves other text alone.
func groupedText(s string) string {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return grouped(n)
	}
	return s
}

// Count writes a number and what is counted, "1 image", "2,000 images".
func Count(n int64, one string) string { return count(n, one) }

// count writes a number and what is counted, "1 image", "2 images".
func count[T ~int | ~int64](n T, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "y"):
		return grouped(n) + " " + strings.TrimSuffix(one, "y") + "ies"
	}
	return grouped(n) + " " + one + "s"
}

// seconds writes a duration in seconds with three decimals, "?" where it is
// not known.
func seconds(n story.Number) string {
	if !n.Known() {
		return "?"
	}
	return strconv.FormatFloat(float64(n), 'f', 3, 64)
}

// byteRate writes bytes per second with three digits, in the decimal units that
// disks and networks are sold by.
func byteRate(n story.Number) string {
	for _, unit := range [...]struct {
		size float64
		name string
	}{{1e9, "GB/s"}, {1e6, "MB/s"}, {1e3, "kB/s"}} {
		if float64(n) >= unit.size {
			return strconv.FormatFloat(float64(n)/unit.size, 'g', 3, 64) + " " + unit.name
		}
	}
	return strconv.FormatFloat(float64(n), 'f', 0, 64) + " B/s"
}

// clock writes a time of day with microseconds.
func clock(t story.Time) string {
	if t == story.NoTime {
		return "?"
	}
	return time.Unix(0, int64(t)).UTC().Format("15:04:05.000000")
}

// shortClock writes a time of day in whole seconds.
func shortClock(t story.Time) string {
	if t == story.NoTime {
		return "?"
	}
	return time.Unix(0, int64(t)).UTC().Format("15:04:05")
}

// date writes a day.
func date(t story.Time) string {
	if t == story.NoTime {
		return ""
	}
	return time.Unix(0, int64(t)).UTC().Format("2006-01-02")
}

// span writes a stretch of time; the second date stands only where it differs.
func span(first, last story.Time) string {
	if first == story.NoTime {
		return "no packet with a time"
	}
	end := clock(last)
	if date(first) != date(last) {
		end = date(last) + " " + end
	}
	return date(first) + " " + clock(first) + " – " + end + " UTC"
}

// frames writes the first and last frame of something.
func frames(first, last int) string {
	switch {
	case first == 0 && last == 0:
		return ""
	case first == last || last == 0:
		return strconv.Itoa(first)
	}
	return fmt.Sprintf("%d–%d", first, last)
}

// frameAt writes a frame, in a run over several captures with the number of
// its own: 2:57.
func frameAt(frame int, file *int) string {
	if file == nil || *file < 0 || frame == 0 {
		return frames(frame, frame)
	}
	return fmt.Sprintf("%d:%d", *file+1, frame)
}

// framesAt writes the first and last frame of something; lastFile is the capture
// of the last one, nil where it is file.
func framesAt(first, last int, file, lastFile *int) string {
	if lastFile == nil || file == nil || *lastFile == *file || last == 0 {
		text := frames(first, last)
		if file != nil && text != "" {
			text = fmt.Sprintf("%d:%s", *file+1, text)
		}
		return text
	}
	return frameAt(first, file) + "–" + frameAt(last, lastFile)
}

// list writes words as "a, b and c".
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// deref gives the text behind a pointer, or "".
func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
