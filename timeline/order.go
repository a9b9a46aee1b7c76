package timeline

// beginning is what statements are put in order by. It is gathered before: to
// follow the pointers at each comparison takes ten times as long.
type beginning struct {
	at    moment
	frame int
	st    *statement
}

func (a *beginning) before(b *beginning) bool {
	return a.at < b.at || a.at == b.at && a.frame < b.frame
}

// sortByBeginning sorts statements by when they began; of equal ones, those that
// came first stay first. Those of a session are in order nearly always, so the
// list is made of few runs, and these are merged two by two.
func sortByBeginning(list []*statement) {
	keys, other := make([]beginning, len(list)), make([]beginning, len(list))
	runs := []int{0} // where they begin
	for k, st := range list {
		at := st.begun()
		keys[k] = beginning{at.moment(), at.frame, st}
		if k > 0 && keys[k].before(&keys[k-1]) {
			runs = append(runs, k)
		}
	}
	for len(runs) > 1 {
		var merged []int
		for r := 0; r < len(runs); r += 2 {
			from, middle, to := runs[r], len(keys), len(keys)
			if r+1 < len(runs) {
				middle = runs[r+1]
			}
			if r+2 < len(runs) {
				to = runs[r+2]
			}
			mergeRuns(other[from:to], keys[from:middle], keys[middle:to])
			merged = append(merged, from)
		}
		keys, other, runs = other, keys, merged
	}
	for k := range keys {
		list[k] = keys[k].st
	}
}

// mergeRuns merges two runs into one of the length of both; of equal ones those
// of a come first.
func mergeRuns(to, a, b []beginning) {
	for k := range to {
		if len(b) == 0 || len(a) > 0 && !b[0].before(&a[0]) {
			to[k], a = a[0], a[1:]
		} else {
			to[k], b = b[0], b[1:]
		}
	}
}
