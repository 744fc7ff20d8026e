package lexical

import (
	"cmp"
	"container/heap"
	"slices"
)

// top keeps the n best of what it is given.
type top struct {
	n    int
	heap foundHeap
}

func newTop(n int) *top { return &top{n: n, heap: make(foundHeap, 0, n+1)} }

// accepts reports whether f would be kept.
func (t *top) accepts(f found) bool {
	return len(t.heap) < t.n || (t.n > 0 && compareFound(f, t.heap[0]) < 0)
}

func (t *top) add(f found) {
	if len(t.heap) < t.n {
		heap.Push(&t.heap, f)
		return
	}
	t.heap[0] = f
	heap.Fix(&t.heap, 0)
}

// sorted gives what was kept, best first.
func (t *top) sorted() []found {
	slices.SortFunc(t.heap, compareFound)
	return t.heap
}

// compareFound puts the better one first; the record's number makes the order total.
func compareFound(a, b found) int {
	return cmp.Or(cmp.Compare(b.first, a.first), cmp.Compare(a.record, b.record))
}

// foundHeap has the worst on top.
type foundHeap []found

func (h foundHeap) Len() int           { return len(h) }
func (h foundHeap) Less(i, j int) bool { return compareFound(h[i], h[j]) > 0 }
func (h foundHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push adds an element at the end, for container/heap.
func (h *foundHeap) Push(v any) { *h = append(*h, v.(found)) } //nolint:forcetypeassert // only found is pushed

// Pop takes the last element, for container/heap.
func (h *foundHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
