package threadgroup

import "container/heap"

// A taskHeap holds tasks of a plan; the one that runs first is on top.
type taskHeap struct {
	plan  *plan
	tasks []int
}

func (h *taskHeap) Len() int      { return len(h.tasks) }
func (h *taskHeap) Swap(i, j int) { h.tasks[i], h.tasks[j] = h.tasks[j], h.tasks[i] }
func (h *taskHeap) Push(x any)    { h.tasks = append(h.tasks, x.(int)) }

func (h *taskHeap) Less(i, j int) bool {
	a, b := h.tasks[i], h.tasks[j]
	if p, q := h.plan.order[a].o.priority, h.plan.order[b].o.priority; p != q {
		return p > q
	}
	return a < b
}

func (h *taskHeap) Pop() any {
	last := h.tasks[len(h.tasks)-1]
	h.tasks = h.tasks[:len(h.tasks)-1]
	return last
}

func (h *taskHeap) push(i int) { heap.Push(h, i) }
func (h *taskHeap) pop() int   { return heap.Pop(h).(int) }
