package phrase

import "strings"

// maxGap is how many other words may stand between two elements of a pattern.
const maxGap = 2

// pattern is a sequence of elements that a text must hold in this order. An element is one or more alternatives with | between
// them; an alternative is a word, the beginning of a word (бьет*), or one with a slip of the keyboard allowed (~оператор).
// `^` in front of the pattern ties it to the first word, `$` at its end to the last.
type pattern struct {
	source      string
	elements    [][]string
	first, last bool
}

func patterns(table string) []pattern {
	var all []pattern
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		p := pattern{source: line}
		line, p.first = strings.CutPrefix(line, "^")
		line, p.last = strings.CutSuffix(line, "$")
		for element := range strings.FieldsSeq(line) {
			p.elements = append(p.elements, strings.Split(element, "|"))
		}
		all = append(all, p)
	}
	return all
}

// find is the source of the first pattern that the words hold; empty: none.
func find(all []pattern, words []string) string {
	for _, p := range all {
		if p.in(words) {
			return p.source
		}
	}
	return ""
}

func (p pattern) in(words []string) bool {
	for i := range words {
		if p.from(words, i, 0) {
			return true
		}
		if p.first {
			return false
		}
	}
	return false
}

// from reports whether the elements from n on stand in the words from i on, the first of them exactly there.
func (p pattern) from(words []string, i, n int) bool {
	if !fits(p.elements[n], words[i]) {
		return false
	}
	if n+1 == len(p.elements) {
		return !p.last || i+1 == len(words)
	}
	for next := i + 1; next < len(words) && next <= i+1+maxGap; next++ {
		if p.from(words, next, n+1) {
			return true
		}
	}
	return false
}

func fits(alternatives []string, word string) bool {
	for _, a := range alternatives {
		switch {
		case strings.HasPrefix(a, "~"):
			if nearly(a[len("~"):], word) {
				return true
			}
		case strings.HasSuffix(a, "*"):
			if strings.HasPrefix(word, strings.TrimSuffix(a, "*")) {
				return true
			}
		case a == word:
			return true
		}
	}
	return false
}

// maxSlips is how far a mistyped word may be from the pattern: letters changed, left out or added.
const maxSlips = 1

// nearly reports whether a word begins with the stem, but for slips.
func nearly(stem, word string) bool {
	s, w := []rune(stem), []rune(word)
	if len(w)+maxSlips < len(s) {
		return false
	}
	row := make([]int, len(w)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j := range w {
			cost := 1
			if w[j] == r {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	for _, slips := range row {
		if slips <= maxSlips {
			return true
		}
	}
	return false
}
