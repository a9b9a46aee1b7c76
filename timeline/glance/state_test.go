package glance

import (
	"reflect"
	"testing"
)

func TestAnAnswerShowsAnImageAsItWasRead(t *testing.T) {
	shown := StateShown(`{"status": "active", "name": "a", "min_ram": 5, "protected": false, "disk_format": null, "os_distro": "rhel", "id": "x",
		"os_glance_import_task": "", "updated_at": "2026-11-23T16:21:35Z", "tags": ["red", "blue"]}`)
	var states States
	read := states.Of(&State{
		Image: true, Tagged: true, Status: "active", Columns: [][2]string{{"min_ram", "5"}, {"name", "a"}, {"protected", "0"}},
		Properties: []Property{{Name: "os_distro", Value: "rhel"}}, Tags: []string{"red", "blue", "red"},
	})
	if again := states.Of(shown); again != read {
		t.Errorf("shown %+v, read %+v", *again, *read)
	}
	if want := (&State{
		Image: true, Tagged: true, Status: "active", columns: "min_ram\x005\x00name\x00a\x00protected\x000\x00",
		Properties: []Property{{Name: "os_distro", Value: "rhel"}}, Tags: []string{"blue", "red"},
	}); !reflect.DeepEqual(read, want) {
		t.Errorf("kept %+v, want %+v", *read, *want)
	}
	if v, ok := read.Column("name"); v != "a" || !ok {
		t.Errorf("name %q, %v", v, ok)
	}
	if v, ok := read.Column("owner"); ok {
		t.Errorf("owner %q", v)
	}
	if other := states.Of(&State{Image: true, Status: "active", Properties: []Property{{Name: "os_distro", Value: "rhel", Gone: true}}}); other == read {
		t.Error("a property that is gone is there")
	}
	if StateShown(`{"tags": []}`) != nil || StateShown("no") != nil {
		t.Error("what shows no image shows one")
	}
}

func TestATagThatStandsTwiceIsOneTag(t *testing.T) {
	if FingerprintTags([]string{"red", "blue", "red"}) != FingerprintTags([]string{"blue", "red"}) {
		t.Error("rows of one tag count twice")
	}
}

func TestAPropertyThatIsDeletedAgainIsDeleted(t *testing.T) {
	for text, want := range map[string]Work{
		"UPDATE image_properties SET updated_at='2026', deleted_at='2026', deleted=1 WHERE image_properties.id = 6": DropProperty,
		"UPDATE image_properties SET updated_at='2026', deleted_at='2026' WHERE image_properties.id = 6":            DropProperty,
		"UPDATE image_properties SET updated_at='2026', deleted=0 WHERE image_properties.id = 6":                    SetProperty,
		"UPDATE image_properties SET updated_at='2026', deleted_at=NULL WHERE image_properties.id = 6":              SetProperty,
	} {
		s := parse(text)
		if got := ShapeOf(&s).Work(&s); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
