package secret

import (
	"strings"
	"testing"
)

// imageSelect has the shape and length of the statement that Glance sends
// most: an image with its properties and locations.
func imageSelect() string {
	var b strings.Builder
	b.WriteString("SELECT ")
	for _, table := range []string{"images", "image_properties_1", "image_locations_1"} {
		for _, column := range []string{"created_at", "updated_at", "deleted_at", "deleted", "id", "name", "disk_format", "container_format",
			"size", "virtual_size", "status", "visibility", "checksum", "owner"} {
			b.WriteString(table + "." + column + " AS " + table + "_" + column + ", ")
		}
	}
	b.WriteString("1 \nFROM images LEFT OUTER JOIN image_properties AS image_properties_1 ON images.id = image_properties_1.image_id \n" +
		"WHERE images.id = '4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088' AND images.status IN ('active', 'saving')")
	return b.String()
}

func TestAnOrdinaryStatementAndRecordAllocateNothing(t *testing.T) {
	r, s := NewRedactor(), imageSelect()
	insert := "INSERT INTO images (created_at, id, name, status) VALUES ('2026-11-23 16:21:34.764204', '4f0f6ff6', 'overcloud', 'queued')"
	if n := testing.AllocsPerRun(100, func() {
		r.SQL(s)
		r.SQL(insert)
		r.SQL("ROLLBACK")
		r.Target("/v2/images?limit=20")
		r.Body(`{"images": [{"id": "x"}]}`)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAnOrdinarySelect(b *testing.B) {
	r, s := NewRedactor(), imageSelect()
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		r.SQL(s)
	}
}

func BenchmarkAnInsert(b *testing.B) {
	r := NewRedactor()
	s := "INSERT INTO images (created_at, updated_at, deleted_at, deleted, id, name, disk_format, container_format, size, virtual_size, status, visibility, checksum) VALUES ('2026-11-23 16:21:34.764204', '2026-11-23 16:21:34.764204', NULL, 0, '4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088', 'overcloud-full-vmlinuz', 'raw', 'bare', NULL, NULL, 'queued', 'shared', NULL)"
	b.ReportAllocs()
	for b.Loop() {
		r.SQL(s)
	}
}

func BenchmarkAListOfImages(b *testing.B) {
	r := NewRedactor()
	s := `{"images": [` + strings.Repeat(`{"id": "4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088", "name": "overcloud", "checksum": null, "size": 420000, "tags": [], "self": "/v2/images/4f0f"}, `, 100) + `{}]}`
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		r.Body(s)
	}
}
