package report

import (
	"bytes"
	"testing"

	"glancecap/timeline/story"
)

// written gives the text of a story.
func written(t *testing.T, s *story.Story, o TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, s, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestShow(t *testing.T) {
	t.Log("\n" + written(t, uploaded(), TextOptions{}))
	t.Log("\n" + written(t, uploaded(), TextOptions{All: true}))
	var b bytes.Buffer
	InfoText(&b, uploaded(), TextOptions{})
	t.Log("\n" + b.String())
}
