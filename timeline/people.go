package timeline

import (
	"net/url"
	"strings"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// people knows whose the tokens are, by their digests.
type people struct {
	byToken map[string]*story.User
	audits  map[string][]string
	known   map[story.User]*story.User
}

// maxTokens bounds the tokens whose owner is remembered.
const maxTokens = 1 << 17

// learn takes whose a token is, and its audit ids.
func (p *people) learn(digest string, u story.User, audits []string) {
	if p.byToken == nil {
		p.byToken, p.known, p.audits = make(map[string]*story.User), make(map[story.User]*story.User), make(map[string][]string)
	}
	kept := p.known[u]
	if kept == nil {
		kept = &u
		p.known[u] = kept
	}
	if len(p.byToken) < maxTokens {
		p.byToken[digest], p.audits[digest] = kept, audits
	}
}

// named gives a user whose ids are known with the names that belong to them.
func (p *people) named(u *story.User) *story.User {
	if u == nil {
		return nil
	}
	for known := range p.known {
		if known.ID == u.ID && known.ProjectID == u.ProjectID {
			return p.known[known]
		}
	}
	return u
}

// identities lists the ids by which Keystone's SQL names a token, nil where
// they are not known.
func (p *people) identities(digest string) []string {
	u := p.byToken[digest]
	if u == nil || len(p.audits[digest]) == 0 {
		return nil
	}
	list := append([]string{u.ID}, p.audits[digest]...)
	if u.ProjectID != "" {
		list = append(list, u.ProjectID)
	}
	return list
}

// learnToken reads an answer of Keystone that tells whose a token is.
func (b *Builder) learnToken(c *call, text string) {
	t, ok := glance.ReadToken(text)
	if !ok {
		return
	}
	for _, e := range t.Endpoints {
		b.servers.catalog(e)
	}
	b.learnTimes(c, t)
	if c.subject != "" {
		for k := range t.Audits {
			t.Audits[k] = b.intern(t.Audits[k])
		}
		b.people.learn(c.subject, story.User{ID: b.intern(t.UserID), Name: b.intern(t.UserName), ProjectID: b.intern(t.ProjectID), Project: b.intern(t.ProjectName)}, t.Audits)
	}
}

// servers knows which service speaks at an address, by the paths that were
// spoken there and by the catalogue.
type servers struct {
	known  map[serverPrefix]string
	places map[string]string // "host:port" of the catalogue
	other  map[string]int64  // HTTP of no service, by server
}

type serverPrefix struct{ server, prefix string }

func (s *servers) settle(server, prefix, service string) {
	if s.known == nil {
		s.known = make(map[serverPrefix]string)
	}
	s.known[serverPrefix{server, prefix}] = service
}

// of gives the service of a server, "" where it is not known.
func (s *servers) of(server, prefix string) string {
	if service := s.known[serverPrefix{server, prefix}]; service != "" {
		return service
	}
	return s.places[server+prefix]
}

// maxOther bounds the servers whose foreign HTTP is counted one by one.
const maxOther = 256

// count counts an exchange that belongs to none of the services as far as can
// be told.
func (s *servers) count(server string) {
	if s.other == nil {
		s.other = make(map[string]int64)
	}
	if _, ok := s.other[server]; ok || len(s.other) < maxOther {
		s.other[strings.Clone(server)]++
	}
}

// catalog learns an address of the service catalogue.
func (s *servers) catalog(e glance.Endpoint) {
	u, err := url.Parse(e.URL)
	if err != nil || u.Host == "" {
		return
	}
	address := u.Host
	if u.Port() == "" {
		address += map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	}
	prefix := strings.TrimRight(u.Path, "/")
	for _, version := range []string{"/v1", "/v2", "/v3"} {
		if i := strings.Index(prefix, version); i >= 0 {
			prefix = prefix[:i]
		}
	}
	if s.places == nil {
		s.places = make(map[string]string)
	}
	if len(s.places) < maxOther {
		s.places[address+prefix] = e.Service
	}
}
