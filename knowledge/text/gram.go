package text

// Gram identifies one character n-gram.
type Gram uint64

// Grams appends to dst the n-grams of a word with marked ends: all of 3 and 4 characters, and of 5 when long is set.
// Repeated grams are repeated in the result.
func Grams(dst []Gram, word string, long bool) []Gram {
	var buf [maxWordRunes + 2]rune
	runes := append(buf[:0], '_')
	for _, r := range word {
		if len(runes) > maxWordRunes {
			break
		}
		runes = append(runes, r)
	}
	runes = append(runes, '_')
	widest := 4
	if long {
		widest = 5
	}
	for n := 3; n <= widest; n++ {
		for i := 0; i+n <= len(runes); i++ {
			dst = append(dst, pack(runes[i:i+n]))
		}
	}
	return dst
}

// pack writes up to five runes into 64 bits: 12 bits each, enough for Latin and Cyrillic; others share codes, which only
// makes them look alike.
func pack(runes []rune) Gram {
	g := Gram(0)
	for _, r := range runes {
		g = g<<12 | Gram(r&0xfff)
	}
	return g
}
