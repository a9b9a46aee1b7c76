package timeline

import (
	"math/rand/v2"
	"slices"
	"testing"

	"glancecap/timeline/story"
)

func TestStatementsAreToldInTheOrderInWhichTheyBegan(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 17, 500, 5 * atATime} {
		for seed := range uint64(40) {
			if n > atATime && seed%13 != 1 {
				continue // many take long
			}
			rng := rand.New(rand.NewPCG(seed, uint64(n)))
			list := make([]*statement, n)
			at := 0
			for k := range list {
				if at++; rng.IntN(1+int(seed)) == 0 {
					at = rng.IntN(20) // another session
				}
				list[k] = &statement{seq: k, told: story.Statement{Time: story.Time(at / 3), FirstFrame: 1 + at}}
			}
			want := slices.Clone(list)
			slices.SortStableFunc(want, func(a, b *statement) int {
				switch x, y := a.begun(), b.begun(); {
				case x.before(y):
					return -1
				case y.before(x):
					return 1
				}
				return 0
			})
			lists := [][]*statement{list[:n/3], nil, list[n/3:]}
			places := make([]*statement, n)
			got := inOrder(lists, func(*statement) bool { return true }, func() func(int, *statement) {
				return func(k int, st *statement) { places[k] = st }
			})
			if !slices.Equal(got, want) || !slices.Equal(places, want) {
				t.Fatalf("%d statements, seed %d: not in order, or equal ones changed places", n, seed)
			}
		}
	}
}
