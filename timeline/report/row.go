package report

import (
	"strings"

	"glancecap/timeline/story"
)

// row tells what the database holds of an image at the end: what somebody who
// asks for one image wants to compare with what he sees elsewhere.
func (t *text) row(i *story.Image) {
	var columns, properties, locations, members []string
	for _, c := range i.Row {
		if c.Column != "id" {
			columns = append(columns, pair(c.Column, c.Value))
		}
	}
	for _, p := range i.Properties {
		properties = append(properties, pair(p.Name, p.Value))
	}
	for _, l := range i.Locations {
		locations = append(locations, l.Value+" ("+l.Status+")")
	}
	for _, m := range i.Members {
		members = append(members, m.Member+" ("+m.Status+")")
	}
	t.section()
	for _, line := range []struct {
		label  string
		values []string
	}{{"row       ", columns}, {"properties", properties}, {"locations ", locations}, {"tags      ", i.Tags}, {"members   ", members}} {
		if len(line.values) > 0 {
			t.labelled("  ", line.label, faint, strings.Join(line.values, "  "))
		}
	}
}

// pair writes a name and its value, NULL where the database has none. A value
// with a space in it is quoted, as in SQL.
func pair(name string, value *string) string {
	switch {
	case value == nil:
		return name + "=NULL"
	case *value == "" || strings.ContainsAny(*value, " '"):
		return name + "='" + strings.ReplaceAll(*value, "'", "''") + "'"
	}
	return name + "=" + *value
}
