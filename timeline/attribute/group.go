package attribute

// groups puts brackets together that share candidates.
type groups struct {
	brackets   []*bracket
	candidates [][]int
	named      []int
	owner      map[int]int // actor → a bracket of its
	parent     []int       // of each bracket, towards the first of its group
}

func (g *groups) find(i int) int {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

// add adds a bracket with its candidates, of calls many that are named by it.
func (g *groups) add(b *bracket, candidates []int, calls int) {
	n := len(g.brackets)
	g.brackets, g.candidates, g.named, g.parent = append(g.brackets, b), append(g.candidates, candidates), append(g.named, calls), append(g.parent, n)
	for _, a := range candidates {
		if o, ok := g.owner[a]; ok {
			x, y := g.find(o), g.find(n)
			g.parent[max(x, y)] = min(x, y)
		} else {
			g.owner[a] = n
		}
	}
}

// components gives the groups in the order of their first bracket.
func (g *groups) components() (list []*component) {
	byRoot := make(map[int]*component)
	for n := range g.brackets {
		root := g.find(n)
		c := byRoot[root]
		if c == nil {
			c = &component{}
			byRoot[root] = c
			list = append(list, c)
		}
		c.indexes = append(c.indexes, n)
		c.brackets, c.candidates, c.named = append(c.brackets, g.brackets[n]), append(c.candidates, g.candidates[n]), append(c.named, g.named[n])
	}
	return list
}
