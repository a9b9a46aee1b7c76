package attribute

import (
	"math/bits"
	"slices"
	"strings"
)

// The kinds of units of work: what a bracket is by the statements in it.
const (
	kindNone       = ""
	kindImage      = "image"      // one image is read
	kindList       = "list"       // images are listed
	kindTags       = "tags"       // an image's tags
	kindTag        = "tag"        // one tag
	kindMembers    = "members"    // an image's members
	kindMember     = "member"     // one member
	kindMemberRow  = "memberrow"  // a member by its row's id
	kindCount      = "count"      // members are counted
	kindLocation   = "location"   // a location is read
	kindTask       = "task"       // a task is read
	kindTasks      = "tasks"      // tasks are listed
	kindCreate     = "create"     // an image is made
	kindSave       = "save"       // an image is written as a whole
	kindStatus     = "status"     // its status alone
	kindDrop       = "drop"       // it is marked deleted
	kindDropPlace  = "dropplace"  // a location is marked deleted
	kindAddTag     = "addtag"     // a tag is made
	kindDropTag    = "droptag"    // a tag is marked deleted
	kindAddMember  = "addmember"  // a member is made
	kindSetMember  = "setmember"  // a member's status is written
	kindDropMember = "dropmember" // a member is marked deleted
	kindLock       = "lock"       // an import's lock is taken
	kindUnlock     = "unlock"     // and given back
	kindAddTask    = "addtask"    // a task is made
	kindSetTask    = "settask"    // a task is written
	kindExpire     = "expire"     // old tasks are marked deleted
	kindOther      = "other"      // anything else
)

// kinds are a set of kinds of units of work.
type kinds uint32

const everything = ^kinds(0)

// kindPlaces gives each kind its place in a set.
var kindPlaces = []string{
	kindImage, kindList, kindTags, kindTag, kindMembers, kindMember, kindMemberRow, kindCount, kindLocation, kindTask, kindTasks, kindCreate,
	kindSave, kindStatus, kindDrop, kindDropPlace, kindAddTag, kindDropTag, kindAddMember, kindSetMember, kindDropMember, kindLock, kindUnlock,
	kindAddTask, kindSetTask, kindExpire,
}

// kindsOf gives the set of one kind; of others than kindPlaces has it is empty.
func kindsOf(kind string) kinds {
	if k := slices.Index(kindPlaces, kind); k >= 0 {
		return 1 << k
	}
	return 0
}

// saved is what follows each save of an image, whatever it is for: it is read
// again, and then its tags are made those that it had when it was read
// (image_tag_set_all in glance/db/sqlalchemy/api.py). Where somebody else
// changed them meanwhile that undoes the change.
const saved = "image tags addtag* ( tag droptag )*"

// grammars tell the units of work that a successful call of an action makes,
// in order (as recorded, and glance/api/v2, glance/db, glance/location.py). A
// name may be followed by ? or *. A save is followed by >status where it
// changes the status, by >any where it may.
var grammars = map[string]string{
	"image.show":       "image member? tags",
	"image.list":       "( image member? tags? )? list",
	"image.create":     "create image member? tags addtag*",
	"image.update":     "image member? tags ( save " + saved + " )? members?",
	changing:           "image member? tags save " + saved + " members?",
	"image.delete":     "image tags ( location | dropplace )* ( status image? drop? | save " + saved + " members? )?",
	"image.upload":     "image tags save>saving " + saved + " save>active " + saved + " members?",
	"image.download":   "image member? tags",
	"image.stage":      "image tags save>uploading " + saved + " save>uploading " + saved + " members?",
	"image.deactivate": "image tags ( save>deactivated " + saved + " members? )?",
	"image.reactivate": "image tags ( save>active " + saved + " members? )?",
	"image.import":     "image tags lock? addtask task?",
	"tag.add":          "image tags save " + saved + " members?",
	"tag.remove":       "image tags save " + saved + " members?",
	"member.list":      "image member? tags members",
	"member.show":      "image member? tags? member",
	"member.add":       "image tags count member* ( addmember | memberrow setmember ) members?",
	"member.update":    "image member? tags member memberrow setmember members?",
	"member.remove":    "image tags member memberrow dropmember members?",
	"location.list":    "image member? tags members?",
	"location.add":     "image tags ( save>any " + saved + " )? addtask? task? members?",
	"location.remove":  "image tags ( location | dropplace )* save " + saved + " members?",
	"task.list":        "( image tags )? expire tasks",
	"task.show":        "task",
	"task.create":      "addtask task?",
	"schema.show":      "",
	"versions":         "",
	"store.info":       "",
	"import.info":      "",
}

// changing is the action of an image.update of which the body asks for a change:
// then it saves the image, whether that changes anything or not.
const changing = "image.update changing"

// failing are the grammars of calls that did not succeed, where they are not
// the beginning of the one above.
var failing = map[string]string{
	"image.show":     "image member",
	"image.download": "image member? tags?",
	"image.upload":   "image member? tags save>saving ( image tags )? save>active? save>queued? save>killed? image? tags? members?",
	"image.stage":    "image member? tags save>uploading ( image tags )? save>uploading? save>queued? image? tags?",
	"image.import":   "image member? tags task? lock? addtask? task? unlock?",
	"member.show":    "image member? tags? member?",
	"member.add":     "image member? tags? count? member* ( addmember | memberrow setmember )",
	"member.update":  "image member* tags? member? memberrow? setmember",
	"member.remove":  "image member? tags? member? memberrow? dropmember",
	"tag.remove":     "image member? tags? tag? ( save " + saved + " )?",
	"task.show":      "task*",
}

// background is the grammar of work that goes on behind a 202. Its image may be
// deleted meanwhile, so that it finds none.
const background = "( task | settask | image | tags | save>any | status | location | dropplace | members | member | lock | unlock | tag | addtag | droptag )*"

// automaton recognises a grammar: its states are sets of positions, one bit
// each (Glushkov's construction).
type automaton struct {
	first  uint64
	follow [maxPositions]uint64
	last   uint64
	// empty tells that no work at all is a sentence.
	empty   bool
	kinds   []string
	status  []string
	letters map[string]bool
	// before are, for each position, the kinds that come before it in every
	// sentence.
	before [maxPositions]kinds
	// failing tells that it is that of a call which did not succeed.
	failing bool
	// any tells that every sequence is right: of actions that are not known.
	any bool
	// tail tells that it recognises the ends of its sentences: of a call of
	// which the beginning was not captured.
	tail bool
}

// maxPositions is how many names a grammar may have: the last bits of a state
// have meanings of their own.
const maxPositions = 62

const (
	// begin is the state of a call that has made nothing, over that of one
	// that did not find its image.
	begin uint64 = 1 << 63
	over  uint64 = 1 << 62
)

// step gives the state after a unit of work, 0 where the grammar has none.
func (a *automaton) step(state uint64, b *bracket) uint64 {
	if a.any || b.kind == kindOther {
		return state // what the grammar does not know may stand anywhere
	}
	next := uint64(0)
	if state&begin != 0 {
		next = a.first
	}
	for s := state &^ (begin | over); s != 0; s &= s - 1 {
		next |= a.follow[bits.TrailingZeros64(s)]
	}
	for s := next; s != 0; s &= s - 1 {
		if p := bits.TrailingZeros64(s); !a.matches(p, b) {
			next &^= 1 << p
		}
	}
	if next != 0 && b.absent {
		if !a.failing {
			return 0
		}
		next |= over
	}
	if next != 0 && b.failed {
		next |= state // it may be tried again, or given up
	}
	return next
}

func (a *automaton) matches(p int, b *bracket) bool {
	if a.kinds[p] != b.kind {
		return false
	}
	if b.kind != kindSave || b.cut {
		return true
	}
	switch a.status[p] {
	case "any":
		return true
	case "":
		return !b.guarded
	}
	// The way back after a failed upload has no guard.
	return a.status[p] == b.status && (b.guarded || b.status == "queued" || b.status == "killed")
}

// accepts tells whether a call that succeeded may end in a state.
func (a *automaton) accepts(state uint64) bool {
	return a.any || state&a.last != 0 || state&begin != 0 && a.empty
}

// breaksOff tells whether a call that was refused may end in a state: with
// 403, 404 or 409 it has looked for its image, and what it found it has read
// to the end: its tags are in a bracket of their own.
func (a *automaton) breaksOff(state uint64) bool {
	if a.any || state&over != 0 || state&begin != 0 && a.empty {
		return true
	}
	for s := state &^ begin; s != 0; s &= s - 1 {
		if a.kinds[bits.TrailingZeros64(s)] != kindImage {
			return true
		}
	}
	return false
}

// part is a piece of a grammar on its way to an automaton.
type part struct {
	first, last uint64
	empty       bool
}

// compile reads a grammar.
func compile(text string) *automaton {
	c := compiler{a: &automaton{letters: make(map[string]bool)}, words: strings.Fields(text)}
	p := c.choice()
	c.a.first, c.a.last, c.a.empty = p.first, p.last, p.empty
	c.a.precede()
	return c.a
}

// precede finds what comes before each position in every sentence: what all
// of the ways to it have in common (a dominator of it, by kinds).
func (a *automaton) precede() {
	for p := range a.kinds {
		if a.before[p] = everything; a.first&(1<<p) != 0 {
			a.before[p] = 0
		}
	}
	for changed := true; changed; {
		changed = false
		for q := range a.kinds {
			from := a.before[q] | kindsOf(a.kinds[q])
			for s := a.follow[q]; s != 0; s &= s - 1 {
				p := bits.TrailingZeros64(s)
				if all := a.before[p] & from; all != a.before[p] {
					a.before[p], changed = all, true
				}
			}
		}
	}
}

type compiler struct {
	a     *automaton
	words []string
}

func (c *compiler) next() string {
	if len(c.words) == 0 {
		return ""
	}
	return c.words[0]
}

func (c *compiler) choice() part {
	p := c.sequence()
	for c.next() == "|" {
		c.words = c.words[1:]
		q := c.sequence()
		p = part{p.first | q.first, p.last | q.last, p.empty || q.empty}
	}
	return p
}

func (c *compiler) sequence() part {
	p := part{empty: true}
	for w := c.next(); w != "" && w != "|" && !strings.HasPrefix(w, ")"); w = c.next() {
		q := c.term()
		c.connect(p.last, q.first)
		n := part{first: p.first, last: q.last, empty: p.empty && q.empty}
		if p.empty {
			n.first |= q.first
		}
		if q.empty {
			n.last |= p.last
		}
		p = n
	}
	return p
}

func (c *compiler) term() part {
	word := c.words[0]
	c.words = c.words[1:]
	var p part
	if word == "(" {
		p = c.choice()
		word = c.next() // ")" with what follows it
		c.words = c.words[1:]
	} else {
		kind, status, _ := strings.Cut(strings.TrimRight(word, "?*"), ">")
		bit := uint64(1) << len(c.a.kinds)
		c.a.kinds, c.a.status = append(c.a.kinds, kind), append(c.a.status, status)
		c.a.letters[kind] = true
		p = part{first: bit, last: bit}
	}
	switch word[len(word)-1] {
	case '?':
		p.empty = true
	case '*':
		p.empty = true
		c.connect(p.last, p.first)
	}
	return p
}

func (c *compiler) connect(from, to uint64) {
	for s := from; s != 0; s &= s - 1 {
		c.a.follow[bits.TrailingZeros64(s)] |= to
	}
}

// automata are the grammars, compiled when they are first asked for.
type automata struct{ made map[string]*automaton }

// of gives the automaton for a call of an action that succeeded or did not.
func (m *automata) of(action string, ok bool) *automaton {
	text, known := grammars[action]
	if !known {
		return &automaton{any: true}
	}
	if ok {
		return m.get(action, text)
	}
	if other, is := failing[action]; is {
		text = other
	}
	a := m.get("!"+action, text)
	a.failing = true
	return a
}

// precedents are, for each kind, the kinds that come before it in every call:
// who makes the one has made the others.
func (m *automata) precedents() map[string]kinds {
	needed := make(map[string]kinds)
	for action := range grammars {
		for _, ok := range []bool{true, false} {
			a := m.of(action, ok)
			for p, kind := range a.kinds {
				before, known := needed[kind]
				if !known {
					before = everything
				}
				needed[kind] = before & a.before[p]
			}
		}
	}
	for _, kind := range compile(background).kinds {
		if _, known := needed[kind]; !known {
			needed[kind] = everything // no call does it before its answer
		}
	}
	return needed
}

func (m *automata) get(key, text string) *automaton {
	if m.made == nil {
		m.made = make(map[string]*automaton)
	}
	a := m.made[key]
	if a == nil {
		a = compile(text)
		m.made[key] = a
	}
	return a
}
