package spoken

import "strings"

// Gender of the noun that a number counts.
type Gender int

// The genders.
const (
	Masculine Gender = iota
	Feminine
	Neuter
)

// Case of a number; the two that speech here needs.
type Case int

// The cases.
const (
	Nominative Case = iota
	Genitive
)

// Max is the largest number that is written out; what is larger, or negative, is cut to the range.
const Max = 999_999

var (
	units = [2][20]string{
		{
			"ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать", "двенадцать",
			"тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать", "девятнадцать",
		},
		{
			"нуля", "одного", "двух", "трёх", "четырёх", "пяти", "шести", "семи", "восьми", "девяти", "десяти", "одиннадцати",
			"двенадцати", "тринадцати", "четырнадцати", "пятнадцати", "шестнадцати", "семнадцати", "восемнадцати", "девятнадцати",
		},
	}
	tens = [2][10]string{
		{"", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"},
		{"", "", "двадцати", "тридцати", "сорока", "пятидесяти", "шестидесяти", "семидесяти", "восьмидесяти", "девяноста"},
	}
	hundreds = [2][10]string{
		{"", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"},
		{"", "ста", "двухсот", "трёхсот", "четырёхсот", "пятисот", "шестисот", "семисот", "восьмисот", "девятисот"},
	}
	thousand = Noun{Gender: Feminine, One: "тысяча", Few: "тысячи", Many: "тысяч"}
)

// Cardinal writes a number: 0 to Max.
func Cardinal(n int, c Case, g Gender) string {
	n = max(0, min(Max, n))
	if n == 0 {
		return units[c][0]
	}
	var words []string
	if n >= 1000 {
		words = append(words, below1000(n/1000, c, Feminine), thousand.form(n/1000, c))
		n %= 1000
	}
	if n > 0 {
		words = append(words, below1000(n, c, g))
	}
	return strings.Join(words, " ")
}

func below1000(n int, c Case, g Gender) string {
	var words []string
	if n >= 100 {
		words = append(words, hundreds[c][n/100])
		n %= 100
	}
	if n >= 20 {
		words = append(words, tens[c][n/10])
		n %= 10
	}
	if n > 0 {
		words = append(words, unit(n, c, g))
	}
	return strings.Join(words, " ")
}

func unit(n int, c Case, g Gender) string {
	switch {
	case n == 1 && c == Genitive && g == Feminine:
		return "одной"
	case n == 1 && c == Nominative && g == Feminine:
		return "одна"
	case n == 1 && c == Nominative && g == Neuter:
		return "одно"
	case n == 2 && c == Nominative && g == Feminine:
		return "две"
	}
	return units[c][n]
}

// Noun is what is counted: one минута, few минуты (also the genitive singular), many минут.
type Noun struct {
	Gender         Gender
	One, Few, Many string
}

// Minutes, hours and others that are counted here.
var (
	Minute = Noun{Feminine, "минута", "минуты", "минут"}
	Hour   = Noun{Masculine, "час", "часа", "часов"}
	Second = Noun{Feminine, "секунда", "секунды", "секунд"}
	Person = Noun{Masculine, "человек", "человека", "человек"}
)

// form is the noun after a number: in the nominative by its last digits, in the genitive singular after one, else plural.
func (n Noun) form(count int, c Case) string {
	last, teens := count%10, count%100 >= 11 && count%100 <= 14
	switch {
	case last == 1 && !teens && c == Nominative:
		return n.One
	case last == 1 && !teens:
		return n.Few // genitive singular: около одной минуты
	case last >= 2 && last <= 4 && !teens && c == Nominative:
		return n.Few
	}
	return n.Many
}

// Count writes a number with its noun: «двадцать одна минута», in the genitive «двадцати одной минуты».
func Count(count int, noun Noun, c Case) string {
	count = max(0, min(Max, count))
	return Cardinal(count, c, noun.Gender) + " " + noun.form(count, c)
}
