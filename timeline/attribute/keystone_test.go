package attribute

import (
	"fmt"
	"strings"
	"testing"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// validation adds a call to Keystone about a token.
func (s *scene) validation(id string, from, to story.Time, identities ...string) {
	c := s.call(id, "token.validate", "", 200, from, to)
	c.Service, c.Identities = glance.Keystone, identities
}

// asked adds a unit of work on Keystone's database that names a token.
func (s *scene) asked(connection, identity string, at story.Time) {
	s.work(connection, "location", "", at)
	s.in.Sessions[s.session(connection)].Service = glance.Keystone
	s.in.Statements[len(s.in.Statements)-2].Names = []glance.Name{{Kind: glance.NameIdentity, Value: identity}}
}

func TestKeystonesWorkIsOfTheCallWhoseTokenItNames(t *testing.T) {
	var s scene
	s.validation("a", 0, 100, "A", "service")
	s.validation("b", 0, 100, "B", "service")
	s.validation("c", 0, 100) // of a token that is not known
	s.asked("1/x", "B", 10)
	s.asked("2/x", "service", 12)
	s.asked("3/x", "other", 14)
	s.in.Calls = s.in.Calls[:2]
	check(t, &s, "b likely, -, -")
	// With a token that is not known it may be of any user, but has audit ids
	// of its own.
	s.validation("c", 0, 100, "C")
	s.in.Calls[2].Partly = true
	check(t, &s, "-, -, -")
	audit := strings.Repeat("B", glance.AuditID)
	s.in.Calls[1].Identities = []string{audit}
	s.in.Statements[1].Names[0].Value = audit
	check(t, &s, "b likely, -, -")
}

func TestKeystoneServesFirstWhoComesFirst(t *testing.T) {
	// The third of the calls that wait is never seen to be served where they
	// are answered one after the other; it may be where three are at once.
	scene := func(atOnce story.Time) string {
		var s scene
		for k := range story.Time(60) {
			name := fmt.Sprint("t", k)
			s.validation(name, k*10, k*10+10*atOnce-2, name)
			s.asked("1/x", name, k*10+1)
		}
		s.validation("first", 801, 830, "same")
		s.validation("second", 802, 840, "other")
		s.validation("third", 803, 850, "same")
		s.asked("1/x", "same", 820)
		links := s.links(t)
		return links[strings.LastIndex(links, ", ")+2:]
	}
	if got := scene(1); got != "first likely" {
		t.Errorf("one at a time: %s", got)
	}
	if got := scene(3); got != "-" {
		t.Errorf("three at a time: %s", got)
	}
}
