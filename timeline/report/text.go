// Package report writes a story in the formats that people and programs read.
//
// Comes in: a story. Goes out: bytes. The package formats and never works a
// fact out: what it prints stands in the story. One file a format; every sink
// (the terminal, JSON) has one function that makes foreign text safe.
package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

const (
	fewImages  = 10 // up to so many are shown each with its path
	blockUpTo  = 5  // up to so many healthy ones are shown with their phases
	worstShown = 10 // so many are listed where there are more
	// unwellShown is how many are listed where that many are not well.
	unwellShown = 20
	pageLines   = 40 // what a reader should not have to scroll
)

// NoSuchImage tells that the story has no image of the name that was asked
// for.
type NoSuchImage struct {
	Name string
	// Known are some names that there are, those that hold Name first.
	Known []string
}

// Error says what there is.
func (e *NoSuchImage) Error() string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("no image %q: the captures tell of none", e.Name)
	}
	return fmt.Sprintf("no image %q; there are %s", e.Name, strings.Join(e.Known, ", "))
}

// Text writes the story for a person.
func Text(w io.Writer, s *story.Story, o TextOptions) error {
	images, err := chosen(s, o)
	if err != nil {
		return err
	}
	t := &text{page: newPage(w, o), TextOptions: o, index: newIndex(s)}
	t.warnOfSecrets(s.ShowsSecrets)
	switch {
	case o.List:
		t.imageList(images)
	case o.Image != "":
		t.header()
		for _, i := range images {
			t.image(i, 0)
		}
		t.footer()
	default:
		t.header()
		t.totals()
		t.diagnoses()
		t.images(images)
		t.footer()
	}
	return t.close()
}

// text is one text report being written.
type text struct {
	*page
	TextOptions
	*index
}

// images shows the images in the form that their number asks for.
func (t *text) images(images []*story.Image) {
	t.section()
	switch n := len(images); {
	case n == 0:
		t.nothing()
	case t.All:
		for _, i := range images {
			t.image(i, 0)
		}
	case n == 1:
		t.image(images[0], onPage)
	case n <= fewImages:
		t.few(images)
	default:
		t.many(images)
	}
}

// chosen gives the images that are to be shown: those of --image, else those
// that something changed, in the order of their first packets.
func chosen(s *story.Story, o TextOptions) ([]*story.Image, error) {
	var images []*story.Image
	for _, i := range s.Images {
		switch {
		case o.Image != "" && !i.Named(o.Image):
		case o.Image == "" && i.OnlyRead && !o.All && !o.List:
		default:
			images = append(images, i)
		}
	}
	if o.Image != "" && len(images) == 0 {
		e := &NoSuchImage{Name: o.Image}
		for _, like := range []bool{true, false} {
			for _, i := range s.Images {
				name := cmp.Or(i.Name, i.ID)
				if len(e.Known) < 3 && strings.Contains(name, o.Image) == like {
					e.Known = append(e.Known, name)
				}
			}
		}
		return nil, e
	}
	slices.SortStableFunc(images, func(a, b *story.Image) int { return cmp.Compare(a.First, b.First) })
	return images, nil
}

// Named gives the images that a person means by a name, an id, or the beginning
// of an id; the error is a *NoSuchImage.
func Named(s *story.Story, name string) ([]*story.Image, error) {
	return chosen(s, TextOptions{Image: name})
}
