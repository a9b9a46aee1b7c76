package stream

// waiting is what waits as one: pieces, each beginning where the one before ends.
// It is a node of a queue's tree.
type waiting struct {
	first, final    *piece
	left, right, up *waiting
	red             bool
}

func (w *waiting) off() int64 { return w.first.off }
func (w *waiting) end() int64 { return w.final.end() }

// queue holds what waits behind a hole, by its beginning, in a red-black tree.
// It is balanced exactly as Linux's lib/rbtree.c does it (the algorithm of
// Cormen et al.), because the shape of the tree decides what Linux finds first
// where a segment both lies inside one and begins at the end of another.
type queue struct {
	root *waiting
	// latest is Linux's ooo_last_skb: the last node, except that one to which
	// something was joined may end later.
	latest *waiting
	nodes  int
}

func (q *queue) empty() bool { return q.root == nil }

// front gives the one with the lowest beginning, nil where nothing waits.
func (q *queue) front() *waiting {
	w := q.root
	if w == nil {
		return nil
	}
	for w.left != nil {
		w = w.left
	}
	return w
}

// next gives the one behind w.
func (w *waiting) next() *waiting {
	if w.right != nil {
		w = w.right
		for w.left != nil {
			w = w.left
		}
		return w
	}
	for w.up != nil && w.up.right == w {
		w = w.up
	}
	return w.up
}

// insert hangs w under parent (nil: it is the root) and balances the tree.
func (q *queue) insert(parent *waiting, right bool, w *waiting) {
	w.up, w.left, w.right, w.red = parent, nil, nil, true
	q.nodes++
	switch {
	case parent == nil:
		q.root = w
	case right:
		parent.right = w
	default:
		parent.left = w
	}
	for w.up != nil && w.up.red {
		parent, grand := w.up, w.up.up
		onRight := parent == grand.right
		uncle := grand.child(!onRight)
		if uncle != nil && uncle.red {
			parent.red, uncle.red, grand.red = false, false, true
			w = grand
			continue
		}
		if w == parent.child(!onRight) {
			q.rotate(parent, onRight)
			w, parent = parent, w
		}
		parent.red, grand.red = false, true
		q.rotate(grand, !onRight)
	}
	q.root.red = false
}

// replace puts w in the place of old.
func (q *queue) replace(old, w *waiting) {
	w.left, w.right, w.red = old.left, old.right, old.red
	q.swap(old, w)
	for _, child := range []*waiting{w.left, w.right} {
		if child != nil {
			child.up = w
		}
	}
}

// remove takes w out and balances the tree.
func (q *queue) remove(w *waiting) {
	q.nodes--
	black := !w.red
	var child, parent *waiting // child, which may be nil, moves up to under parent
	switch {
	case w.left == nil:
		child, parent = w.right, w.up
		q.swap(w, w.right)
	case w.right == nil:
		child, parent = w.left, w.up
		q.swap(w, w.left)
	default:
		heir := w.right
		for heir.left != nil {
			heir = heir.left
		}
		black = !heir.red
		child, parent = heir.right, heir
		if heir.up != w {
			parent = heir.up
			q.swap(heir, heir.right)
			heir.right = w.right
			heir.right.up = heir
		}
		q.swap(w, heir)
		heir.left, heir.red = w.left, w.red
		heir.left.up = heir
	}
	if black {
		q.lighten(child, parent)
	}
	w.left, w.right, w.up = nil, nil, nil
}

// lighten restores the balance where the path through child has one black
// node too few.
func (q *queue) lighten(child, parent *waiting) {
	for child != q.root && (child == nil || !child.red) {
		onRight := child == parent.right
		sibling := parent.child(!onRight)
		if sibling.red {
			sibling.red, parent.red = false, true
			q.rotate(parent, onRight)
			sibling = parent.child(!onRight)
		}
		near, far := sibling.child(onRight), sibling.child(!onRight)
		if (near == nil || !near.red) && (far == nil || !far.red) {
			sibling.red = true
			child, parent = parent, parent.up
			continue
		}
		if far == nil || !far.red {
			near.red, sibling.red = false, true
			q.rotate(sibling, !onRight)
			sibling = parent.child(!onRight)
			far = sibling.child(!onRight)
		}
		sibling.red, parent.red, far.red = parent.red, false, false
		q.rotate(parent, onRight)
		child = q.root
	}
	if child != nil {
		child.red = false
	}
}

func (w *waiting) child(right bool) *waiting {
	if right {
		return w.right
	}
	return w.left
}

// rotate moves w down to the right or left; its other child takes its place.
func (q *queue) rotate(w *waiting, right bool) {
	rises := w.child(!right)
	var moves *waiting
	if right {
		moves, rises.right = rises.right, w
		w.left = moves
	} else {
		moves, rises.left = rises.left, w
		w.right = moves
	}
	if moves != nil {
		moves.up = w
	}
	q.swap(w, rises)
	w.up = rises
}

// swap lets w take old's place under old's parent.
func (q *queue) swap(old, w *waiting) {
	switch {
	case old.up == nil:
		q.root = w
	case old.up.left == old:
		old.up.left = w
	default:
		old.up.right = w
	}
	if w != nil {
		w.up = old.up
	}
}
