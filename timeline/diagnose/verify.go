package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// bytes looks at the bytes on the wire that are not those of which the
// database or Swift tell a digest (--verify).
func (c *Inquiry) bytes() {
	v := c.image.Verification
	if v == nil {
		return
	}
	var wrong []*story.Check
	for n := range v.Checks {
		if v.Checks[n].Differs() {
			wrong = append(wrong, &v.Checks[n])
		}
	}
	if len(wrong) == 0 {
		return
	}
	d := story.Diagnosis{Code: "checksum_mismatch", Severity: severityError, Text: differs(wrong[0]), Advice: c.whereChanged(v, wrong[0])}
	if onlySize(wrong[0]) {
		d.Code = "size_mismatch"
	}
	for _, k := range wrong {
		d.Frames = append(d.Frames, k.Frames[len(k.Frames)-1])
	}
	if legs := legsOf(wrong[1:], wrong[0].Leg); legs != "" {
		d.Text += "; so on the way " + legs
	}
	if known := c.told(d.Code); known != nil {
		// The ETag told it before: now it is known of which bytes.
		known.Frames = slices.Compact(slices.Sorted(slices.Values(append(known.Frames, d.Frames...))))
		known.Text += "; so the bytes on the wire " + legsOf(wrong, "")
		return
	}
	if call := c.calls[wrong[0].Call]; call != nil {
		d.Cause = causeAt(call, call, d.Text)
	}
	c.add(d)
}

// told gives the image's diagnosis of a code, nil where there is none.
func (c *Inquiry) told(code string) *story.Diagnosis {
	for _, d := range c.made {
		if d.Code == code {
			return d
		}
	}
	return nil
}

// onlySize tells that no digest is known that could differ too.
func onlySize(k *story.Check) bool {
	for _, x := range k.Against {
		if !x.OK && x.Algorithm != "" {
			return false
		}
	}
	return true
}

// differs says what differs first.
func differs(k *story.Check) string {
	for _, x := range k.Against {
		if x.OK {
			continue
		}
		what := strings.ToUpper(x.Algorithm)
		if what == "" {
			what = "a size of"
		}
		by := x.With
		if by == "ETag" {
			by = "Swift's ETag"
		}
		return fmt.Sprintf("%s the bytes have %s %.32s, %s is %.32s", k.Leg, what, x.Seen, by, x.Said)
	}
	return ""
}

// legsOf lists the ways of further checks.
func legsOf(checks []*story.Check, but string) string {
	var legs []string
	for _, k := range checks {
		if k.Leg != but && !slices.Contains(legs, k.Leg) {
			legs = append(legs, k.Leg)
		}
	}
	if n := len(legs); n > 1 {
		legs = append(legs[:n-2], legs[n-2]+" and "+legs[n-1])
	}
	return strings.Join(legs, ", ")
}

// whereChanged says between which two looks the bytes changed.
func (c *Inquiry) whereChanged(v *story.Verification, first *story.Check) string {
	received := slices.ContainsFunc(v.Checks, func(k story.Check) bool { return k.Leg == "client → glance" && k.Whole() && !k.Differs() })
	switch {
	case first.Leg == "client → glance":
		return "Glance computed another digest than that of the bytes that reached its host: look for an image plugin, or damage in its memory"
	case strings.HasSuffix(first.Leg, "→ swift") && slices.ContainsFunc(first.Against, func(x story.Comparison) bool { return !x.OK && x.With == "ETag" }):
		return "Swift stored other bytes than it was sent: look in the log of its proxy and object servers; upload the image again"
	case strings.HasSuffix(first.Leg, "→ swift") && received:
		return "the bytes that Glance received were right: they changed between its receiving and its storing them; upload the image again"
	case first.Leg == "swift → glance", first.Leg == "glance → client":
		return "what was stored is not what was uploaded, or changed since: compare Swift's object with images.checksum; upload the image again"
	}
	return "upload the image again"
}
