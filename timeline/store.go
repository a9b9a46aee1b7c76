package timeline

import (
	"slices"
	"strconv"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// item is an object of a store while its calls are read.
type item struct {
	told story.StoreItem
	// at is when it was last touched; failed and deleted what became of it.
	stored, failed, deleted story.Time
	bytes                   int64
	segment                 string // the last segment's ETag
	puts                    int
	// loose are segments that were stored and that no object refers to, whole
	// those of the object that is stored.
	loose, whole []string
}

// store tells what the stores hold of an image: from its locations, and from
// Swift's calls.
func (t *telling) store(i *story.Image, img *image, calls []*call) {
	i.Store = []story.StoreItem{}
	if len(calls) == 0 && len(img.beside[locations]) == 0 {
		return
	}
	items := t.items[:0]
	find := func(kind, container, object string) *item {
		for k := range items {
			if x := &items[k]; x.told.Kind == kind && x.told.Object == object && (x.told.Container == container || container == "") {
				return x
			}
		}
		items = append(items, item{told: story.StoreItem{Kind: kind, Container: container, Object: object, Segments: []string{}, State: "unknown"},
			stored: story.NoTime, failed: story.NoTime, deleted: story.NoTime})
		return &items[len(items)-1]
	}
	for _, c := range calls {
		if c.Service == glance.Swift && c.Object != "" {
			find("swift", c.Container, c.Image).swift(c)
		}
	}
	for _, r := range t.sorted(img, locations) {
		value, ok := r.get("value")
		if !ok || value == nil {
			continue
		}
		p := glance.PlaceOf(*value)
		x := find(p.Kind, p.Container, p.Object)
		if x.told.State == "unknown" && x.puts == 0 {
			x.told.State = "stored"
			if r.deleted() || r.text("status") == glance.Deleted {
				x.told.State = "deleted"
			}
		}
	}
	i.Store = t.kept.items.list(len(items))
	for k := range items {
		x := &items[k]
		x.finish(i, img)
		if x.puts > 0 || x.told.State != "unknown" {
			i.Store = append(i.Store, x.told)
		}
	}
	t.items = items
}

// swift takes a call about an object or one of its segments.
func (x *item) swift(c *call) {
	ok := succeeded(c)
	switch c.Action {
	case "segment.put":
		x.puts++
		if !ok {
			x.failed = c.told.End
			return
		}
		if !slices.Contains(x.told.Segments, c.Object) {
			x.told.Segments = append(x.told.Segments, c.Object)
		}
		x.loose = without(x.loose, c.Object)
		x.loose = append(x.loose, c.Object)
		x.segment = c.etag
		if c.told.Bytes != nil {
			x.bytes += *c.told.Bytes
		}
	case "object.put", "object.manifest":
		x.puts++
		if !ok {
			x.failed = c.told.End
			return
		}
		x.stored, x.told.Put = c.told.End, &c.told.ID
		if c.Action == "object.manifest" || c.Query.Get("multipart-manifest") == "put" {
			x.whole, x.loose = append(x.whole, x.loose...), nil
		}
		if c.Action == "object.put" {
			x.told.ETag = c.etag
			if c.told.Bytes != nil {
				x.bytes = *c.told.Bytes
			}
		} else if x.told.ETag = ""; len(x.told.Segments) == 1 {
			// A manifest's own ETag is that of no bytes.
			x.told.ETag = x.segment
		}
	case "object.get":
		if ok && !c.Segment && !c.quoted && !c.large && *c.told.Status == 200 {
			x.told.Got, x.told.GotETag = &c.told.ID, c.etag
		}
	case "object.delete":
		x.delete(c, ok)
	}
}

// delete takes a segment or the object away. Without the object its segments
// are nobody's; a 404 tells that one is gone.
func (x *item) delete(c *call, ok bool) {
	gone := ok || c.told.Status != nil && *c.told.Status == 404
	switch {
	case !gone:
	case c.Segment:
		x.loose, x.whole = without(x.loose, c.Object), without(x.whole, c.Object)
	case c.Query.Get("multipart-manifest") == "delete":
		x.deleted, x.loose, x.whole = c.told.End, nil, nil
	case ok:
		x.deleted = c.told.End
		x.loose, x.whole = append(x.loose, x.whole...), nil
	}
}

// without gives a list without a name.
func without(list []string, name string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == name })
}

// finish decides the state, and the bytes: of an image that is stored whole
// they are the image's.
func (x *item) finish(i *story.Image, img *image) {
	slices.Sort(x.told.Segments)
	slices.Sort(x.loose)
	x.told.Orphans = x.loose
	switch {
	case x.deleted != story.NoTime && x.deleted >= x.stored:
		x.told.State = "deleted"
	case x.stored != story.NoTime && x.stored >= x.failed:
		x.told.State = "stored"
	case x.failed != story.NoTime:
		x.told.State = "failed"
	case len(x.told.Segments) > 0:
		x.told.State = "partial"
	}
	size, err := strconv.ParseInt(img.text("size"), 10, 64)
	switch {
	case err == nil && (x.told.State == "stored" || x.told.State == "deleted"):
		x.told.Bytes = &size
	case x.puts > 0 && x.bytes > 0:
		bytes := x.bytes
		x.told.Bytes = &bytes
	}
}
