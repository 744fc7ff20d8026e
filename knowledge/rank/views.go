package rank

import (
	"slices"

	"ekc/knowledge/lexical"
)

// The fitted order knows the kinds of questions it was fitted on. So that another kind is not lost on it, the best
// candidates of the plain views keep a place on the first page.
const (
	firstPage = 10
	perView   = 2
	maxSaved  = 3
)

var views = []int{
	slices.Index(lexical.FeatureNames, "strict"),
	slices.Index(lexical.FeatureNames, "body"),
	slices.Index(lexical.FeatureNames, "strict_unit"),
}

// KeepViews moves the best candidates of each view that are not on the first page of the order to its end.
func KeepViews(order []int, inputs [][]float32) []int {
	if len(order) <= firstPage {
		return order
	}
	var saved []int
	for place := range perView {
		for _, view := range views {
			c := nth(inputs, view, place)
			if len(saved) < maxSaved && !slices.Contains(order[:firstPage], c) && !slices.Contains(saved, c) {
				saved = append(saved, c)
			}
		}
	}
	if len(saved) == 0 {
		return order
	}
	out := slices.Clone(order[:firstPage-len(saved)])
	out = append(out, saved...)
	for _, c := range order[firstPage-len(saved):] {
		if !slices.Contains(saved, c) {
			out = append(out, c)
		}
	}
	return out
}

// nth is the candidate at a place, 0 or 1, of a view.
func nth(inputs [][]float32, view, place int) int {
	best, second := 0, -1
	for i := 1; i < len(inputs); i++ {
		switch v := inputs[i][view]; {
		case v > inputs[best][view]:
			best, second = i, best
		case second < 0 || v > inputs[second][view]:
			second = i
		}
	}
	if place == 0 || second < 0 {
		return best
	}
	return second
}
