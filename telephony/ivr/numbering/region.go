package numbering

import (
	"slices"
	"strings"
	"unicode"
)

// Region is a subject of the Federation.
type Region struct {
	// Code is that of vehicle plates, two digits.
	Code string
	// Name is in the nominative, fit to be spoken.
	Name string
}

// ByNumber tells the region of a caller: E.164 with or without the plus, or a national number of 10 digits or of 11 that
// begin with 8. ok is false where the number says nothing certain; then ask.
func ByNumber(number string) (Region, bool) {
	national, ok := nationalNumber(number)
	if !ok {
		return Region{}, false
	}
	for length := 5; length >= 3; length-- { // the longest code that matches
		if code, ok := byCode[national[:length]]; ok {
			return named(code), true
		}
	}
	return Region{}, false
}

// nationalNumber gives the ten digits after the country code or the trunk prefix.
func nationalNumber(number string) (string, bool) {
	plus := strings.HasPrefix(strings.TrimSpace(number), "+")
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	switch {
	case len(digits) == 11 && (digits[0] == '7' || digits[0] == '8' && !plus):
		return digits[1:], true
	case len(digits) == 10 && !plus:
		return digits, true
	}
	return "", false
}

// ByCode finds a region by any of its plate codes as a caller types them: «3» and «03», «16», «116».
func ByCode(code string) (Region, bool) {
	if len(code) == 1 {
		code = "0" + code
	}
	if first, ok := plates[code]; ok {
		code = first
	}
	if _, ok := names[code]; !ok {
		return Region{}, false
	}
	return named(code), true
}

func named(code string) Region { return Region{Code: code, Name: names[code]} }

// generic words name no region by themselves.
var generic = map[string]bool{
	"республика": true, "край": true, "область": true, "автономная": true, "автономный": true, "округ": true, "город": true,
}

// aliases are how people call regions besides their names.
var aliases = map[string]string{
	"башкирия": "02", "якутия": "14", "тува": "17", "удмуртия": "18", "чувашия": "21", "кабардино": "07", "карачаево": "09",
	"кубань": "23", "кузбасс": "42", "югра": "86", "ямал": "89", "чукотка": "87", "чечня": "95", "питер": "78", "петербург": "78",
	"подмосковье": "50", "осетия": "15", "приморье": "25", "камчатка": "41", "сахалин": "65", "забайкалье": "75", "еврейская": "79",
	"ненецкий": "83", "ямало": "89", "ханты": "86", "нижегородская": "52", "мари": "12", "марий": "12",
}

// ByName finds a region in what a caller said: «Московская область», «я из Татарстана». ok is false when there is none or
// when two are equally likely.
func ByName(spoken string) (Region, bool) {
	words := wordsOf(spoken)
	best, score, tie := "", 0, false
	try := func(code string, points int) {
		switch {
		case points > score:
			best, score, tie = code, points, false
		case points == score && points > 0 && code != best:
			tie = true
		}
	}
	for code, name := range names {
		try(code, match(wordsOf(name), words))
	}
	for alias, code := range aliases {
		try(code, match([]string{alias}, words))
	}
	if score == 0 || tie {
		return Region{}, false
	}
	return named(best), true
}

// match counts what of a name was said: its own words weigh ten, generic ones (Алтай) and missing ones (Ненецкий) decide between equals.
func match(name, said []string) int {
	own, missing, shared := 0, 0, 0
	for _, n := range name {
		there := slices.ContainsFunc(said, func(s string) bool { return alike(n, s) })
		switch {
		case there && generic[n]:
			shared++
		case there:
			own++
		case !generic[n]:
			missing++
		}
	}
	if own == 0 {
		return 0
	}
	return own*10 + shared - missing
}

// alike compares two words without their endings.
func alike(a, b string) bool {
	if a == b {
		return true
	}
	ra, rb := []rune(a), []rune(b)
	common := 0
	for common < min(len(ra), len(rb)) && ra[common] == rb[common] {
		common++
	}
	longer := max(len(ra), len(rb))
	return common >= 4 && longer-common <= 3 && min(len(ra), len(rb))-common <= 2
}

func wordsOf(text string) []string {
	text = strings.ReplaceAll(strings.ToLower(text), "ё", "е")
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
}
