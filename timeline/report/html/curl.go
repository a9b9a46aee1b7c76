package html

import (
	"strings"

	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

// curl writes a call as a command that makes it again. The token and the body
// are the user's to fill in: the story keeps neither. It is "" where the request was
// not captured.
func curl(c *story.Call) string {
	if c.Method == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString("curl -i -X " + quoted(c.Method))
	if c.Action != "token.issue" {
		b.WriteString(` -H "X-Auth-Token: $OS_TOKEN"`)
	}
	switch {
	case c.Action == "image.update":
		b.WriteString(" -H 'Content-Type: application/openstack-images-v2.1-json-patch' --data-binary @patch.json")
	case c.Bytes != nil && (c.Method == "PUT" || c.Method == "POST"):
		b.WriteString(" -H 'Content-Type: application/octet-stream' -T image.raw")
	case c.Method == "POST" || c.Method == "PUT" || c.Method == "PATCH":
		b.WriteString(" -H 'Content-Type: application/json' --data-binary @body.json")
	}
	return b.String() + " " + quoted("http://"+c.Server+c.Target)
}

// quoted quotes a word for a shell (POSIX.1-2017, Shell Command Language
// 2.2.2); what is not printable is shown first, so that it is one line of
// text.
func quoted(word string) string {
	word = report.Safe(word)
	plain := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' }
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
