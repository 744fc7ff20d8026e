package personal

import (
	"regexp"
	"slices"
	"strings"
)

// Kind is a kind of personal identifier.
type Kind string

// The kinds that Find tells. Names and addresses are not among them: Mask hides those where a text is to be read by more people than
// work with the citizen.
const (
	Phone       Kind = "PHONE"
	SNILS       Kind = "SNILS"
	Passport    Kind = "PASSPORT"
	Certificate Kind = "BIRTH_CERTIFICATE"
	Card        Kind = "CARD"
	Account     Kind = "BANK_ACCOUNT"
	Policy      Kind = "HEALTH_POLICY"
	INN         Kind = "INN"
	Mail        Kind = "MAIL"
)

// marks are what stands in a redacted text, in the citizen's language.
var marks = map[Kind]string{
	Phone: "[телефон]", SNILS: "[СНИЛС]", Passport: "[паспорт]", Certificate: "[свидетельство]", Card: "[карта]", Account: "[счёт]",
	Policy: "[полис]", INN: "[ИНН]", Mail: "[почта]",
}

// Finding is where an identifier stands, in bytes of the text.
type Finding struct {
	Kind       Kind
	Start, End int
}

var (
	mail = regexp.MustCompile(`[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.\p{L}{2,}`)
	// certificate: series in Roman numerals, which people type in letters of either alphabet, two Cyrillic letters, six digits.
	certificate = regexp.MustCompile(`(?i)(?:^|[^\p{L}\d])([IVXІХУ]{1,5}\s?[-–]\s?[А-ЯЁ]{2}\s*(?:№|N|номер)?\s*\d{6})(?:\D|$)`)
)

// Find tells where personal identifiers stand in a citizen's words, written with digits or spoken in words, in order and without
// overlaps. It goes by form, check digits (СНИЛС, ИНН, Luhn) and the words before; what only could be a number of a person, such as six
// digits without a word to it, is left. Numbers that everybody may know (8-800, short ones) are none.
func Find(text string) []Finding {
	var found []Finding
	for _, at := range mail.FindAllStringIndex(text, -1) {
		found = append(found, Finding{Mail, at[0], at[1]})
	}
	for _, at := range certificate.FindAllStringSubmatchIndex(text, -1) {
		found = append(found, Finding{Certificate, at[2], at[3]})
	}
	taken := found
	for _, run := range numbersIn(text) {
		for _, f := range inRun(text, run) {
			if !slices.ContainsFunc(taken, func(t Finding) bool { return f.Start < t.End && t.Start < f.End }) {
				found = append(found, f)
			}
		}
	}
	slices.SortFunc(found, func(a, b Finding) int { return a.Start - b.Start })
	return found
}

// inRun looks in neighbouring groups for identifiers: from each group on, for the longest.
func inRun(text string, run []group) []Finding {
	var found []Finding
	for first := 0; first < len(run); {
		kind, last := longest(text, run, first)
		if kind == "" {
			first++
			continue
		}
		found = append(found, Finding{kind, run[first].start, run[last].end})
		first = last + 1
	}
	return found
}

// maxDigits is the longest identifier, a bank account.
const maxDigits = 20

func longest(text string, run []group, first int) (Kind, int) {
	kind, at, digits := Kind(""), 0, ""
	for last := first; last < len(run); last++ {
		if digits += run[last].digits; len(digits) > maxDigits {
			break
		}
		if k := classify(candidate{text: text, groups: run[first : last+1], digits: digits}); k != "" {
			kind, at = k, last
		}
	}
	return kind, at
}

// Redacted is the text as Redact leaves it.
func Redacted(text string) string {
	text, _ = Redact(text)
	return text
}

// Redact puts marks in the places of personal identifiers, and returns the kinds that it hid; none: the text is as it was.
func Redact(text string) (redacted string, hidden []Kind) {
	found := Find(text)
	if len(found) == 0 {
		return text, nil
	}
	var b strings.Builder
	at := 0
	for _, f := range found {
		if f.Start < at {
			continue // within the one before
		}
		b.WriteString(text[at:f.Start])
		b.WriteString(marks[f.Kind])
		at = f.End
		hidden = append(hidden, f.Kind)
	}
	b.WriteString(text[at:])
	return b.String(), hidden
}
