package witness

import (
	"strconv"
	"strings"

	"glancecap/decoder/record"
)

// isAccess tells whether an entry is a line of a service's access log.
func (e *entry) isAccess() bool {
	return strings.HasSuffix(e.module, "wsgi.server") && strings.Contains(e.message, " HTTP/")
}

// access reads a line that eventlet's server writes when an answer has been
// sent: `172.16.0.10,172.16.0.20 - - [23/Nov/2026 17:06:51] "POST /v2/images
// HTTP/1.1" 201 1109 0.313923` (eventlet, wsgi.py, DEFAULT_LOG_FORMAT).
func (r *reading) access(e entry) {
	front, rest, ok := strings.Cut(e.message, ` "`)
	line, after, ok2 := strings.Cut(rest, `" `)
	method, target, ok3 := cutRequestLine(line)
	status, length := cutStatus(after)
	if !ok || !ok2 || !ok3 || status == 0 {
		r.log.Unread++
		return
	}
	words := strings.Fields(after)
	seconds := -1.0
	if len(words) > 2 {
		if s, err := strconv.ParseFloat(words[2], 64); err == nil && s >= 0 && s < 1e6 {
			seconds = s
		}
	}
	if _, _, path, ok := cutURL(target); ok {
		target = path // the absolute form, of a proxy
	}
	id, user, project := e.request()
	address, _ := cutWord(front)
	address, _, _ = strings.Cut(address, ",") // the first one is the maker (eventlet, get_environ)
	end := e.time
	if end == record.NoTime {
		end = accessTime(front)
	}
	start := record.NoTime
	if end != record.NoTime && seconds >= 0 {
		start = end - record.Time(seconds*1e9)
	}
	r.served++
	r.add(Call{
		By: Service, Process: e.process, Service: "", Method: method, Target: target, Status: status, RequestID: id,
		Start: start, End: end, Date: record.NoTime, User: user, Project: project, Client: address, Length: length,
	})
}

// accessTime reads the time between brackets, which has no fraction: the
// server's own, [23/Nov/2026 17:06:51].
func accessTime(front string) record.Time {
	_, rest, ok := strings.Cut(front, "[")
	if !ok || len(rest) < len("02/Jan/2006 15:04:05") {
		return record.NoTime
	}
	names := "JanFebMarAprMayJunJulAugSepOctNovDec"
	month := strings.Index(names, rest[3:6])
	if month < 0 || month%3 != 0 {
		return record.NoTime
	}
	text := rest[7:11] + "-" + string(rune('0'+(month/3+1)/10)) + string(rune('0'+(month/3+1)%10)) + "-" + rest[0:2] + " " + rest[12:20]
	t, _, ok := cutTime(text)
	if !ok {
		return record.NoTime
	}
	return t
}
