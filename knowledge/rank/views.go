package rank

import (
	"cmp"
	"slices"

	"ekc/knowledge/lexical"
)

// The fitted order knows questions best, for the sets that it was fitted on ask mostly for questions and answers. Where its
// first places go to statements, as with statutes, it decides only these places of the first page, and the rest of the page
// goes to plain BM25 on the question: on the development sets that wins statute questions five in a hundred on the first
// page, and costs the others next to nothing.
const (
	firstPage = 10
	fitted    = 3 // places of the page that the fitted order decides
)

var (
	// plainView is the input that orders the rest of the page.
	plainView = slices.Index(lexical.FeatureNames, "strict_unit")
	asks      = slices.Index(lexical.FeatureNames, "asks")
)

// SharePage takes the candidates in the fitted order and gives them with the end of the first page shared out.
func SharePage(order []int, inputs [][]float32) []int {
	if len(order) <= firstPage || !statements(order[:fitted], inputs) {
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

// statements reports whether most of the candidates are no questions.
func statements(first []int, inputs [][]float32) bool {
	questions := 0
	for _, c := range first {
		if inputs[c][asks] > 0 {
			questions++
		}
	}
	return 2*questions < len(first)
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
