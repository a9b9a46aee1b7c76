package glance

// The states of an image (glance/domain/__init__.py, Image.valid_state_targets).
const (
	Queued        = "queued"
	Saving        = "saving"
	Uploading     = "uploading"
	Importing     = "importing"
	Active        = "active"
	Killed        = "killed"
	Deleted       = "deleted"
	PendingDelete = "pending_delete"
	Deactivated   = "deactivated"
)

// targets is Glance's own table of the changes that it allows.
var targets = map[string][]string{
	Queued:        {Saving, Uploading, Importing, Active, Deleted},
	Saving:        {Active, Killed, Deleted, Queued},
	Uploading:     {Importing, Queued, Deleted},
	Importing:     {Active, Deleted, Queued},
	Active:        {PendingDelete, Deleted, Deactivated},
	Killed:        {Deleted},
	PendingDelete: {Deleted, Active},
	Deactivated:   {Active, Deleted},
	Deleted:       nil,
}

// Legal tells whether Glance allows the change; from is nil for an image
// that is being created, which begins as queued.
func Legal(from *string, to string) bool {
	if from == nil {
		return to == Queued
	}
	for _, t := range targets[*from] {
		if t == to {
			return true
		}
	}
	return false
}

// Reachable tells whether allowed changes lead from one state to another, over
// others where need be.
func Reachable(from, to string) bool {
	seen := map[string]bool{from: true}
	next := []string{from}
	for len(next) > 0 {
		s := next[0]
		next = next[1:]
		for _, t := range targets[s] {
			if t == to {
				return true
			}
			if !seen[t] {
				seen[t] = true
				next = append(next, t)
			}
		}
	}
	return false
}

// StatusNamed gives the state of a name, "" where it is none: one copy of each,
// that nothing else is kept alive by.
func StatusNamed(name string) string {
	switch name {
	case Queued:
		return Queued
	case Saving:
		return Saving
	case Uploading:
		return Uploading
	case Importing:
		return Importing
	case Active:
		return Active
	case Killed:
		return Killed
	case Deleted:
		return Deleted
	case PendingDelete:
		return PendingDelete
	case Deactivated:
		return Deactivated
	}
	return ""
}

// IsStatus tells whether a text is one of Glance's states.
func IsStatus(s string) bool {
	return StatusNamed(s) != ""
}

// Passing tells whether a state is one that an image is only meant to pass
// through.
func Passing(status string) bool {
	return status == Saving || status == Uploading || status == Importing
}
