package graph

import (
	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent/predicate"
	"ekc/ent/queue"
	"ekc/graph/model"
)

// queuesLike selects queues by a filter, among those that the viewer lists: an operator all, because they may transfer
// to each; others those that a role of theirs reaches.
func queuesLike(v viewer.Viewer, f model.QueueFilter) []predicate.Queue {
	var where []predicate.Queue
	if !v.Has(viewer.Operator) {
		where = append(where, reached(granted(v, access.ReadQueue)))
	}
	if f.Channel != nil {
		where = append(where, queue.ChannelEQ(queue.Channel(*f.Channel)))
	}
	if f.Line != nil {
		where = append(where, queue.Line(*f.Line))
	}
	if f.AgencyID != nil {
		where = append(where, queue.AgencyID(*f.AgencyID))
	}
	if f.Active != nil {
		where = append(where, queue.Active(*f.Active))
	}
	return where
}

// values copies what a list of inputs points to.
func values[T any](pointers []*T) []T {
	all := make([]T, len(pointers))
	for i, p := range pointers {
		all[i] = *p
	}
	return all
}
