package glance

import (
	"encoding/json"
	"html"
	"strings"
)

// mostReason bounds what is kept of an explanation, in runes.
const mostReason = 200

// empty are the explanations that a status code has by itself (webob/exc.py,
// swift/common/swob.py): they say no more than it does.
var empty = [...]string{
	"The server has either erred or is incapable of performing the requested operation",
	"This server could not verify that you are authorized",
	"The server is currently unavailable", "Access was denied to this resource", "The resource could not be found",
	"The client was disconnected during request", "There was a conflict when trying to complete your request",
	"The server could not comply with the request", "This resource is no longer available",
}

// ReadReason reads what the body of an answer of 400 or above says of the
// refusal: Glance's HTML (webob), Keystone's JSON, Swift's text. It gives ""
// where that says no more than the status code.
func ReadReason(body string) string {
	text := strings.TrimSpace(body)
	switch {
	case strings.HasPrefix(text, "{"):
		text = reasonInJSON(text)
	case strings.HasPrefix(text, "<"):
		text = reasonInHTML(text)
	}
	if first, rest, found := strings.Cut(text, "\n"); found && startsWithStatus(first) {
		text = rest
	}
	text = strings.TrimSpace(strings.Join(strings.Fields(html.UnescapeString(text)), " "))
	for _, e := range empty {
		if strings.HasPrefix(text, e) {
			return ""
		}
	}
	if runes := []rune(text); len(runes) > mostReason {
		text = string(runes[:mostReason]) + "…"
	}
	return text
}

func reasonInJSON(text string) string {
	var b struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
	}
	if json.Unmarshal([]byte(text), &b) != nil {
		return ""
	}
	var inner struct {
		Message string `json:"message"`
	}
	if b.Error != nil && json.Unmarshal(b.Error, &inner) == nil && inner.Message != "" {
		return inner.Message
	}
	return withoutTags(b.Message)
}

// reasonInHTML gives the text of a page without its title and heading, which
// repeat the status.
func reasonInHTML(page string) string {
	for _, close := range []string{"</h1>", "</title>", "</head>"} {
		if i := strings.Index(page, close); i >= 0 {
			return withoutTags(page[i+len(close):])
		}
	}
	return withoutTags(page)
}

func withoutTags(s string) string {
	var b strings.Builder
	for s != "" {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			break
		}
		end := strings.IndexByte(s[open:], '>')
		if end < 0 {
			break
		}
		b.WriteString(s[:open])
		b.WriteByte(' ')
		s = s[open+end+1:]
	}
	return b.String() + s
}

// startsWithStatus tells a line such as "400 Bad Request".
func startsWithStatus(line string) bool {
	return len(line) > 4 && strings.Trim(line[:3], "0123456789") == "" && line[3] == ' '
}
