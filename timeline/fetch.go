package timeline

import (
	"net/url"
	"slices"
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// An import by web-download has Glance fetch the image from any web server
// (glance/async_/flows/_internal_plugins/web_download.py). Its exchange is no
// call to a service; whether the fetch succeeded it alone can tell.

// fetch is an exchange with a web server that is none of the services.
type fetch struct {
	told story.Fetch
	// whole is the URL as it was asked for, to be compared; moved is where a
	// redirect leads.
	whole, moved string
}

// maxFetches bounds the exchanges with web servers that are held.
const maxFetches = 1024

// noteFetch keeps an exchange that may be a web-download's. Where there are too
// many, those of hosts that were not asked to import are let go.
func (b *Builder) noteFetch(c *call, h *record.HTTP) {
	if c.asked.URI != "" {
		b.importers[story.HostOf(c.told.Server)] = true
	}
	if h.Request == nil || h.Request.Method != "GET" || c.Sure || plainPorts[h.Service] != "" {
		return
	}
	at, ok := requested(h.Request)
	if !ok {
		return
	}
	if len(b.fetches) >= maxFetches {
		b.fetches = slices.DeleteFunc(b.fetches, func(f *fetch) bool { return !b.importers[story.HostOf(f.told.Client)] })
	}
	if len(b.fetches) >= maxFetches {
		b.hits.Hit("fetches from web servers")
		return
	}
	f := &fetch{whole: compared(at)}
	f.told = story.Fetch{Streams: []int{h.Stream}, URL: shownURL(at), Client: c.told.Client, Server: c.told.Server, Status: c.told.Status,
		Time: c.told.Time, End: c.told.End, FirstFrame: c.told.FirstFrame, LastFrame: c.told.LastFrame, File: c.told.File, LastFile: c.told.LastFile}
	if h.Response != nil {
		f.told.Reason = b.intern(h.Response.Reason)
		if to, err := at.Parse(record.Get(h.Response.Headers, "Location")); err == nil && h.Response.Status/100 == 3 {
			f.moved = compared(to)
		}
	}
	b.fetches = append(b.fetches, f)
}

// requested gives the URL of a request: Host and target, or the whole of it
// where it went to a proxy (RFC 9112 §3.2).
func requested(r *record.HTTPRequest) (*url.URL, bool) {
	target := r.Target
	if strings.HasPrefix(target, "/") {
		target = "http://" + record.Get(r.Headers, "Host") + target
	}
	u, err := url.Parse(target)
	return u, err == nil && u.Host != "" && u.Scheme == "http"
}

// compared writes a URL so that equal ones are equal: without userinfo, which
// is sent as a header, without the fragment, which is not sent, and without the
// port that http has anyway (RFC 9110 §4.2.3).
func compared(u *url.URL) string {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":80") + path + "?" + u.RawQuery
}

// shownURL leaves out of a URL where secrets stand: userinfo and query.
func shownURL(u *url.URL) string {
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}

// maxRedirects is how far a fetch is followed (Python's urllib follows ten).
const maxRedirects = 10

// tellFetches lists for each import by web-download the exchange in which its
// fetch ended. Where one import's may be another's, and they differ, none is
// told.
func (b *Builder) tellFetches(calls []*call) []story.Fetch {
	var list []story.Fetch
	for _, c := range calls {
		u, err := url.Parse(c.asked.URI)
		if c.Service != glance.Glance || c.asked.URI == "" || err != nil {
			continue
		}
		f := b.fetched(compared(u), story.HostOf(c.nearest().told.Server), c.told.Time)
		var streams []int
		for n := 0; f != nil && f.moved != "" && n < maxRedirects; n++ {
			streams = append(streams, f.told.Streams...)
			f = b.fetched(f.moved, story.HostOf(f.told.Client), f.told.Time)
		}
		if f == nil && len(streams) == 0 {
			f = b.unfetched(u, story.HostOf(c.nearest().told.Server), c.told.Time)
		}
		if f != nil {
			told := f.told
			told.Call, told.Streams = c.told.ID, append(streams, f.told.Streams...)
			list = append(list, told)
		}
	}
	return list
}

// fetched gives the first fetch of a URL by a host from a time on, nil where
// there is none or where later ones were answered otherwise.
func (b *Builder) fetched(whole, host string, from story.Time) *fetch {
	var found *fetch
	for _, f := range b.fetches {
		if f.whole != whole || story.HostOf(f.told.Client) != host || f.told.Time < from {
			continue
		}
		switch {
		case found == nil:
			found = f
		case !sameStatus(found.told.Status, f.told.Status) || found.moved != f.moved:
			return nil
		case f.told.Time < found.told.Time:
			found = f
		}
	}
	return found
}

func sameStatus(a, b *int) bool {
	return a == b || a != nil && b != nil && *a == *b
}
