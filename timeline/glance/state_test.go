package glance

import (
	"slices"
	"strings"
	"testing"
)

func TestAnAnswerShowsAnImageAsItWasRead(t *testing.T) {
	shown := StateShown(`{"status": "active", "name": "a", "min_ram": 5, "protected": false, "disk_format": null, "os_distro": "rhel", "id": "x",
		"os_glance_import_task": "", "updated_at": "2026-11-23T16:21:35Z", "tags": ["red", "blue"]}`)
	var states States
	read := states.Of(&State{
		Image: true, Tagged: true, Status: "active", Columns: [][2]string{{"min_ram", "5"}, {"name", "a"}, {"protected", "0"}},
		Properties: []Property{{Name: "os_distro", Value: "rhel"}}, Tags: []string{"red", "blue", "red"},
	}, strings.Clone)
	if again := states.Of(shown, strings.Clone); again != read {
		t.Errorf("shown %+v, read %+v", *again, *read)
	}
	if !slices.Equal(read.Tags, []string{"blue", "red"}) {
		t.Errorf("tags %q", read.Tags)
	}
	if other := states.Of(&State{Image: true, Status: "active", Properties: []Property{{Name: "os_distro", Value: "rhel", Gone: true}}}, strings.Clone); other == read {
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
