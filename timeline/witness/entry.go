package witness

import (
	"strings"

	"glancecap/decoder/record"
)

// entry is a line, taken apart into what a logging library puts in front and
// the message itself.
type entry struct {
	text    string // the line as it stands
	time    record.Time
	process string
	level   string
	module  string
	context string // between the brackets behind the module
	message string
}

// levels are those of Python's logging and of oslo.log.
var levels = map[string]bool{"TRACE": true, "DEBUG": true, "INFO": true, "AUDIT": true, "WARNING": true, "WARN": true, "ERROR": true, "CRITICAL": true}

// entryOf takes a line apart. The forms are oslo.log's and osc-lib's
// (`2026-11-23 17:06:50.529 12219 DEBUG osc_lib.shell [ admin] message`),
// Python's basic one (`DEBUG:keystoneauth.session:message`), that of older
// clients (`DEBUG (session:342) message`), any of them behind a journal's
// (`Nov 23 17:06:51 host devstack@g-api.service[12216]: …`), or none at all.
func entryOf(line string) entry {
	e := entry{text: line, time: record.NoTime, message: line}
	rest := line
	if t, after, ok := cutTime(rest); ok {
		e.time, rest = t, after
	} else if after, process, ok := cutJournal(rest); ok {
		e.process, rest = process, after
		if t, after, ok := cutTime(rest); ok {
			e.time, rest = t, after
		}
	}
	if word, after := cutWord(rest); word != "" && len(word) <= 10 && strings.Trim(word, "0123456789") == "" {
		e.process, rest = word, after
	}
	switch word, after := cutWord(rest); {
	case levels[word]:
		e.level = word
		e.module, e.message = cutWord(after)
		e.brackets()
	case levels[strings.TrimSuffix(word, ":")]: // DEBUG: keystoneauth.session message
		e.level = strings.TrimSuffix(word, ":")
		e.module, e.message = cutWord(after)
	case e.basic(word, rest):
	case e.time != record.NoTime || e.process != "":
		e.message = rest
	}
	return e
}

// basic reads LEVEL:module:message.
func (e *entry) basic(word, rest string) bool {
	level, _, ok := strings.Cut(word, ":")
	if !ok || !levels[level] {
		return false
	}
	parts := strings.SplitN(rest, ":", 3)
	if len(parts) < 3 || strings.ContainsAny(parts[1], " \"") {
		return false
	}
	e.level, e.module, e.message = level, parts[1], parts[2]
	return true
}

// brackets takes the context in front of a message off.
func (e *entry) brackets() {
	if !strings.HasPrefix(e.message, "[") {
		return
	}
	if i := strings.IndexByte(e.message, ']'); i > 0 {
		e.context, e.message = e.message[1:i], strings.TrimPrefix(e.message[i+1:], " ")
	}
}

// request gives the request id in an entry's context, with the ids of user and
// project behind it.
func (e *entry) request() (id, user, project string) {
	words := strings.Fields(e.context)
	for i, w := range words {
		if !strings.HasPrefix(w, "req-") {
			continue
		}
		if i+2 < len(words) && isID(words[i+1]) && isID(words[i+2]) {
			user, project = words[i+1], words[i+2]
		}
		return w, user, project
	}
	return "", "", ""
}

// isID tells whether a word is an id of Keystone: 32 hexadecimal digits.
func isID(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// cutWord cuts at the first blank.
func cutWord(s string) (word, rest string) {
	word, rest, _ = strings.Cut(s, " ")
	return word, rest
}

// cutJournal cuts what syslog and the journal put in front: a time without a
// year, which is no use, the host, and the program with its process.
func cutJournal(s string) (rest, process string, ok bool) {
	const stamp = len("Jan _2 15:04:05")
	if len(s) < stamp || !months[s[:3]] || s[3] != ' ' || s[9] != ':' || s[12] != ':' {
		return "", "", false
	}
	_, rest = cutFraction(s[stamp:])
	if !strings.HasPrefix(rest, " ") {
		return "", "", false
	}
	_, rest = cutWord(rest[1:]) // the host
	program, rest := cutWord(rest)
	open := strings.LastIndexByte(program, '[')
	if !strings.HasSuffix(program, "]:") || open < 0 {
		return "", "", false
	}
	return rest, program[open+1 : len(program)-2], true
}

var months = map[string]bool{
	"Jan": true, "Feb": true, "Mar": true, "Apr": true, "May": true, "Jun": true,
	"Jul": true, "Aug": true, "Sep": true, "Oct": true, "Nov": true, "Dec": true,
}
