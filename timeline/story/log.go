package story

// LogOf names the log in which a service tells of its requests, "" where none
// is known.
func LogOf(service string) string {
	switch service {
	case "glance":
		return "glance-api.log"
	case "keystone":
		return "keystone.log"
	case "swift":
		return "Swift's proxy log"
	}
	return ""
}
