package filter

import "testing"

func TestAFilterWithoutParenthesesIsReadFromTheLeft(t *testing.T) {
	for _, c := range []struct{ filter, read, meant string }{
		{"host 172.16.0.20 and port 13000 or port 3306 or port 13292",
			"(host 172.16.0.20 and port 13000) or port 3306 or port 13292", "host 172.16.0.20 and (port 13000 or port 3306 or port 13292)"},
		{"tcp && host a and port 1 || port 2", "(tcp and host a and port 1) or port 2", "tcp and host a and (port 1 or port 2)"},
		{"port 1 or port 2 and host a", "(port 1 or port 2) and host a", ""},
		{"not (arp or icmp) and port 1 or port 2", "(not (arp or icmp) and port 1) or port 2", "not (arp or icmp) and (port 1 or port 2)"},
	} {
		read, meant, mixed := Grouped(c.filter)
		if !mixed || read != c.read || meant != c.meant {
			t.Errorf("%s\nis read as %s (mixed: %v), want %s\nmeant: %s, want %s", c.filter, read, mixed, c.read, meant, c.meant)
		}
	}
}

func TestAFilterThatNeedsNoParenthesesIsNoMistake(t *testing.T) {
	for _, filter := range []string{"", "port 1", "port 1 or port 2", "host a and port 1", "host a and (port 1 or port 2)", "(host a and port 1) or port 2", "or", "and or", ")(", "a and"} {
		if _, _, mixed := Grouped(filter); mixed {
			t.Errorf("%q is told as a mistake", filter)
		}
	}
}
