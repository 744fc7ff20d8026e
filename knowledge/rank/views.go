package rank

import (
	"cmp"
	"slices"

	"ekc/knowledge/lexical"
)

// The fitted order knows the kinds of questions it was fitted on. So that another kind is not lost on it, it decides the
// first places of the first page alone, and the rest of the page is shared out to plain views of the candidates. Out of
// fold this costs the familiar kinds one or two queries in a hundred on the first page and gives statute questions four.
const (
	firstPage = 10
	fitted    = 5 // places of the page that the fitted order decides
)

// views are single inputs that order candidates well without any fitting; they take turns. BM25 on the question, the best
// of them on statutes, has two turns of three, the score of the first stage the third.
var views = []int{
	slices.Index(lexical.FeatureNames, "strict_unit"),
	slices.Index(lexical.FeatureNames, "strict_unit"),
	slices.Index(lexical.FeatureNames, "first_rank"),
}

// SharePage takes the candidates in the fitted order and gives them with the end of the first page shared out.
func SharePage(order []int, inputs [][]float32) []int {
	if len(order) <= firstPage {
		return order
	}
	page := slices.Clone(order[:fitted])
	var lists [][]int
	for _, view := range views {
		lists = append(lists, best(inputs, view))
	}
	for turn := 0; len(page) < firstPage; turn++ {
		list := lists[turn%len(lists)]
		i := slices.IndexFunc(list, func(c int) bool { return !slices.Contains(page, c) })
		if i < 0 {
			break // cannot be: each list holds a whole page of candidates
		}
		page = append(page, list[i])
	}
	for _, c := range order[fitted:] {
		if !slices.Contains(page[fitted:min(len(page), firstPage)], c) {
			page = append(page, c)
		}
	}
	return page
}

// best gives the first page's worth of candidates by one input.
func best(inputs [][]float32, view int) []int {
	order := make([]int, len(inputs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(inputs[b][view], inputs[a][view]) })
	return order[:min(len(order), firstPage)]
}
