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
			tag := v.value(values, v.columns.beside[tags].key)
			if !tag.is() {
				return 0
			}
			f.Add("tag", tag.text)
		}
	case glance.ReadMembers:
		for _, values := range v.values {
			member, status := v.value(values, v.columns.beside[members].key), v.value(values, v.columns.memberStatus)
			if !member.is() || !status.is() {
				return 0
			}
			f.Add(member.text, status.text)
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
	c := v.columns
	updated, status := v.value(v.values[0], c.imageUpdated), v.value(v.values[0], c.imageStatus)
	if !updated.is() || !status.is() || len(updated.text) < 19 {
		return 0
	}
	f := glance.Beginning
	f.Add("updated_at", updated.text[:19])
	f.Add("status", status.text)
	var seen map[string]bool
	for _, values := range v.values {
		id := v.value(values, c.beside[properties].id)
		if !id.known {
			return 0
		}
		if id.null || seen[id.text] {
			continue
		}
		if seen == nil {
			seen = make(map[string]bool, len(v.values))
		}
		seen[id.text] = true
		name, value, deleted := v.value(values, c.beside[properties].key), v.value(values, c.propertyValue), v.value(values, c.propertyDeleted)
		if !name.is() || !value.is() {
			return 0
		}
		if !deleted.is() || deleted.text == "0" {
			f.OfProperty(name.text, value.text)
		}
	}
	return f
}

// whole tells whether every row of a result was kept.
func whole(r *record.Result) bool {
	return r.Rows != record.NoCount && int(r.Rows) == len(r.Values)
}
