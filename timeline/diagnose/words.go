package diagnose

import (
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// mostFrames is how many frames a diagnosis names.
const mostFrames = 10

func some(frames []int) []int { return frames[:min(len(frames), mostFrames)] }

func times(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" %d times", n)
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

func wasWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func title(service string) string {
	if service == "" {
		return "?"
	}
	return strings.ToUpper(service[:1]) + service[1:]
}

// named gives a call by what is done to the image: "upload".
func named(call *story.Call) string { return strings.TrimPrefix(call.Action, "image.") }

// withID gives the request id behind a call, where it is known.
func withID(call *story.Call) string {
	if call.RequestID == nil {
		return ""
	}
	return " (" + *call.RequestID + ")"
}

// reason gives what the answer to a call says, behind a colon.
func reason(call *story.Call) string {
	if call.Reason == "" {
		return ""
	}
	return ": " + strings.TrimSuffix(call.Reason, ".")
}

// list writes words as "a, b and c".
func list(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
