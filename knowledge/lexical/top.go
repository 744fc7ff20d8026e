package lexical

import "container/heap"

// place is a record with its score.
type place struct {
	record uint32
	score  float32
}

// top keeps the n best of what it is given, in no order; of equals, those given first.
type top struct {
	n    int
	heap placeHeap
	// least is the score that a newcomer must be above.
	least float32
}

func newTop(n int) *top { return &top{n: n, heap: make(placeHeap, 0, n)} }

func (t *top) add(p place) {
	switch {
	case len(t.heap) < t.n:
		heap.Push(&t.heap, p)
	case t.n > 0 && p.score > t.heap[0].score:
		t.heap[0] = p
		heap.Fix(&t.heap, 0)
	}
	if len(t.heap) == t.n && t.n > 0 {
		t.least = t.heap[0].score
	}
}

// placeHeap has the worst on top.
type placeHeap []place

func (h placeHeap) Len() int           { return len(h) }
func (h placeHeap) Less(i, j int) bool { return h[i].score < h[j].score }
func (h placeHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push adds an element at the end, for container/heap.
func (h *placeHeap) Push(v any) { *h = append(*h, v.(place)) } //nolint:forcetypeassert // only places are pushed

// Pop takes the last element, for container/heap.
func (h *placeHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
