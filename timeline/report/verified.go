package report

import (
	"cmp"
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// verified tells what the digests of the image's bytes say, a line for all
// bodies that went the same way with the same result.
func (t *text) verified(indent string, i *story.Image) {
	v := i.Verification
	if v == nil {
		return
	}
	label, how := "not verified", warning
	switch {
	case i.Verified == nil:
	case *i.Verified:
		label, how = "verified", good
	default:
		label, how = "differs", bad
	}
	lines := verifiedLines(v)
	wide := 0
	for _, l := range lines {
		wide = max(wide, columns(l.leg))
	}
	for n, l := range lines {
		words := l.words
		if l.times > 1 {
			words = grouped(l.times) + " times " + words
		}
		if n > 0 {
			label = strings.Repeat(" ", columns(label))
		}
		t.labelled(indent, label, how, padRight(l.leg, wide)+"  "+words)
	}
	if len(lines) == 0 {
		t.labelled(indent, label, how, v.Why)
	}
}

// verifiedLine is a line about bodies.
type verifiedLine struct {
	leg, words string
	times      int
}

// verifiedLines gathers the checks that say the same. Segments that Swift took
// as they were sent need no line beside that of their object.
func verifiedLines(v *story.Verification) []verifiedLine {
	whole, missed := make(map[string]bool), make(map[string]bool)
	for n := range v.Checks {
		switch k := &v.Checks[n]; {
		case k.Parts == 0 && k.Bytes == nil && k.Leg != "manifest":
			missed[k.Leg] = true
		case k.Parts > 0 && k.Leg != "manifest" && len(k.Against) > 0:
			whole[k.Object] = true
		}
	}
	var lines []verifiedLine
	at := make(map[verifiedLine]int)
	for n := range v.Checks {
		k := &v.Checks[n]
		if k.Parts == 0 && !k.Differs() && k.Why == "" && len(k.Object) > 6 && whole[k.Object[:len(k.Object)-6]] {
			continue
		}
		if k.Parts > 0 && k.Bytes == nil && k.Leg != "manifest" && missed[k.Leg] {
			continue // its segments' lines say why
		}
		l := verifiedLine{leg: k.Leg, words: checkWords(k)}
		m, ok := at[l]
		if !ok {
			m = len(lines)
			at[l] = m
			lines = append(lines, l)
		}
		lines[m].times++
	}
	return lines
}

// checkWords tells what one check found.
func checkWords(k *story.Check) string {
	var words []string
	switch {
	case k.Leg == "manifest":
		words = append(words, "over "+count(k.Parts, "segment"))
	case k.Bytes != nil && k.Parts > 0:
		words = append(words, grouped(*k.Bytes)+" B in "+count(k.Parts, "segment"))
	case k.Bytes != nil:
		words = append(words, grouped(*k.Bytes)+" B")
	}
	head := strings.Join(words, " ")
	var said []string
	if k.Differs() {
		said = wrongWords(k)
	} else {
		said = rightWords(k)
	}
	if k.Why != "" {
		said = append(said, k.Why)
	}
	if head == "" {
		return strings.Join(said, "; ")
	}
	return head + ": " + strings.Join(said, "; ")
}

// rightWords tells what agrees, by who says so.
func rightWords(k *story.Check) []string {
	var words []string
	for _, by := range []string{"the database", "Swift's ETag", "Content-Md5"} {
		var what []string
		for _, c := range k.Against {
			if sayer(c) == by {
				what = append(what, thing(c))
			}
		}
		if len(what) > 0 {
			words = append(words, list(what)+" as "+by+" says")
		}
	}
	return words
}

// wrongWords tells what differs, both sides in full: they are to be searched.
func wrongWords(k *story.Check) []string {
	var words []string
	for _, c := range k.Against {
		// A second digest of the same bytes says nothing new.
		if !c.OK && c.With != "images.os_hash_value" {
			words = append(words, fmt.Sprintf("%s %s, %s says %s", thing(c), c.Seen, sayer(c), c.Said))
		}
	}
	if words == nil {
		for _, c := range k.Against {
			if !c.OK {
				words = append(words, fmt.Sprintf("%s %s…, %s says %s…", thing(c), firstDigits(c.Seen), sayer(c), firstDigits(c.Said)))
			}
		}
	}
	return words
}

// firstDigits shortens a digest that is too long for a line.
func firstDigits(s string) string { return s[:min(len(s), 16)] }

// sayer names who tells a digest.
func sayer(c story.Comparison) string {
	switch {
	case strings.HasPrefix(c.With, "images."):
		return "the database"
	case c.With == "ETag":
		return "Swift's ETag"
	}
	return c.With
}

// thing names what is compared.
func thing(c story.Comparison) string {
	names := map[string]string{"md5": "MD5", "sha256": "SHA-256", "sha512": "SHA-512"}
	return cmp.Or(names[c.Algorithm], "size")
}

// verifiedTotal counts the images by what their digests say.
func verifiedTotal(v *story.VerifiedTotal) string {
	var words []string
	if v.Right > 0 {
		words = append(words, grouped(v.Right)+" as their digests say")
	}
	if v.Wrong > 0 {
		words = append(words, grouped(v.Wrong)+" differ from them")
	}
	if v.Unknown > 0 {
		words = append(words, grouped(v.Unknown)+" could not be compared (--image NAME says why)")
	}
	return strings.Join(words, ", ")
}
