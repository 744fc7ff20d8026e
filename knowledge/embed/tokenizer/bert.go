package tokenizer

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// bertSettings are those of BERT's basic tokenizer.
type bertSettings struct {
	Clean   bool  `json:"clean_text"`
	Chinese bool  `json:"handle_chinese_chars"`
	Strip   *bool `json:"strip_accents"` // absent: as Lower
	Lower   bool  `json:"lowercase"`
}

// normalise is that of BERT: control characters go, every blank is a space, ideographs stand alone, and, as the settings say,
// accents go and letters become small.
func (b bertSettings) normalise(s string) string {
	if b.Clean {
		s = strings.Map(cleanRune, s)
	}
	if b.Chinese {
		s = apart(s, isIdeograph)
	}
	if b.Strip != nil && *b.Strip || b.Strip == nil && b.Lower {
		s = stripAccents(s)
	}
	if b.Lower {
		s = strings.ToLower(s)
	}
	return s
}

func cleanRune(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || unicode.IsSpace(r):
		return ' '
	case r == 0 || r == unicode.ReplacementChar || unicode.Is(unicode.C, r) || !assigned(r):
		return -1
	}
	return r
}

// assigned reports whether Unicode knows the character: those that it does not know count as control characters.
func assigned(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.C)
}

// stripAccents takes the marks off the letters: é becomes e, and й becomes и.
func stripAccents(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

// apart puts spaces around the characters chosen.
func apart(s string, chosen func(rune) bool) string {
	if strings.IndexFunc(s, chosen) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if chosen(r) {
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isIdeograph knows the blocks of CJK ideographs that BERT's tokenizer knows.
func isIdeograph(r rune) bool {
	for _, block := range [...][2]rune{
		{0x4E00, 0x9FFF},
		{0x3400, 0x4DBF},
		{0x20000, 0x2A6DF},
		{0x2A700, 0x2B73F},
		{0x2B740, 0x2B81F},
		{0x2B920, 0x2CEAF},
		{0xF900, 0xFAFF},
		{0x2F800, 0x2FA1F},
	} {
		if r >= block[0] && r <= block[1] {
			return true
		}
	}
	return false
}

// bertWords splits at blanks and makes each mark of punctuation a word.
func bertWords(part string, _ bool) []string {
	var out []string
	for _, word := range strings.Fields(part) {
		begin := 0
		for i, r := range word {
			if !isPunctuation(r) {
				continue
			}
			if i > begin {
				out = append(out, word[begin:i])
			}
			begin = i + len(string(r))
			out = append(out, word[i:begin])
		}
		if begin < len(word) {
			out = append(out, word[begin:])
		}
	}
	return out
}

// isPunctuation counts the ASCII symbols in, as BERT does.
func isPunctuation(r rune) bool {
	if r < unicode.MaxASCII {
		return r > ' ' && r != 0x7f && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}
	return unicode.IsPunct(r)
}

// wordPiece cuts a word into the longest pieces that it finds, from the left.
type wordPiece struct {
	vocabulary map[string]int64
	unknown    int64
	prefix     string // of the pieces inside a word
	longest    int    // words of more characters are unknown
}

func (w *wordPiece) encode(word string) []int64 {
	runes := []rune(word)
	if len(runes) > w.longest {
		return []int64{w.unknown}
	}
	var out []int64
	for begin := 0; begin < len(runes); {
		end := len(runes)
		for ; end > begin; end-- {
			piece := string(runes[begin:end])
			if begin > 0 {
				piece = w.prefix + piece
			}
			if id, ok := w.vocabulary[piece]; ok {
				out = append(out, id)
				break
			}
		}
		if end == begin {
			return []int64{w.unknown}
		}
		begin = end
	}
	return out
}
