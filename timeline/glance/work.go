package glance

import (
	"strings"

	"glancecap/decoder/sqltext"
)

// Work is what a statement does to Glance's tables: the letters of which the
// units of work of an action are made (glance/db/sqlalchemy/api.py).
type Work uint8

// The kinds of work.
const (
	NoWork         Work = iota
	ReadImage           // an image with its properties and locations
	ListImages          // images by a filter
	CheckImage          // images.id alone, before an UPDATE
	ReadTags            // the tags of an image
	ReadTag             // one tag
	ReadMembers         // the members of an image
	ReadMember          // one member of an image
	ReadMemberRow       // a member by its row's id
	CountMembers        // for the quota
	ReadLocation        // locations of an image
	ReadProperty        // properties of an image
	ReadTask            // a task by its id
	ListTasks           // tasks by owner or image
	ReadTaskInfo        // input and result of a task
	CreateImage         // INSERT INTO images
	SaveImage           // UPDATE images with all columns
	SetStatus           // UPDATE images SET status alone
	DropImage           // UPDATE images SET deleted
	AddProperty         // INSERT INTO image_properties
	SetProperty         // UPDATE image_properties by the row's id
	LockProperty        // UPDATE image_properties by name: the import's lock
	DropProperty        // a property marked deleted
	RemoveProperty      // DELETE FROM image_properties: the lock is given back
	AddLocation         // INSERT INTO image_locations
	TouchLocation       // UPDATE image_locations, no more than updated_at
	DropLocation        // a location marked deleted
	AddTag              // INSERT INTO image_tags
	DropTag             // a tag marked deleted
	AddMember           // INSERT INTO image_members
	SetMember           // UPDATE image_members
	DropMember          // a member marked deleted
	AddTask             // INSERT INTO tasks
	SetTask             // UPDATE tasks by id
	ExpireTasks         // UPDATE tasks by age
	AddTaskInfo         // INSERT INTO task_info
	SetTaskInfo         // UPDATE task_info
	OtherWork           // anything else with a table
)

// WorkOf tells what a statement does.
func WorkOf(s *sqltext.Statement) Work {
	if len(s.Tables) == 0 {
		return NoWork
	}
	table := strings.ToLower(s.Tables[0].Name)
	if s.Unparsed != "" {
		return OtherWork
	}
	switch s.Verb {
	case "SELECT":
		return readingOf(s, table)
	case "INSERT", "REPLACE":
		return insertions[table].or(OtherWork)
	case "UPDATE":
		v, ok := s.Written(0, "deleted")
		return updateOf(s, table, ok && v.Text == "1")
	case "DELETE":
		if table == Properties {
			return RemoveProperty
		}
	}
	return OtherWork
}

func (w Work) or(other Work) Work {
	if w == NoWork {
		return other
	}
	return w
}

var insertions = map[string]Work{
	Images: CreateImage, Properties: AddProperty, Locations: AddLocation, Tags: AddTag, Members: AddMember, Tasks: AddTask, TaskInfo: AddTaskInfo,
}

func readingOf(s *sqltext.Statement, table string) Work {
	where := conditionColumns(s)
	switch table {
	case Images:
		_, one := s.Equals(Images, "id")
		switch {
		case !one:
			return ListImages
		case len(s.Tables) == 1 && len(s.Selected()) == 1:
			return CheckImage
		}
		return ReadImage
	case Tags:
		if where["value"] {
			return ReadTag
		}
		return ReadTags
	case Members:
		// A list that is not asked for with admin's rights says beside the image
		// that its owner or the member is the caller: still a list.
		_, one := s.Equals(Members, "member")
		switch {
		case len(s.Selected()) == 1 && s.Selected()[0].Name == "":
			return CountMembers
		case one:
			return ReadMember
		case where["id"]:
			return ReadMemberRow
		}
		return ReadMembers
	case Locations:
		return ReadLocation
	case Properties:
		return ReadProperty
	case Tasks:
		if where["id"] {
			return ReadTask
		}
		return ListTasks
	case TaskInfo:
		return ReadTaskInfo
	}
	return OtherWork
}

// updateOf tells what an UPDATE does; gone tells that it marks rows as deleted.
func updateOf(s *sqltext.Statement, table string, gone bool) Work {
	where := conditionColumns(s)
	_, status := s.Written(0, "status")
	switch table {
	case Images:
		if _, whole := s.Written(0, "disk_format"); whole {
			return SaveImage
		}
		if gone {
			return DropImage
		}
		return SetStatus
	case Properties:
		switch {
		case gone:
			return DropProperty
		case where["name"]:
			return LockProperty
		}
		return SetProperty
	case Locations:
		if gone || status {
			return DropLocation
		}
		return TouchLocation
	case Tags:
		return DropTag
	case Members:
		if gone {
			return DropMember
		}
		return SetMember
	case Tasks:
		if where["id"] {
			return SetTask
		}
		return ExpireTasks
	case TaskInfo:
		return SetTaskInfo
	}
	return OtherWork
}

// conditionColumns gives the columns that a statement compares.
func conditionColumns(s *sqltext.Statement) map[string]bool {
	columns := make(map[string]bool, 8)
	for w := range s.Where() {
		columns[strings.ToLower(w.Column.Name)] = true
	}
	return columns
}
