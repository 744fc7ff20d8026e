package graph

import "entgo.io/contrib/entgql"

// pageInfo says where a page begins and ends whose edges are made by hand.
func pageInfo[E any](edges []E, cursor func(E) *entgql.Cursor[string], after *entgql.Cursor[string], more bool) *entgql.PageInfo[string] {
	info := &entgql.PageInfo[string]{HasNextPage: more, HasPreviousPage: after != nil}
	if n := len(edges); n > 0 {
		info.StartCursor, info.EndCursor = cursor(edges[0]), cursor(edges[n-1])
	}
	return info
}

// cut keeps the first n of a list of which one more was read than is wanted, and says whether there are more.
func cut[T any](found []T, n int) (kept []T, more bool) {
	return found[:min(n, len(found))], len(found) > n
}
