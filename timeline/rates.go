package timeline

import (
	"math"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// rates tells how fast the image's bytes came in and went to the store: of the
// last upload or staging that was answered with success, and of all bodies put
// into the store since it began. What is measured is the time from a request's first
// byte to its last one, so also the time in which its receiver did not read.
func (t *telling) rates(i *story.Image, calls []*call) {
	var upload *call
	for _, c := range calls {
		in := c.told.Action == "image.upload" || c.told.Action == "image.stage"
		if in && succeeded(c) && c.told.Bytes != nil {
			upload = c
		}
	}
	if upload == nil {
		return
	}
	i.Rates = &story.Rates{Client: rate([]*call{upload})}
	var puts []*call
	for _, c := range calls {
		put := c.Service == glance.Swift && c.told.Method == "PUT" && c.told.Time >= upload.told.Time
		if put && succeeded(c) && c.told.Bytes != nil && *c.told.Bytes > 0 {
			puts = append(puts, c)
		}
	}
	i.Rates.Store = rate(puts)
}

// rate gives the bytes of calls by the seconds that their requests took, nil
// where either is unknown. Calls that overlap are sent at once: the time in
// which any of them was under way counts once.
func rate(calls []*call) *story.Number {
	var bytes int64
	var took, until story.Time
	for n, c := range calls { // in the order of time
		if c.told.RequestEnd == story.NoTime {
			return nil
		}
		from := c.told.Time
		if n > 0 {
			from = max(from, until)
		}
		if c.told.RequestEnd > from {
			took += c.told.RequestEnd - from
		}
		until = max(until, c.told.RequestEnd)
		bytes += *c.told.Bytes
	}
	if bytes == 0 || took <= 0 {
		return nil
	}
	r := story.Number(math.Round(float64(bytes) / float64(took) * 1e9)) // nobody times finer
	return &r
}

// succeeded tells that a call was answered with 2xx.
func succeeded(c *call) bool {
	return c.told.Status != nil && *c.told.Status >= 200 && *c.told.Status < 300
}
