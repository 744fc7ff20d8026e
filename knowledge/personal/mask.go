// Package personal hides what may be personal in a citizen's words before they are kept or sent to a model. It imports nothing of
// the project.
package personal

import "regexp"

// What may be personal in a question: what stands in its place tells the reader of which kind it was. Order matters: an address of
// mail holds a name.
var personal = []struct {
	pattern *regexp.Regexp
	shown   string
}{
	{regexp.MustCompile(`[\p{L}\d._%+-]+@[\p{L}\d.-]+\.\p{L}{2,}`), "[почта]"},
	// Telephones, СНИЛС, ИНН, passports, cards, case numbers: six digits or more, however they are grouped.
	{regexp.MustCompile(`\+?\d(?:[\s()\x{2010}-\x{2014}.-]{0,3}\d){5,}`), "[номер]"},
	// The series of a passport that stands apart from its number.
	{regexp.MustCompile(`(?i:серия|серии|серию)\s*:?\s*\d{2}\s?\d{2}\b`), "[номер]"},
	// A patronymic gives a name away; so do the capitalised words around it.
	{regexp.MustCompile(`(?:\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?\s+){0,2}\p{Lu}\p{Ll}+(?:ович|евич|ьич|овна|евна|ична|инична)(?:а|у|ем|ом|е|ой|ы)?(?:\s+\p{Lu}\p{Ll}+)?`), "[имя]"},
	{regexp.MustCompile(`(?i:меня зовут|моя фамилия|фамилия|фио:?)\s+\p{Lu}\p{Ll}+(?:\s+\p{Lu}\p{Ll}+){0,2}`), "[имя]"},
	{regexp.MustCompile(`\p{Lu}\p{Ll}+\s+\p{Lu}\.\s?\p{Lu}\.`), "[имя]"},
	// A street with a house.
	{regexp.MustCompile(`(?i:ул\.|улица|улице|просп\.|проспект|проспекте|пер\.|переулок|переулке|шоссе)\s*\p{L}[\p{L}\s-]{1,40}?,?\s*(?i:д\.|дом)?\s*\d+\p{L}?(?:[,\s]+(?i:кв\.?|квартира)\s*\d+)?`), "[адрес]"},
}

// Mask hides personal data in a citizen's words: numbers, addresses of mail and home, full names. It knows forms, not people: what
// looks like none of them stays.
func Mask(text string) string {
	for _, p := range personal {
		text = p.pattern.ReplaceAllString(text, p.shown)
	}
	return text
}
