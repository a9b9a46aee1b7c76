package timeline

// run is a stretch of statements that are in order, of which the first is next.
// Where it began is kept at hand: to follow the pointers at each comparison takes
// ten times as long.
type run struct {
	at    moment
	frame int
	nth   int // of all runs
	rest  []*statement
}

// look reads where the first statement began.
func (r *run) look() {
	at := r.rest[0].begun()
	r.at, r.frame = at.moment(), at.frame
}

// before puts runs in order by their first statements; of equal ones, the one
// that came first stays first.
func (r *run) before(o *run) bool {
	if r.at != o.at {
		return r.at < o.at
	}
	if r.frame != o.frame {
		return r.frame < o.frame
	}
	return r.nth < o.nth
}

// inOrder gives statements by when they began. Those of a session are in order
// nearly always, so the list is made of few runs, which are merged at once: the
// next statement is the first of the run that a heap (Knuth, The Art of Computer
// Programming, volume 3, 5.2.3) has at its top.
func inOrder(list []*statement) []*statement {
	runs := runsOf(list)
	for k := len(runs)/2 - 1; k >= 0; k-- {
		sink(runs, k)
	}
	ordered := make([]*statement, 0, len(list))
	for len(runs) > 1 {
		top := &runs[0]
		ordered = append(ordered, top.rest[0])
		if top.rest = top.rest[1:]; len(top.rest) > 0 {
			top.look()
		} else {
			runs[0] = runs[len(runs)-1]
			runs = runs[:len(runs)-1]
		}
		sink(runs, 0)
	}
	if len(runs) == 1 {
		ordered = append(ordered, runs[0].rest...)
	}
	return ordered
}

// runsOf divides a list where it is out of order.
func runsOf(list []*statement) []run {
	var runs []run
	from := 0
	for k := 1; k <= len(list); k++ {
		if k == len(list) || list[k].begun().before(list[k-1].begun()) {
			r := run{nth: len(runs), rest: list[from:k]}
			r.look()
			runs = append(runs, r)
			from = k
		}
	}
	return runs
}

// sink lets the k-th run sink to its place in the heap.
func sink(runs []run, k int) {
	for {
		least := k
		for child := 2*k + 1; child <= 2*k+2 && child < len(runs); child++ {
			if runs[child].before(&runs[least]) {
				least = child
			}
		}
		if least == k {
			return
		}
		runs[k], runs[least] = runs[least], runs[k]
		k = least
	}
}
