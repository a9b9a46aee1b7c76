package timeline

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// noteUnfetched keeps an attempt to connect to a server that is none of the
// services and was not reached: it may be the one that an import was to fetch
// its image from.
func (b *Builder) noteUnfetched(r *record.Refusal) {
	if len(b.unreached) >= maxFetches {
		b.hits.Hit("attempts to connect to web servers")
		return
	}
	kept := *r
	kept.Client, kept.Server, kept.File = b.intern(r.Client), b.intern(r.Server), copied(r.File)
	b.unreached = append(b.unreached, kept)
}

// unfetched gives the fetch of a URL by a host that came to nothing since none
// of its attempts to connect to the URL's server was accepted, nil where there
// was none. A name is a server's only where another fetch shows it.
func (b *Builder) unfetched(u *url.URL, host string, from story.Time) (found *fetch) {
	server := b.serverOf(u)
	if server == "" {
		return nil
	}
	for k := range b.unreached {
		r := &b.unreached[k]
		if r.Server != server || story.HostOf(r.Client) != host || when(r.Span.Time) < from {
			continue
		}
		if found == nil {
			found = &fetch{}
			found.told = story.Fetch{URL: shownURL(u), Client: r.Client, Server: r.Server, Time: when(r.Span.Time), FirstFrame: r.FirstFrame}
		}
		t := &found.told
		t.Streams, t.End, t.LastFrame, t.File = append(t.Streams, r.Stream), when(r.Span.End), r.LastFrame, copied(r.File)
		if r.Unanswered {
			t.Unanswered++
		} else {
			t.Refused++
		}
	}
	return found
}

// serverOf gives the address of a URL's server, "" where it is not known. Of
// https a later attempt may have gone well: what is in TLS is no exchange here.
func (b *Builder) serverOf(u *url.URL) string {
	if u.Scheme != "http" {
		return ""
	}
	port := cmp.Or(u.Port(), "80") // RFC 9110 §4.2.1
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		return net.JoinHostPort(ip.String(), port)
	}
	for _, f := range b.fetches {
		if at, err := url.Parse(f.told.URL); err == nil && at.Host == u.Host {
			return f.told.Server
		}
	}
	return ""
}
