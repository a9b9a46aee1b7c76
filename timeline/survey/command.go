package survey

import (
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// wish is what a capture should have had.
type wish struct {
	wanted            bool
	ports             []string
	fragments, buffer bool
}

// ports gives the ports that a capture needs: the usual ones, and those on
// which a service was found that has another one here.
func (b *Builder) ports(s *story.Survey) []string {
	var ports []string
	for _, u := range usual {
		ports = append(ports, u.port)
	}
	for _, service := range s.Services {
		if plainPort(service.Name) == "" || service.Readable == 0 {
			continue
		}
		for _, server := range service.Servers {
			if port := server[strings.LastIndexByte(server, ':')+1:]; !slices.Contains(ports, port) {
				ports = append(ports, port)
			}
		}
	}
	return ports[:min(len(ports), 16)]
}

// command gives the tcpdump command. All ports stand in one pair of
// parentheses, so that what is added in front or behind holds for all of them.
func (w *wish) command() string {
	filter := "port " + strings.Join(w.ports, " or port ")
	if w.fragments {
		// Fragments behind the first one have no ports; IPv6 has them in a
		// header of their own (next header 44).
		filter = "(" + filter + ") or (ip[6:2] & 0x1fff != 0) or (ip6[6] = 44)"
	}
	buffer := ""
	if w.buffer {
		buffer = " -B 131072"
	}
	return "tcpdump -i any -s 0" + buffer + " -w x.pcap '" + filter + "'"
}
