package lexical

import "unicode/utf8"

// Words of a common root are taken for one another at these rates; a word that the base does not know at all is more
// likely a misspelling, so it may stand for its neighbour at nearly full weight.
const (
	leastSimilarity = 0.45
	knownDiscount   = 0.75
)

// similarity of two different stems, 0 when they are not near: the best of three views, of which the first is for words
// of one root, the second for typos and the third for compound words.
func similarity(a, b string, shared, gramsA, gramsB int, known bool) float32 {
	la, lb := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	prefix := commonPrefix(a, b)
	s := float32(0)
	if prefix >= 4 {
		s = float32(2*prefix) / float32(la+lb) * float32(min(1, 0.6+0.1*float64(prefix-3)))
	}
	dice := 2 * float32(shared) / float32(gramsA+gramsB)
	s = max(s, dice)
	if !known || s > leastSimilarity {
		if limit := maxEdits(min(la, lb)); limit > 0 && abs(la-lb) <= limit {
			if d := editDistance(a, b, limit); d <= limit {
				edit := 1 - float32(d)/float32(max(la, lb)) + 0.08
				s = max(s, edit)
			}
		}
	}
	if known {
		s *= knownDiscount
	}
	if s < leastSimilarity {
		return 0
	}
	return min(s, 0.95)
}

// maxEdits is the number of slips allowed in a word of n letters.
func maxEdits(n int) int {
	switch {
	case n < 4:
		return 0
	case n < 7:
		return 1
	default:
		return 2
	}
}

func commonPrefix(a, b string) int {
	n := 0
	for a != "" && b != "" {
		ra, sa := utf8.DecodeRuneInString(a)
		rb, sb := utf8.DecodeRuneInString(b)
		if ra != rb {
			break
		}
		n++
		a, b = a[sa:], b[sb:]
	}
	return n
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// editDistance is the number of letters to insert, drop, change or swap with a neighbour (optimal string alignment); it
// stops counting above limit.
func editDistance(a, b string, limit int) int {
	var bufA, bufB [64]rune
	ra, rb := runes(bufA[:0], a), runes(bufB[:0], b)
	var rows [3][66]int
	prev2, prev, cur := rows[0][:len(rb)+1], rows[1][:len(rb)+1], rows[2][:len(rb)+1]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		cur[0] = i
		best := i
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
			best = min(best, cur[j])
		}
		if best > limit {
			return best
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(rb)]
}

func runes(dst []rune, s string) []rune {
	for _, r := range s {
		if len(dst) == cap(dst) {
			break
		}
		dst = append(dst, r)
	}
	return dst
}
