package story

// Verification is what the digests of an image's bytes on the wire say.
type Verification struct {
	// Checks are the bodies that were looked at, in the order of time, then
	// the objects that are stored in segments.
	Checks []Check `json:"checks"`
	// Why says why there is none.
	Why string `json:"why,omitempty"`
}

// Check is one body, or an object in segments, and what is said of it.
type Check struct {
	// Leg says between whom the bytes went, or manifest.
	Leg    string `json:"leg"`
	Call   string `json:"call"`
	Object string `json:"object,omitempty"`
	// Parts is the number of segments of an object in segments.
	Parts int `json:"parts,omitempty"`
	// Bytes and MD5 are those of the wire, nil and empty where bytes are
	// missing.
	Bytes *int64 `json:"bytes"`
	MD5   string `json:"md5,omitempty"`
	// Against is what they were compared with; where that is nothing, or not
	// all, Why says why.
	Against []Comparison `json:"against"`
	Why     string       `json:"why,omitempty"`
	Frames  []int        `json:"frames"`
}

// Comparison is one digest or size that somebody tells, beside that of the
// bytes on the wire.
type Comparison struct {
	// With is images.checksum, images.os_hash_value, images.size, ETag or
	// Content-Md5. Algorithm is empty for a size.
	With      string `json:"with"`
	Algorithm string `json:"algorithm,omitempty"`
	Said      string `json:"said"`
	Seen      string `json:"seen"`
	OK        bool   `json:"ok"`
}

// Differs tells whether something contradicts the bytes on the wire.
func (k *Check) Differs() bool {
	for _, c := range k.Against {
		if !c.OK {
			return true
		}
	}
	return false
}

// Whole tells whether the bytes are compared with a digest of the image.
func (k *Check) Whole() bool {
	for _, c := range k.Against {
		if c.With == "images.checksum" || c.With == "images.os_hash_value" {
			return true
		}
	}
	return false
}

// Sum is false where anything differs, true where the image's own digest is
// that of bytes on the wire, and nil where neither is known.
func (v *Verification) Sum() *bool {
	var sum *bool
	for n := range v.Checks {
		k := &v.Checks[n]
		if k.Differs() {
			wrong := false
			return &wrong
		}
		if k.Whole() {
			right := true
			sum = &right
		}
	}
	return sum
}
