package capture

// Clock is how the times of an input are corrected: what was measured of the
// clock that took them.
type Clock struct {
	// Shift is added to the time At, in nanoseconds.
	Shift, At int64
	// Drift is added beside for each nanosecond behind At.
	Drift float64
}

// Right gives a time as it is corrected.
func (c Clock) Right(t int64) int64 {
	if c.Drift != 0 {
		t, _ = add(t, int64(float64(t-c.At)*c.Drift))
	}
	t, _ = add(t, c.Shift)
	return t
}
