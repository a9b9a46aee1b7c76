package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"glancecap/timeline/filter"
	"glancecap/timeline/story"
)

// capture looks at the capture itself: frames recorded twice, and what a filter
// left out.
func (c *Inquiry) capture() {
	c.duplicates()
	c.filters()
	c.gaps()
}

// duplicates tells that frames were recorded more than once.
func (c *Inquiry) duplicates() {
	p := c.story.Accounting.Packets
	if p.Duplicate == 0 {
		return
	}
	c.add(story.Diagnosis{Code: "duplicate_frames", Severity: severityNote,
		Text:   fmt.Sprintf("%d of %d packets were recorded twice, as on -i any or a mirrored port; each is counted once", p.Duplicate, p.Total),
		Advice: "capture on one interface"})
}

// filters tells of a capture filter, where it is known, that mixes `and` and
// `or` without parentheses.
func (c *Inquiry) filters() {
	var told []string
	for _, file := range c.story.Captures {
		for _, expression := range file.Filters {
			read, meant, mixed := filter.Grouped(expression)
			if !mixed || slices.Contains(told, expression) {
				continue
			}
			told = append(told, expression)
			d := story.Diagnosis{Code: "filter_gap", Severity: severityWarning,
				Text:   fmt.Sprintf("the capture filter `%s` was read as `%s`: `and` and `or` bind equally, from the left", expression, read),
				Advice: "write parentheses"}
			if meant != "" {
				d.Advice = fmt.Sprintf("if `%s` was meant, it has to be written so", meant)
			}
			c.add(d)
		}
	}
}

// gaps tells of hosts and services of which there is nothing though their peers
// are in the capture. That is what is seen: a filter may be the reason, or
// another way that the packets take.
func (c *Inquiry) gaps() {
	var missing []string
	for _, x := range []struct{ service, name string }{{"glance", "Glance's"}, {"keystone", "Keystone's"}} {
		switch hosts := c.silentHosts(x.service); len(hosts) {
		case 0:
		case 1:
			missing = append(missing, fmt.Sprintf("the API of %s, which writes %s database", hosts[0], x.name))
		default:
			missing = append(missing, fmt.Sprintf("the APIs of %s, which write %s database", hostsNamed(hosts), x.name))
		}
	}
	if n := c.inSwift(); n > 0 && !c.seen("swift") {
		missing = append(missing, fmt.Sprintf("Swift, where %s lie%s", plural(n, "image"), singular(n)))
	}
	if len(missing) == 0 {
		return
	}
	c.add(story.Diagnosis{Code: "filter_gap", Severity: severityNote,
		Text:   "not one packet is here, though their peers are, of " + strings.Join(missing, "; of "),
		Advice: "a capture filter, or traffic that passes elsewhere (lo)? name all ports: port 9292 or port 5000 or port 3306 or port 8080"})
}

// hostsNamed names hosts, of very many the first ones.
func hostsNamed(hosts []string) string {
	const most = 6
	if more := len(hosts) - most; more > 1 {
		return list(append(hosts[:most:most], fmt.Sprintf("%d more", more)))
	}
	return list(hosts)
}

// silentHosts gives the hosts that write a service's database and to whose API
// there is not one connection.
func (c *Inquiry) silentHosts(service string) []string {
	return slices.DeleteFunc(slices.Clone(c.writers[service]), c.heard)
}

// heard tells whether a host has a server of one of the APIs in the capture,
// also behind a proxy.
func (c *Inquiry) heard(h string) bool {
	for _, x := range c.story.Services {
		if x.Name == "mysql" {
			continue
		}
		for _, server := range x.Servers {
			if story.HostOf(server) == h {
				return true
			}
		}
	}
	return false
}

// seen tells whether there is a connection to a service.
func (c *Inquiry) seen(service string) bool {
	for _, x := range c.story.Services {
		if x.Name == service && x.Readable+x.Encrypted > 0 {
			return true
		}
	}
	return false
}

// inSwift counts the images that lie in Swift.
func (c *Inquiry) inSwift() int {
	n := 0
	for _, i := range c.story.Images {
		if !i.OnlyRead && slices.ContainsFunc(i.Store, func(x story.StoreItem) bool { return x.Kind == "swift" && x.State != "deleted" }) {
			n++
		}
	}
	return n
}
