package knowledge

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// Difference is one field in which two versions differ.
type Difference struct {
	// Field is its name as in the contract: question, answer, validFrom …
	Field string
	// Before and After are its values as text, lists with an entry a line.
	Before, After string
	// Words are the parts of question, answer and short form in their order; empty for other fields. Those kept and removed make
	// Before, those kept and added After, blanks included.
	Words []Words
}

// Words are words that follow each other and have the same fate.
type Words struct {
	Change WordChange
	Text   string
}

// WordChange is the fate of words.
type WordChange string

// The fates of words.
const (
	WordsKept    WordChange = "kept"
	WordsRemoved WordChange = "removed"
	WordsAdded   WordChange = "added"
)

// Compare tells field by field how two versions differ; nothing for the same content.
func Compare(from, to Version) []Difference { //nolint:gocritic // values, as everywhere in this interface
	return differences(from.Content(), to.Content())
}

func differences(before, after Content) []Difference { //nolint:gocritic // values, as everywhere in this interface
	a, b := reflect.ValueOf(before), reflect.ValueOf(after)
	var all []Difference
	for _, name := range fieldsChanged(before, after) {
		field := strings.ToUpper(name[:1]) + name[1:]
		all = append(all, CompareTexts(name, shown(a.FieldByName(field).Interface()), shown(b.FieldByName(field).Interface())))
	}
	return all
}

// CompareTexts tells how one field, by its name in the contract, differs between two values as text.
func CompareTexts(field, before, after string) Difference {
	d := Difference{Field: field, Before: before, After: after}
	if field == "question" || field == "answer" || field == "short" {
		d.Words = compareWords(before, after)
	}
	return d
}

// shown is a field's value as text.
func shown(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case Date:
		return string(v)
	case []string:
		return strings.Join(v, "\n")
	case []LegalBasis:
		return lines(v, func(l LegalBasis) string { return strings.TrimSpace(l.Act + " " + l.Article) })
	case []Link:
		return lines(v, func(l Link) string { return strings.TrimSpace(l.Title + " " + l.URL) })
	case []File:
		return lines(v, func(f File) string { return strings.TrimSpace(f.Title + " " + f.Name + " " + f.ID) })
	default:
		return fmt.Sprint(v)
	}
}

func lines[T any](all []T, text func(T) string) string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = text(one)
	}
	return strings.Join(out, "\n")
}

// maxCompared bounds the table of a comparison of words, in cells; beyond it what lies between equal beginnings and endings counts as
// replaced.
const maxCompared = 4 << 20

// compareWords finds the longest sequence of words that two texts share.
func compareWords(before, after string) []Words {
	a, b := words(before), words(after)
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out joined
	out.add(WordsKept, a[:head]...)
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	if (len(x)+1)*(len(y)+1) > maxCompared {
		out.add(WordsRemoved, x...)
		out.add(WordsAdded, y...)
	} else {
		out.align(x, y)
	}
	out.add(WordsKept, a[len(a)-tail:]...)
	return out
}

// words cuts a text into words and what stands between them; together they are the text.
func words(s string) []string {
	var all []string
	start, inWord := 0, false
	for i, c := range s {
		is := unicode.IsLetter(c) || unicode.IsDigit(c)
		if i > start && (is != inWord || !is) {
			all = append(all, s[start:i])
			start = i
		}
		inWord = is
	}
	if start < len(s) {
		all = append(all, s[start:])
	}
	return all
}

type joined []Words

func (j *joined) add(change WordChange, words ...string) {
	if len(words) == 0 {
		return
	}
	text := strings.Join(words, "")
	if n := len(*j); n > 0 && (*j)[n-1].Change == change {
		(*j)[n-1].Text += text
		return
	}
	*j = append(*j, Words{change, text})
}

// align is the classic table of longest common subsequences, read from its beginning.
func (j *joined) align(x, y []string) {
	width := len(y) + 1
	longest := make([]uint16, (len(x)+1)*width)
	for i, w := range slices.Backward(x) {
		for k, v := range slices.Backward(y) {
			if w == v {
				longest[i*width+k] = longest[(i+1)*width+k+1] + 1
			} else {
				longest[i*width+k] = max(longest[(i+1)*width+k], longest[i*width+k+1])
			}
		}
	}
	i, k := 0, 0
	for i < len(x) && k < len(y) {
		switch {
		case x[i] == y[k]:
			j.add(WordsKept, x[i])
			i, k = i+1, k+1
		case longest[(i+1)*width+k] >= longest[i*width+k+1]:
			j.add(WordsRemoved, x[i])
			i++
		default:
			j.add(WordsAdded, y[k])
			k++
		}
	}
	j.add(WordsRemoved, x[i:]...)
	j.add(WordsAdded, y[k:]...)
}
