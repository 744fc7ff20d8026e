package spoken

import (
	"strings"
	"time"
)

// Position says where one is in a queue, 1 being next: «вы следующий в очереди», «вы третий в очереди».
func Position(n int) string {
	if n <= 1 {
		return "вы следующий в очереди"
	}
	return "вы " + Ordinal(n) + " в очереди"
}

// Wait says how long one will wait, with no more precision than an estimate has: «меньше минуты», «около четырёх минут»,
// «около двадцати пяти минут», «около полутора часов», «больше трёх часов». Minutes are rounded up, from ten on to fives.
func Wait(d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	if minutes > 10 {
		minutes = (minutes + 4) / 5 * 5
	}
	switch {
	case d < time.Minute:
		return "меньше минуты"
	case minutes == 1:
		return "около минуты"
	case minutes < 60:
		return "около " + Count(minutes, Minute, Genitive)
	case minutes <= 75:
		return "около часа"
	case minutes <= 105:
		return "около полутора часов"
	case minutes <= 180:
		return "около " + Count((minutes+30)/60, Hour, Genitive)
	}
	return "больше трёх часов"
}

// Digits reads digits one by one, with pauses: «восемь, ноль, пять». Other characters are left out.
func Digits(text string) string {
	var words []string
	for _, r := range text {
		if r >= '0' && r <= '9' {
			words = append(words, units[Nominative][r-'0'])
		}
	}
	return strings.Join(words, ", ")
}

// Phone reads a number as people say it: «плюс семь, девятьсот шестнадцать, сто двадцать три, сорок пять, ноль семь».
// What is no Russian number of eleven digits is read digit by digit.
func Phone(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	if len(digits) == 11 && digits[0] == '8' {
		digits = "7" + digits[1:]
	}
	if len(digits) != 11 || digits[0] != '7' {
		return Digits(digits)
	}
	groups := []string{digits[1:4], digits[4:7], digits[7:9], digits[9:]}
	words := []string{"плюс семь"}
	for _, g := range groups {
		words = append(words, group(g))
	}
	return strings.Join(words, ", ")
}

// group reads digits as a number, zeros in front one by one.
func group(digits string) string {
	var words []string
	for len(digits) > 1 && digits[0] == '0' {
		words = append(words, units[Nominative][0])
		digits = digits[1:]
	}
	n := 0
	for _, r := range digits {
		n = n*10 + int(r-'0')
	}
	return strings.Join(append(words, Cardinal(n, Nominative, Masculine)), " ")
}
