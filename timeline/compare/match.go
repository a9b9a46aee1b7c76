package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// MatchError tells that it is not clear which images are to be compared.
type MatchError struct{ Why string }

// Error says what is there to choose from.
func (e *MatchError) Error() string { return e.Why }

// matched is two images that are compared, and why these.
type matched struct {
	good, bad *story.Image
	by        string
}

// match finds which images are compared: those that are asked for; else those
// whose name is on both sides, once each; else the only ones.
func match(good, bad *story.Story, o Options) ([]matched, []story.LeftOut, error) {
	if o.Good != "" || o.Bad != "" {
		m, err := asked(good, bad, o)
		return []matched{m}, []story.LeftOut{}, err
	}
	goods, bads := changed(good), changed(bad)
	if len(goods) == 0 || len(bads) == 0 {
		which := "good"
		if len(goods) > 0 {
			which = "bad"
		}
		return nil, nil, &MatchError{"the " + which + " captures tell of no image that something changed"}
	}
	var pairs []matched
	used := make(map[*story.Image]bool)
	for _, b := range bads {
		if b.Name == "" || len(namesakes(bads, b.Name)) != 1 {
			continue
		}
		if same := namesakes(goods, b.Name); len(same) == 1 {
			pairs = append(pairs, matched{same[0], b, "name"})
			used[same[0]], used[b] = true, true
		}
	}
	if len(pairs) == 0 && len(goods) == 1 && len(bads) == 1 {
		return []matched{{goods[0], bads[0], "only"}}, []story.LeftOut{}, nil
	}
	if len(pairs) == 0 {
		return nil, nil, &MatchError{fmt.Sprintf("no name stands once on both sides: good has %s; bad has %s; say which with --image (bad) and --against-image (good)", some(goods), some(bads))}
	}
	left := []story.LeftOut{}
	for _, x := range []struct {
		side   string
		images []*story.Image
	}{{"good", goods}, {"bad", bads}} {
		for _, i := range x.images {
			if !used[i] {
				left = append(left, story.LeftOut{Side: x.side, ID: i.ID, Name: i.Name, Why: whyLeft(x.images, i)})
			}
		}
	}
	return pairs, left, nil
}

func whyLeft(images []*story.Image, i *story.Image) string {
	switch n := len(namesakes(images, i.Name)); {
	case i.Name == "":
		return "its name is not known"
	case n > 1:
		return fmt.Sprintf("%d images have this name", n)
	}
	return "the other side has no image of this name, or several"
}

// asked gives the images that were asked for. Where one side was, the other is
// found by the same word, else by the name, else it is the only one.
func asked(good, bad *story.Story, o Options) (matched, error) {
	b, err := one(bad, "bad", cmp.Or(o.Bad, o.Good))
	if err != nil && (o.Bad != "" || o.Good == "") {
		return matched{}, err
	}
	g, goodErr := one(good, "good", cmp.Or(o.Good, o.Bad))
	switch {
	case g != nil && b != nil:
		return matched{g, b, "image"}, nil
	case o.Good != "" && g == nil:
		return matched{}, goodErr
	case g == nil:
		g, goodErr = counterpart(good, "good", b, goodErr)
		err = goodErr
	default:
		b, err = counterpart(bad, "bad", g, err)
	}
	return matched{g, b, "image"}, err
}

// counterpart gives the image on the other side for one that was asked for.
func counterpart(s *story.Story, side string, of *story.Image, why error) (*story.Image, error) {
	images := changed(s)
	if of.Name != "" {
		if same := namesakes(images, of.Name); len(same) == 1 {
			return same[0], nil
		}
	}
	if len(images) == 1 {
		return images[0], nil
	}
	return nil, why
}

// one gives the only image that a word names.
func one(s *story.Story, side, word string) (*story.Image, error) {
	var found []*story.Image
	for _, i := range s.Images {
		if i.Named(word) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 0:
		return nil, &MatchError{fmt.Sprintf("the %s captures have no image %q; there are %s", side, word, some(s.Images))}
	case 1:
		return found[0], nil
	}
	return nil, &MatchError{fmt.Sprintf("%d images of the %s captures are meant by %q: name one by its id: %s", len(found), side, word, some(found))}
}

// changed gives the images that something changed, by time.
func changed(s *story.Story) []*story.Image {
	var list []*story.Image
	for _, i := range s.Images {
		if !i.OnlyRead {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b *story.Image) int { return cmp.Compare(a.First, b.First) })
	return list
}

func namesakes(images []*story.Image, name string) []*story.Image {
	var list []*story.Image
	for _, i := range images {
		if i.Name == name {
			list = append(list, i)
		}
	}
	return list
}

// some names a few images.
func some(images []*story.Image) string {
	const most = 4
	var names []string
	for n, i := range images {
		if n == most {
			names = append(names, fmt.Sprintf("and %d more", len(images)-n))
			break
		}
		names = append(names, strings.TrimSpace(i.Name+" "+i.ID))
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}
