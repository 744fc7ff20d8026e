package rank

import (
	"cmp"
	"slices"

	"ekc/knowledge/lexical"
)

// The fitted order knows the kinds of questions it was fitted on. So that another kind is not lost on it, it decides the
// first places of the first page alone, and the rest of the page goes to plain BM25 on the question. On the development sets
// this costs the familiar kinds up to five queries in a hundred on the first page, and wins statute questions as many: a
// hedge, to be given up when the order holds on statutes by itself.
const (
	firstPage = 10
	fitted    = 3 // places of the page that the fitted order decides
)

// plainView is the input that orders the rest of the page.
var plainView = slices.Index(lexical.FeatureNames, "strict_unit")

// SharePage takes the candidates in the fitted order and gives them with the end of the first page shared out.
func SharePage(order []int, inputs [][]float32) []int {
	if len(order) <= firstPage {
		return order
	}
	page := slices.Clone(order[:fitted])
	for _, c := range best(inputs, plainView) {
		if len(page) < firstPage && !slices.Contains(page, c) {
			page = append(page, c)
		}
	}
	for _, c := range order[fitted:] {
		if !slices.Contains(page[fitted:firstPage], c) {
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
