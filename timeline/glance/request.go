package glance

import (
	"net/url"
	"strings"
)

// Request is what a request line asks for.
type Request struct {
	Service string
	// Action is service.thing.verb of CONTRACT §3 without the service.
	Action string
	// Prefix stands before the version in the path ("/image", "/identity").
	Prefix string
	// Image is the path's image id or what stands in its place, a name for
	// instance; Named tells that it has the form of an id.
	Image string
	Named bool
	// The other names in the path and query.
	Member, Tag, Task, Marker  string
	Account, Container, Object string
	Segment                    bool
	Query                      url.Values
	// Sure tells that no other service has such a path.
	Sure bool
}

// Understand says what a request to a service asks for. Where service is ""
// or "http", the service is told by the path, and Service is "" where it
// cannot be.
func Understand(service, method, target string) Request {
	path, query := splitTarget(target)
	r := Request{Service: service, Query: query}
	if service != Glance && service != Keystone && service != Swift {
		r.Service, r.Sure = ServiceOfPath(path)
	} else if by, sure := ServiceOfPath(path); sure {
		// A path that only one service has says more than a port: one
		// server can speak for several (DevStack's port 80).
		r.Service, r.Sure = by, true
	}
	switch r.Service {
	case Glance:
		r.glance(method, path)
	case Keystone:
		r.keystone(method, path)
	case Swift:
		r.swift(method, path)
	}
	return r
}

// splitTarget takes a request target apart (RFC 9112 §3.2: origin form or
// absolute form). The path stays as it was sent.
func splitTarget(target string) (path string, query url.Values) {
	path, rawQuery, _ := strings.Cut(target, "?")
	if i := strings.Index(path, "://"); i >= 0 && !strings.HasPrefix(path, "/") {
		path = path[i+3:]
		if j := strings.IndexByte(path, '/'); j >= 0 {
			path = path[j:]
		} else {
			path = "/"
		}
	}
	if rawQuery != "" {
		query, _ = url.ParseQuery(rawQuery)
	}
	return path, query
}

// segments cuts a path at its slashes, without empty ends.
func segments(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// isVersion tells whether a path segment is a version as services write it:
// v2, v2.15, v3.
func isVersion(s string, major byte) bool {
	if len(s) < 2 || s[0] != 'v' || s[1] != major {
		return false
	}
	return len(s) == 2 || s[2] == '.' && strings.Trim(s[3:], "0123456789") == ""
}

// ServiceOfPath names the service that a path belongs to; sure is false where
// others have such paths too.
func ServiceOfPath(path string) (service string, sure bool) {
	parts := segments(path)
	for i, p := range parts {
		if i > 2 {
			break
		}
		next := ""
		if i+1 < len(parts) {
			next = parts[i+1]
		}
		switch {
		case isVersion(p, '2') && (next == "images" || next == "schemas" || next == "metadefs" || next == "tasks" ||
			next == "info" && i+2 < len(parts) && (parts[i+2] == "stores" || parts[i+2] == "import" || parts[i+2] == "usage")):
			return Glance, i == 0 && next == "images" || i == 1 && parts[0] == "image"
		case isVersion(p, '3') && next == "auth", isVersion(p, '2') && p == "v2.0" && next == "tokens":
			return Keystone, true
		case p == "v1" && strings.HasPrefix(next, "AUTH_"):
			return Swift, true
		case p == "v1" && i == 1 && parts[0] == "swift":
			return Swift, false
		}
	}
	return "", false
}

// cutPrefix gives the path's segments from the version on.
func (r *Request) cutPrefix(path string, majors string) []string {
	parts := segments(path)
	for i, p := range parts {
		for j := range len(majors) {
			if i < 3 && isVersion(p, majors[j]) {
				if i > 0 {
					r.Prefix = "/" + strings.Join(parts[:i], "/")
				}
				return parts[i:]
			}
		}
	}
	return parts
}

// unescape gives a path segment decoded; what cannot be decoded stays.
func unescape(s string) string {
	if d, err := url.PathUnescape(s); err == nil {
		return d
	}
	return s
}
