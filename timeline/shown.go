package timeline

import (
	"slices"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
)

// fingerprint gives what a reading of one image, of its tags or its members
// saw, 0 where it is none of these; state is what it saw of the first two.
func (v *reading) fingerprint(work glance.Work, state *glance.State) glance.Fingerprint {
	f := glance.Beginning
	switch work {
	case glance.ReadImage:
		return v.fingerprintOfImage()
	case glance.ReadTags:
		if state == nil {
			return 0
		}
		return glance.FingerprintTags(state.Tags)
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

// state gives what a reading of one image or of its tags saw, nil where it is
// neither or was not captured whole.
func (b *Builder) state(v *reading, work glance.Work) *glance.State {
	s := &b.seeing
	*s = glance.State{Columns: s.Columns[:0], Properties: s.Properties[:0], Tags: s.Tags[:0]}
	switch {
	case work == glance.ReadTags:
		s.Tagged = true
		for _, values := range v.values {
			tag := v.value(values, v.columns.beside[tags].key)
			if !tag.is() {
				return nil
			}
			s.Tags = append(s.Tags, tag.text)
		}
	case work != glance.ReadImage || len(v.values) == 0 || !v.propertiesOf(s):
		return nil
	default:
		s.Image = true
		status := v.value(v.values[0], v.columns.imageStatus)
		if !status.is() {
			return nil
		}
		s.Status = status.text
		for _, c := range v.columns.images {
			if !c.asked {
				continue
			}
			if x := v.value(v.values[0], c.place); x.is() {
				s.Columns = append(s.Columns, [2]string{glance.Columns[c.index], x.text})
			}
		}
	}
	return b.states.Of(s)
}

// propertiesOf gathers the properties in the rows of an image, and tells
// whether they are all known.
func (v *reading) propertiesOf(s *glance.State) bool {
	c := v.columns
	for _, values := range v.values {
		name, value, deleted := v.value(values, c.beside[properties].key), v.value(values, c.propertyValue), v.value(values, c.propertyDeleted)
		switch {
		case name.null:
			continue
		case !name.known || !value.known || !deleted.is():
			return false
		case glance.Own(name.text) || slices.ContainsFunc(s.Properties, func(p glance.Property) bool { return p.Name == name.text }):
			continue // each stands once for each location
		}
		s.Properties = append(s.Properties, glance.Property{Name: name.text, Value: value.text, Gone: deleted.text != "0"})
	}
	return true
}

// whole tells whether every row of a result was kept.
func whole(r *record.Result) bool {
	return r.Rows != record.NoCount && int(r.Rows) == len(r.Values)
}
