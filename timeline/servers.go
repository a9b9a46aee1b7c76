package timeline

import (
	"sort"
	"strings"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// settleServers decides the service of calls whose path alone did not tell:
// by what else was said at the same address, and by the catalogue.
func (b *Builder) settleServers() {
	for _, server := range sortedServers(b.weak) {
		for _, c := range b.weak[server] {
			if service := b.servers.of(server, c.Prefix); service != "" {
				c.settle(service)
				b.calls = append(b.calls, c)
			} else {
				b.servers.count(server)
			}
		}
	}
	b.weak = nil
	for _, c := range b.calls {
		if c.Sure {
			continue
		}
		if service := b.servers.known[serverPrefix{c.told.Server, c.Prefix}]; service != "" && service != c.Service {
			c.settle(service)
		}
	}
}

// settle makes a call one to a service.
func (c *call) settle(service string) {
	c.Request = glance.Understand(service, c.told.Method, c.told.Target)
	c.Service = service
}

// mergeCalls finds the calls that were seen on several hops, behind a proxy
// that was decrypted, and lets the hop nearest to their maker stand for all.
func (b *Builder) mergeCalls() {
	byHost := make(map[string][]*call)
	for _, c := range b.calls {
		byHost[story.HostOf(c.told.Client)] = append(byHost[story.HostOf(c.told.Client)], c)
	}
	for _, near := range b.calls {
		behind := byHost[story.HostOf(near.told.Server)]
		from := sort.Search(len(behind), func(i int) bool { return !behind[i].begun().before(near.begun()) })
		for _, far := range behind[from:] {
			if near.done().before(far.begun()) {
				break
			}
			if far.first == nil && far != near && sameCall(near, far) {
				far.join(near)
				break
			}
		}
	}
}

// sameCall tells whether far is near passed on by a proxy.
func sameCall(near, far *call) bool {
	n, f := &near.told, &far.told
	if n.Method != f.Method || near.Service != far.Service || n.Client == f.Client || n.Server == f.Server ||
		far.begun().before(near.begun()) || near.done().before(far.begun()) || near.token != far.token || path(n.Target) != path(f.Target) {
		return false
	}
	if n.RequestID != nil && f.RequestID != nil && *n.RequestID != *f.RequestID {
		return false
	}
	if n.Status != nil && f.Status != nil && *n.Status != *f.Status {
		return false
	}
	if far.forwarded != "" {
		return forwardedFrom(far.forwarded) == story.HostOf(n.Client)
	}
	return n.RequestID != nil && f.RequestID != nil || sameReply(near, far)
}

// sameReply tells whether a call that has no request id, as one that was
// refused for its token, is another's passed on: all of it lies within the
// other, it asks for the same in the same words, and the answer is the same to
// the second and the byte.
func sameReply(near, far *call) bool {
	n, f := &near.told, &far.told
	return near.reply != 0 && near.reply == far.reply && near.asker == far.asker && n.Target == f.Target &&
		n.Status != nil && f.Status != nil && !near.done().before(far.done())
}

// forwardedFrom gives the last address of X-Forwarded-For: the client of the
// proxy that added it.
func forwardedFrom(list string) string {
	if i := strings.LastIndexByte(list, ','); i >= 0 {
		list = list[i+1:]
	}
	return strings.TrimSpace(list)
}

func path(target string) string {
	target, _, _ = strings.Cut(target, "?")
	return target
}

// join makes a call a leg of the same one nearer to its maker.
func (c *call) join(near *call) {
	c.first = near
	for near.first != nil {
		near = near.first
	}
	near.told.Legs = append(near.told.Legs, legOf(c))
	near.last = c
}

// nearest is the call as it was seen nearest to the service.
func (c *call) nearest() *call {
	if c.last != nil {
		return c.last
	}
	return c
}
