package personal

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// group is digits that stand together, or a number that was spoken: "шестнадцать" is the group 16.
type group struct {
	digits     string
	start, end int
	spoken     bool
}

// token is a run of digits or a word.
var token = regexp.MustCompile(`\d+|\p{L}+`)

// What may stand between the groups of one number: a little of spaces, hyphens, brackets, dots. A comma only between spoken ones.
var (
	between       = regexp.MustCompile(`^[\s\x{a0}()\x{2010}-\x{2014}.+-]{0,4}$`)
	betweenSpoken = regexp.MustCompile(`^[\s\x{a0},.()\x{2010}-\x{2014}-]{1,4}$`)
)

// plain is what surely is no identifier: days, sums, shares, laws. Groups in it break a run.
var plain = regexp.MustCompile(`(?i)\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}|` +
	`\d[\d\s\x{a0}.,]*(?:руб|₽|р\.|коп|тыс|млн|%|процент|год|лет|г\.|мес|дн|час)|` +
	`\d+(?:-\d+)?-?(?:ФЗ|н(?:[^\p{L}]|$))|(?:ст\.|стать[яеюи]|пункт\S*|п\.|част[ьи]|гл\.)\s*\d[\d.]*`)

// numbersIn gathers the groups of a text into runs of neighbours.
func numbersIn(text string) [][]group {
	skip := plain.FindAllStringIndex(text, -1)
	var runs [][]group
	var run []group
	end := func() {
		if len(run) > 0 {
			runs = append(runs, run)
		}
		run = nil
	}
	for _, g := range groupsIn(text) {
		for len(skip) > 0 && skip[0][1] <= g.start {
			skip = skip[1:]
		}
		if len(skip) > 0 && skip[0][0] <= g.start && !longDigits(text[skip[0][0]:skip[0][1]]) {
			end()
			continue
		}
		if len(run) > 0 && !neighbours(text, run[len(run)-1], g) {
			end()
		}
		run = append(run, g)
	}
	end()
	return runs
}

// longDigits reports whether so many digits stand together that it is no sum or day.
func longDigits(text string) bool {
	count := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			count++
		}
	}
	return count >= 10 && !strings.ContainsAny(text, ".,:")
}

func neighbours(text string, a, b group) bool {
	gap := text[a.end:b.start]
	if a.spoken || b.spoken {
		return betweenSpoken.MatchString(gap)
	}
	return between.MatchString(gap)
}

// groupsIn reads the groups of a text, in order.
func groupsIn(text string) []group {
	var groups []group
	at := token.FindAllStringIndex(text, -1)
	for n := 0; n < len(at); n++ {
		word := text[at[n][0]:at[n][1]]
		if word[0] >= '0' && word[0] <= '9' {
			groups = append(groups, group{digits: word, start: at[n][0], end: at[n][1]})
			continue
		}
		if spoken, used := spokenAt(text, at[n:]); used > 0 {
			groups = append(groups, spoken)
			n += used - 1
		}
	}
	return groups
}

// spokenAt reads one number below a thousand that is spoken in words from the first place on, and how many words it took. What is
// followed by a measure ("сто двадцать рублей", "двадцать пять тысяч", "три года") is none.
func spokenAt(text string, at [][]int) (group, int) {
	value, used, least := 0, 0, 1000
	for used < len(at) {
		word := fold(text[at[used][0]:at[used][1]])
		n, known := numerals[word]
		if !known || (used > 0 && (n <= 0 || size(n) >= least)) {
			break
		}
		if used > 0 && !betweenSpoken.MatchString(text[at[used-1][1]:at[used][0]]) {
			break
		}
		value, least = value+n, smallest(n)
		used++
		if least <= 1 { // nothing goes on behind units, teens and nought
			break
		}
	}
	if used == 0 {
		return group{}, 0
	}
	if used < len(at) && measure.MatchString(fold(text[at[used][0]:at[used][1]])) {
		return group{}, 0
	}
	return group{digits: strconv.Itoa(value), start: at[0][0], end: at[used-1][1], spoken: true}, used
}

// size is the rank of a numeral: 100 for hundreds, 10 for tens and teens, 1 for units.
func size(n int) int {
	switch {
	case n >= 100:
		return 100
	case n >= 10:
		return 10
	default:
		return 1
	}
}

// smallest is the rank below which the next word must be to go on with the same number.
func smallest(n int) int {
	if n >= 10 && n < 20 {
		return 1
	}
	return size(n)
}

// fold is a word in lower case with е for ё.
func fold(word string) string {
	if utf8.RuneCountInString(word) > 20 {
		return word
	}
	return strings.ReplaceAll(strings.ToLower(word), "ё", "е")
}

// measure is a word that makes the number before it an amount.
var measure = regexp.MustCompile(`^(?:тысяч|миллион|миллиард|рубл|копе|процент|год|лет|месяц|недел|дн|день|час|минут|раз|человек|дет|ребен|квартир|метр|балл)`)

// numerals are the words of numbers below a thousand, as they are dictated.
var numerals = map[string]int{
	"ноль": 0, "нуль": 0, "один": 1, "одна": 1, "одну": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7,
	"восемь": 8, "девять": 9, "десять": 10, "одиннадцать": 11, "двенадцать": 12, "тринадцать": 13, "четырнадцать": 14,
	"пятнадцать": 15, "шестнадцать": 16, "семнадцать": 17, "восемнадцать": 18, "девятнадцать": 19, "двадцать": 20, "тридцать": 30,
	"сорок": 40, "пятьдесят": 50, "шестьдесят": 60, "семьдесят": 70, "восемьдесят": 80, "девяносто": 90, "сто": 100, "двести": 200,
	"триста": 300, "четыреста": 400, "пятьсот": 500, "шестьсот": 600, "семьсот": 700, "восемьсот": 800, "девятьсот": 900,
}
