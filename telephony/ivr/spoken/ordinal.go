package spoken

import "strings"

// Ordinals are kept as the masculine nominative; other forms replace the ending.
var (
	ordinalUnits = [20]string{
		"нулевой", "первый", "второй", "третий", "четвёртый", "пятый", "шестой", "седьмой", "восьмой", "девятый", "десятый",
		"одиннадцатый", "двенадцатый", "тринадцатый", "четырнадцатый", "пятнадцатый", "шестнадцатый", "семнадцатый",
		"восемнадцатый", "девятнадцатый",
	}
	ordinalTens = [10]string{
		"", "", "двадцатый", "тридцатый", "сороковой", "пятидесятый", "шестидесятый", "семидесятый", "восьмидесятый", "девяностый",
	}
	ordinalHundreds = [10]string{
		"", "сотый", "двухсотый", "трёхсотый", "четырёхсотый", "пятисотый", "шестисотый", "семисотый", "восьмисотый", "девятисотый",
	}
	ordinalThousands = [10]string{
		"", "тысячный", "двухтысячный", "трёхтысячный", "четырёхтысячный", "пятитысячный", "шеститысячный", "семитысячный",
		"восьмитысячный", "девятитысячный",
	}
)

// MaxOrdinal is the largest ordinal that is written out.
const MaxOrdinal = 9999

// Ordinal writes «третий», «сто двадцать первый»: 0 to MaxOrdinal, masculine nominative.
func Ordinal(n int) string {
	head, last := ordinalParts(n)
	return strings.TrimSpace(head + " " + last)
}

// OrdinalGenitive writes «третьего», «две тысячи двадцать шестого», masculine or neuter.
func OrdinalGenitive(n int) string {
	head, last := ordinalParts(n)
	switch {
	case strings.HasSuffix(last, "третий"):
		last = strings.TrimSuffix(last, "ий") + "ьего"
	default: // ый or ой
		runes := []rune(last)
		last = string(runes[:len(runes)-2]) + "ого"
	}
	return strings.TrimSpace(head + " " + last)
}

// ordinalParts gives the words that stay cardinal and the one that is ordinal.
func ordinalParts(n int) (head, last string) {
	n = max(0, min(MaxOrdinal, n))
	var cardinal int
	switch {
	case n < 20:
		return "", ordinalUnits[n]
	case n%100 != 0 && n%100 < 20:
		cardinal, last = n/100*100, ordinalUnits[n%100]
	case n%10 != 0:
		cardinal, last = n/10*10, ordinalUnits[n%10]
	case n%100 != 0:
		cardinal, last = n/100*100, ordinalTens[n/10%10]
	case n%1000 != 0:
		cardinal, last = n/1000*1000, ordinalHundreds[n/100%10]
	default:
		last = ordinalThousands[n/1000]
	}
	if cardinal == 0 {
		return "", last
	}
	return Cardinal(cardinal, Nominative, Masculine), last
}
