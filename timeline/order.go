package timeline

import (
	"sort"

	"glancecap/timeline/divide"
)

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

// inOrder gives the statements of lists that are told by when they began, and
// does something with each, by its place. Those of a session are in order nearly
// always, so the lists are made of few runs. All processors work on it, each on
// another stretch of time and with what worker made for it: what is done with one
// statement must not be seen by another.
func inOrder(lists [][]*statement, told func(*statement) bool, worker func() func(int, *statement)) []*statement {
	runs, n := runsOf(lists, told)
	cuts := cutsOf(runs, n)
	ordered := make([]*statement, n)
	divide.Numbers(len(cuts)-1, 1, func() func(int) {
		do := worker()
		var part []run // room for those of one stretch of time
		return func(p int) {
			part = part[:0]
			at := 0
			for k, r := range runs {
				at += cuts[p][k]
				if r.rest = r.rest[cuts[p][k]:cuts[p+1][k]]; len(r.rest) > 0 {
					r.look()
					part = append(part, r)
				}
			}
			mergeRuns(part, func(st *statement) {
				ordered[at] = st
				do(at, st)
				at++
			})
		}
	})
	return ordered
}

// runsOf divides lists where they are out of order, and where a statement is not
// told. It gives the number of those that are, too.
func runsOf(lists [][]*statement, told func(*statement) bool) (runs []run, n int) {
	of := make([][]run, len(lists))
	divide.Numbers(len(lists), 1, func() func(int) {
		return func(k int) { of[k] = runsIn(lists[k], told) }
	})
	for _, list := range of {
		for _, r := range list {
			r.nth = len(runs)
			runs = append(runs, r)
			n += len(r.rest)
		}
	}
	return runs, n
}

func runsIn(list []*statement, told func(*statement) bool) (runs []run) {
	from, last := 0, point{}
	end := func(k int) {
		if k > from {
			runs = append(runs, run{rest: list[from:k]})
		}
	}
	for k, st := range list {
		at := st.begun()
		switch {
		case !told(st):
			end(k)
			from = k + 1
		case k > from && at.before(last):
			end(k)
			from = k
		}
		last = at
	}
	end(len(list))
	return runs
}

// atATime is about how many statements are put in order at a time.
const atATime = 8192

// cutsOf divides runs of n statements by time. It gives where in each run each
// part begins, and behind the last part where each run ends. Statements that
// began at one place are in one part, so that the parts stay in order.
func cutsOf(runs []run, n int) [][]int {
	cuts := [][]int{make([]int, len(runs))}
	var longest []*statement
	for _, r := range runs {
		if len(r.rest) > len(longest) {
			longest = r.rest
		}
	}
	// Sessions last about as long: what halves one nearly halves the others.
	for parts, p := n/atATime, 1; p < parts && len(longest) >= parts; p++ {
		from := longest[len(longest)*p/parts].begun()
		cut := make([]int, len(runs))
		for k, r := range runs {
			cut[k] = sort.Search(len(r.rest), func(i int) bool { return !r.rest[i].begun().before(from) })
		}
		cuts = append(cuts, cut)
	}
	ends := make([]int, len(runs))
	for k, r := range runs {
		ends[k] = len(r.rest)
	}
	return append(cuts, ends)
}

// mergeRuns gives the statements of runs in order. The next one is the first of the
// run that a heap (Knuth, The Art of Computer Programming, volume 3, 5.2.3) has
// at its top.
func mergeRuns(runs []run, give func(*statement)) {
	for k := len(runs)/2 - 1; k >= 0; k-- {
		sink(runs, k)
	}
	for len(runs) > 1 {
		top := &runs[0]
		give(top.rest[0])
		if top.rest = top.rest[1:]; len(top.rest) > 0 {
			top.look()
		} else {
			runs[0] = runs[len(runs)-1]
			runs = runs[:len(runs)-1]
		}
		sink(runs, 0)
	}
	for len(runs) == 1 && len(runs[0].rest) > 0 {
		give(runs[0].rest[0])
		runs[0].rest = runs[0].rest[1:]
	}
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
