package timeline

import (
	"glancecap/decoder/record"
	"glancecap/timeline/glance"
)

// fingerprint gives what a reading of one image, of its tags or its members
// saw, 0 where it is none of these or was not captured whole.
func (v *reading) fingerprint(work glance.Work, whole bool) glance.Fingerprint {
	if !whole {
		return 0
	}
	f := glance.Beginning
	switch work {
	case glance.ReadImage:
		return v.fingerprintOfImage()
	case glance.ReadTags:
		for _, values := range v.values {
			tag, ok := v.value(values, glance.Tags, "value")
			if !ok || tag == nil {
				return 0
			}
			f.Add("tag", *tag)
		}
	case glance.ReadMembers:
		for _, values := range v.values {
			member, ok := v.value(values, glance.Members, "member")
			status, ok2 := v.value(values, glance.Members, "status")
			if !ok || !ok2 || member == nil || status == nil {
				return 0
			}
			f.Add(*member, *status)
		}
	default:
		return 0
	}
	return f
}

// fingerprintOfImage reads the rows of an image joined with its properties and
// locations: each property stands once for each location.
func (v *reading) fingerprintOfImage() glance.Fingerprint {
	if len(v.values) == 0 {
		return 0
	}
	updated, ok := v.value(v.values[0], glance.Images, "updated_at")
	status, ok2 := v.value(v.values[0], glance.Images, "status")
	if !ok || !ok2 || updated == nil || status == nil || len(*updated) < 19 {
		return 0
	}
	f := glance.Beginning
	f.Add("updated_at", (*updated)[:19])
	f.Add("status", *status)
	seen := make(map[string]bool, len(v.values))
	for _, values := range v.values {
		id, ok := v.value(values, glance.Properties, "id")
		if !ok {
			return 0
		}
		if id == nil || seen[*id] {
			continue
		}
		seen[*id] = true
		name, _ := v.value(values, glance.Properties, "name")
		value, _ := v.value(values, glance.Properties, "value")
		deleted, _ := v.value(values, glance.Properties, "deleted")
		if name == nil || value == nil {
			return 0
		}
		if deleted == nil || *deleted == "0" {
			f.OfProperty(*name, *value)
		}
	}
	return f
}

// whole tells whether every row of a result was kept.
func whole(r *record.Result) bool {
	return r.Rows != record.NoCount && int(r.Rows) == len(r.Values)
}
