package personal

// luhn reports whether the last digit is right (ISO/IEC 7812-1, annex B).
func luhn(digits string) bool {
	sum := 0
	for n := range len(digits) {
		d := int(digits[len(digits)-1-n] - '0')
		if n%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// snils reports whether the last two of 11 digits are the check number of the nine before them (Order of the Pension Fund 192п of 2006):
// their sum, weighted by 9 to 1, modulo 101, where 100 is written 00.
func snils(digits string) bool {
	sum := 0
	for n := range 9 {
		sum += int(digits[n]-'0') * (9 - n)
	}
	return sum%101%100 == int(digits[9]-'0')*10+int(digits[10]-'0')
}

// inn12 reports whether the last two of 12 digits are the check digits of a person's ИНН (Order of the tax service ММВ-7-6/435 of 2012).
func inn12(digits string) bool {
	check := func(weights ...int) int {
		sum := 0
		for n, w := range weights {
			sum += w * int(digits[n]-'0')
		}
		return sum % 11 % 10
	}
	return check(7, 2, 4, 10, 3, 5, 9, 4, 6, 8) == int(digits[10]-'0') && check(3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) == int(digits[11]-'0')
}
