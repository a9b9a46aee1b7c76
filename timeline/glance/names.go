package glance

import (
	"glancecap/decoder/sqltext"
)

// NameKind says what a name in a statement names.
type NameKind uint8

// The kinds of names that tie a statement to a call.
const (
	NameImage    NameKind = iota + 1 // an image's id
	NameRow                          // table:id of a row beside an image
	NameTask                         // a task's id
	NameTag                          // a tag's value
	NameMember                       // a member's project
	NameProperty                     // a property's name
	NameValue                        // a property's name=value
	NameOwner                        // a project that owns or asks
	NameTitle                        // an image's name
	NameLimit                        // LIMIT of a list
	NameRequest                      // the request id in tasks.request_id
	NameFilter                       // column=value of a list's filter
	NameSet                          // column=value that an UPDATE of images sets
	NameIdentity                     // a user's, project's or audit id of a token
)

// Name is a value in a statement that a call may name too.
type Name struct {
	Kind  NameKind
	Value string
}

// nameRule says what the value of a column names, in statements of a shape.
type nameRule struct {
	kind NameKind // 0: nothing
	// prefix stands before the value in the name.
	prefix string
	// input tells that the value is a task's input, which names an image.
	input bool
}

// names gathers names, each once.
type names struct{ list []Name }

func (n *names) put(kind NameKind, value string) {
	for i := range n.list {
		if x := &n.list[i]; x.Kind == kind && x.Value == value {
			return
		}
	}
	n.list = append(n.list, Name{kind, value})
}

// by adds what a value names by a rule.
func (n *names) by(r *nameRule, value string) {
	switch {
	case r.kind == 0:
		return
	case r.input:
		if value = TaskImage(value); value == "" {
			return
		}
	case r.prefix != "":
		value = r.prefix + value
	}
	n.put(r.kind, value)
}

// ruleOf gives the rule of a column; filter tells that its value is one of those
// that a list is restricted to.
func ruleOf(table, column string, filter bool) nameRule {
	switch table {
	case Images:
		switch column {
		case "id":
			return nameRule{kind: NameImage}
		case "owner":
			return nameRule{kind: NameOwner}
		case "name":
			return nameRule{kind: NameTitle}
		case "disk_format", "container_format", "visibility", "status":
			if filter {
				return nameRule{kind: NameFilter, prefix: column + "="}
			}
		}
	case Properties, Locations, Members, Tags:
		return ruleBeside(table, column)
	case Tasks:
		switch column {
		case "id":
			return nameRule{kind: NameTask}
		case "image_id":
			return nameRule{kind: NameImage}
		case "owner":
			return nameRule{kind: NameOwner}
		case "request_id":
			return nameRule{kind: NameRequest}
		}
	case TaskInfo:
		switch column {
		case "task_id":
			return nameRule{kind: NameTask}
		case "input":
			return nameRule{kind: NameImage, input: true}
		}
	}
	return nameRule{}
}

// ruleBeside is ruleOf for the tables beside images.
func ruleBeside(table, column string) nameRule {
	switch {
	case column == "id":
		return nameRule{kind: NameRow, prefix: table + ":"}
	case column == "image_id":
		return nameRule{kind: NameImage}
	case table == Properties && column == "name":
		return nameRule{kind: NameProperty}
	case table == Tags && column == "value":
		return nameRule{kind: NameTag}
	case table == Members && column == "member":
		return nameRule{kind: NameMember}
	}
	return nameRule{}
}

// asked are the columns of images that a caller can set to a value that he
// names.
var asked = map[string]bool{
	"name": true, "visibility": true, "min_disk": true, "min_ram": true, "protected": true, "os_hidden": true,
	"disk_format": true, "container_format": true,
}

// pair adds name=value of a row of image_properties.
func (n *names) pair(s *sqltext.Statement, row int) {
	name, ok := s.Written(row, "name")
	value, ok2 := s.Written(row, "value")
	if ok && ok2 && name.Kind == sqltext.String && value.Kind == sqltext.String {
		n.put(NameValue, name.Text+"="+value.Text)
	}
}

// lockProperty is the property that holds the id of the task which imports the
// image (glance/common/utils.py).
const lockProperty = "os_glance_import_task"

// lock adds the task that a statement on an import's lock names.
func (n *names) lock(s *sqltext.Statement) {
	name, _ := s.Written(0, "name")
	if asked, ok := s.Equals(Properties, "name"); ok {
		name = asked
	}
	if name.Text != lockProperty {
		return
	}
	value, ok := s.Written(0, "value")
	if !ok {
		value, ok = s.Equals(Properties, "value")
	}
	if ok && IsUUID(value.Text) {
		n.put(NameTask, value.Text)
	}
}
