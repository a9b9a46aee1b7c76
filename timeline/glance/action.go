package glance

import "strings"

// glance finds the action of a request to Glance (api-ref v2; glance/api/v2/router.py).
func (r *Request) glance(method, path string) {
	parts := r.cutPrefix(path, "12")
	r.Action = "other"
	if len(parts) == 0 || len(parts) == 1 && parts[0] == "versions" || len(parts) == 1 && isVersion(parts[0], '2') || r.isPrefixAlone(parts) {
		if method == "GET" {
			r.Action = "versions"
		}
		return
	}
	if !isVersion(parts[0], '2') || len(parts) < 2 {
		return
	}
	switch rest := parts[2:]; parts[1] {
	case "images":
		r.Marker = r.Query.Get("marker")
		r.images(method, rest)
	case "tasks":
		r.tasks(method, rest)
	case "schemas":
		if method == "GET" && len(rest) > 0 {
			r.Action = "schema.show"
		}
	case "info":
		switch {
		case method == "GET" && len(rest) > 0 && rest[0] == "stores":
			r.Action = "store.info"
		case method == "GET" && len(rest) == 1 && rest[0] == "import":
			r.Action = "import.info"
		}
	case "stores":
		if len(rest) == 2 {
			r.image(rest[1])
			if method == "DELETE" {
				r.Action = "location.remove"
			}
		}
	}
}

// isPrefixAlone tells whether a path is a service's root behind a prefix.
func (r *Request) isPrefixAlone(parts []string) bool {
	return len(parts) == 1 && (parts[0] == "image" || parts[0] == "identity")
}

func (r *Request) image(id string) {
	r.Image = unescape(id)
	r.Named = IsUUID(r.Image)
}

func (r *Request) tasks(method string, rest []string) {
	switch {
	case len(rest) == 0 && method == "POST":
		r.Action = "task.create"
	case len(rest) == 0 && method == "GET":
		r.Action = "task.list"
	case len(rest) == 1:
		r.Task = unescape(rest[0])
		if method == "GET" {
			r.Action = "task.show"
		}
	}
}

// imageActions are the actions on an image as a whole.
var imageActions = map[string]string{"GET": "image.show", "PATCH": "image.update", "DELETE": "image.delete"}

// subActions are the actions on a part of an image, by method and part.
var subActions = map[string]string{
	"PUT file": "image.upload", "GET file": "image.download", "PUT stage": "image.stage", "POST import": "image.import",
	"POST actions/deactivate": "image.deactivate", "POST actions/reactivate": "image.reactivate",
	"GET members": "member.list", "POST members": "member.add", "GET tasks": "task.list",
	"GET members/": "member.show", "PUT members/": "member.update", "DELETE members/": "member.remove",
	"PUT tags/": "tag.add", "DELETE tags/": "tag.remove",
}

// locationVerbs are the verbs of location.*.
var locationVerbs = map[string]string{"GET": "list", "POST": "add", "PUT": "update", "DELETE": "remove"}

// images finds the action of /v2/images and what is below it.
func (r *Request) images(method string, rest []string) {
	switch len(rest) {
	case 0:
		r.Action = map[string]string{"GET": "image.list", "POST": "image.create"}[method]
	case 1:
		r.image(rest[0])
		r.Action = imageActions[method]
	default:
		r.image(rest[0])
		r.below(method, rest[1], rest[2:])
	}
	if r.Action == "" {
		r.Action = "other"
	}
}

func (r *Request) below(method, part string, rest []string) {
	switch {
	case part == "locations":
		r.Action = "location.other"
		if verb := locationVerbs[method]; verb != "" {
			r.Action = "location." + verb
		}
	case len(rest) == 0:
		r.Action = subActions[method+" "+part]
	case part == "actions" && len(rest) == 1:
		r.Action = subActions[method+" actions/"+rest[0]]
	case part == "members" && len(rest) == 1:
		r.Member = unescape(rest[0])
		r.Action = subActions[method+" members/"]
	case part == "tags" && len(rest) == 1:
		r.Tag = unescape(rest[0])
		r.Action = subActions[method+" tags/"]
	}
}

// keystone finds the action of a request to Keystone (api-ref v3).
func (r *Request) keystone(method, path string) {
	parts := r.cutPrefix(path, "23")
	r.Action = "other"
	if len(parts) == 0 || len(parts) == 1 && (isVersion(parts[0], '3') || isVersion(parts[0], '2')) || r.isPrefixAlone(parts) {
		if method == "GET" {
			r.Action = "versions"
		}
		return
	}
	tokens := len(parts) == 3 && isVersion(parts[0], '3') && parts[1] == "auth" && parts[2] == "tokens"
	old := len(parts) >= 2 && parts[0] == "v2.0" && parts[1] == "tokens"
	switch {
	case (tokens || old && len(parts) == 2) && method == "POST":
		r.Action = "token.issue"
	case (tokens || old) && (method == "GET" || method == "HEAD"):
		r.Action = "token.validate"
	case (tokens || old) && method == "DELETE":
		r.Action = "token.revoke"
	}
}

// swift finds the action of a request to Swift (api-ref v1). A PUT of an
// object that has segments is its manifest also without the header; only the
// caller knows.
func (r *Request) swift(method, path string) {
	parts := r.cutPrefix(path, "1")
	r.Action = "other"
	if len(parts) < 2 || parts[0] != "v1" {
		return
	}
	rest := parts[1:]
	if strings.HasPrefix(rest[0], "AUTH_") || r.Prefix != "/swift" {
		r.Account, rest = unescape(rest[0]), rest[1:]
	}
	switch {
	case len(rest) == 0:
		if method == "HEAD" {
			r.Action = "account.head"
		}
	case len(rest) == 1:
		r.Container = unescape(rest[0])
		switch method {
		case "PUT", "HEAD", "GET":
			r.Action = "container." + strings.ToLower(method)
		}
		// A delete lists the segments: ?prefix=id- (glance_store, Store.delete).
		if id := strings.TrimSuffix(r.Query.Get("prefix"), "-"); IsUUID(id) {
			r.Image, r.Named = id, true
		}
	default:
		r.Container, r.Object = unescape(rest[0]), unescape(strings.Join(rest[1:], "/"))
		r.Image, r.Segment = ImageOfObject(r.Object)
		r.Named = r.Image != ""
		switch {
		case method == "PUT" && isSegment(r.Object):
			r.Action = "segment.put"
		case method == "PUT" || method == "GET" || method == "HEAD" || method == "DELETE":
			r.Action = "object." + strings.ToLower(method)
		}
	}
}

// isSegment tells whether an object's name ends as glance_store numbers
// segments: a hyphen and five digits.
func isSegment(object string) bool {
	return len(object) > 6 && object[len(object)-6] == '-' && strings.Trim(object[len(object)-5:], "0123456789") == ""
}
