package personal

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// candidate is neighbouring groups that may be one identifier.
type candidate struct {
	text   string
	groups []group
	digits string
}

// What people say before an identifier.
var (
	saysPhone    = regexp.MustCompile(`тел(?:\.|:|\s|$)|телефон|позвон|перезвон|звонит|набер|мобильн|сотов|домашн|ватсап|whatsapp|viber`)
	saysSNILS    = regexp.MustCompile(`снилс|страхов\S* свидетельств|страхов\S* номер`)
	saysPassport = regexp.MustCompile(`паспорт|серия|серии|серию`)
	saysCard     = regexp.MustCompile(`карт[аыуе]|карточк`)
	saysAccount  = regexp.MustCompile(`счет|реквизит|сч\.`)
	saysPolicy   = regexp.MustCompile(`полис|омс`)
	saysINN      = regexp.MustCompile(`инн|налогоплательщик`)
	// saysFile is a number of papers, not of a person.
	saysFile = regexp.MustCompile(`заявлени|обращени|дел[оау]|договор|приказ|постановлен|закон|талон|заказ|огрн|кпп|бик|лицензи|вход|исх|кадастр`)
)

// heard is how far before a number its word may stand, in runes.
const heard = 40

// says reports which word comes last before the candidate: a later one wins over the ones before it.
func (c candidate) says(word *regexp.Regexp) bool { return c.lastSaid(word) >= 0 }

func (c candidate) lastSaid(word *regexp.Regexp) int {
	all := word.FindAllStringIndex(c.before(), -1)
	if len(all) == 0 {
		return -1
	}
	return all[len(all)-1][0]
}

// before is what stands just before the candidate, in lower case with е for ё.
func (c candidate) before() string {
	at := c.groups[0].start
	for range heard {
		_, size := utf8.DecodeLastRuneInString(c.text[:at])
		at -= size
	}
	return strings.ReplaceAll(strings.ToLower(c.text[at:c.groups[0].start]), "ё", "е")
}

// isFile reports whether the last word says a number of papers.
func (c candidate) isFile() bool {
	at := c.lastSaid(saysFile)
	if at < 0 {
		return false
	}
	for _, word := range []*regexp.Regexp{saysPhone, saysSNILS, saysPassport, saysCard, saysAccount, saysPolicy, saysINN} {
		if c.lastSaid(word) > at {
			return false
		}
	}
	return true
}

// shape is the lengths of the groups.
func (c candidate) shape(lengths ...int) bool {
	return slices.EqualFunc(c.groups, lengths, func(g group, n int) bool { return len(g.digits) == n })
}

// plus reports whether the number begins with a plus sign, as those of foreign countries do.
func (c candidate) plus() bool { return strings.HasSuffix(c.text[:c.groups[0].start], "+") }

// spoken reports whether any part was said in words.
func (c candidate) spoken() bool {
	return slices.ContainsFunc(c.groups, func(g group) bool { return g.spoken })
}

// whole reports whether the candidate is no part of a name of the machine's, such as a hash: no Latin letter is joined to it.
func (c candidate) whole() bool {
	start, end := c.groups[0].start, c.groups[len(c.groups)-1].end
	return (start == 0 || !latin(c.text[start-1])) && (end == len(c.text) || !latin(c.text[end]))
}

func latin(b byte) bool { return b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// classify tells what a number is; empty: nothing personal, or nothing that can be told.
func classify(c candidate) Kind {
	if !c.whole() || c.isFile() {
		return ""
	}
	for _, rule := range []struct {
		kind Kind
		is   func(candidate) bool
	}{
		{Account, isAccount}, {Policy, isPolicy}, {Card, isCard}, {SNILS, isSNILS}, {Phone, isPhone}, {INN, isINN}, {Passport, isPassport},
	} {
		if rule.is(c) {
			return rule.kind
		}
	}
	return ""
}

// isAccount: 20 digits, of which the first five are a balance account of people (408 17, 408 20, 423 01 and the like), or that are called so.
func isAccount(c candidate) bool {
	d := c.digits
	return len(d) == 20 && (strings.HasPrefix(d, "408") || strings.HasPrefix(d, "423") || c.says(saysAccount))
}

// isPolicy: the 16 digits of a health policy, which are called so.
func isPolicy(c candidate) bool {
	return len(c.digits) == 16 && c.lastSaid(saysPolicy) > c.lastSaid(saysCard)
}

// isCard: 16, 18 or 19 digits with a check digit (ISO/IEC 7812-1) that begin as the payment systems of the country do; or that are
// called a card, though one was typed wrongly.
func isCard(c candidate) bool {
	switch len(c.digits) {
	case 16, 18, 19:
		return c.says(saysCard) || (strings.ContainsAny(c.digits[:1], "23456") && luhn(c.digits))
	default:
		return false
	}
}

// isSNILS: 11 digits in the form 123-456-789 01 or with the right check number or called so.
func isSNILS(c candidate) bool {
	if len(c.digits) != 11 {
		return false
	}
	if c.says(saysSNILS) {
		return c.lastSaid(saysSNILS) > c.lastSaid(saysPhone)
	}
	return c.shape(3, 3, 3, 2) && !c.plus() || snils(c.digits) && !isPhone(c)
}

// isPhone: a Russian number with 7 or 8, or without it where its form or a word tells; a foreign one with a plus; a local one with a word.
func isPhone(c candidate) bool {
	d := c.digits
	switch {
	case c.plus() && !strings.HasPrefix(d, "7"):
		return len(d) >= 9 && len(d) <= 15
	case len(d) == 11 && (d[0] == '7' || d[0] == '8'):
		return !public(d[1:]) && strings.ContainsAny(d[1:2], "345689") && !c.shape(3, 3, 3, 2)
	case len(d) == 10 && d[0] == '9':
		return c.says(saysPhone) || len(c.groups) == 1 && !c.says(saysPassport) && !c.says(saysINN) || phoneShape(c)
	case len(d) == 10 && strings.ContainsAny(d[:1], "348"):
		return !public(d) && c.says(saysPhone)
	case len(d) >= 5 && len(d) <= 7:
		return near(c) && (len(c.groups) == 1 && len(d) >= 6 || c.shape(3, 2, 2) || c.shape(2, 2, 2) || c.shape(1, 2, 2) || c.spoken() && len(d) >= 6)
	default:
		return false
	}
}

// phoneShape: 916 123-45-67 and 916 123 4567.
func phoneShape(c candidate) bool {
	return c.shape(3, 3, 2, 2) || c.shape(3, 3, 4) || c.shape(3, 2, 2, 3)
}

// public are numbers of services: 8-800, 8-804.
func public(local string) bool {
	return strings.HasPrefix(local, "800") || strings.HasPrefix(local, "804")
}

// near reports whether the word is right before the number, so that a sum later in the sentence is not taken for it.
func near(c candidate) bool {
	before := c.text[:c.groups[0].start]
	return saysPhone.MatchString(strings.ToLower(before[max(0, len(before)-40):]))
}

// isINN: 12 digits of a person with both check digits, or 10 or 12 that are called so.
func isINN(c candidate) bool {
	switch len(c.digits) {
	case 12:
		return c.says(saysINN) || inn12(c.digits)
	case 10:
		return c.says(saysINN)
	default:
		return false
	}
}

// isPassport: series and number, called so or in the form 45 08 123456 with a possible year of the form; six digits called a number of
// a passport; four called its series.
func isPassport(c candidate) bool {
	formed := c.shape(2, 2, 6) || c.shape(4, 6)
	switch said := c.says(saysPassport); len(c.digits) {
	case 10:
		return said && c.lastSaid(saysPassport) > c.lastSaid(saysPhone) || formed && passportYear(c.digits[2:4])
	case 6:
		return said && numberOf.MatchString(fold40(c.text[:c.groups[0].start]))
	case 4:
		return said && seriesOf.MatchString(fold40(c.text[:c.groups[0].start]))
	default:
		return false
	}
}

var (
	numberOf = regexp.MustCompile(`(?:номер|№|n)\s*:?\s*$`)
	seriesOf = regexp.MustCompile(`сери[яию]\s*:?\s*$`)
)

// fold40 is the end of what stands before a number, in lower case.
func fold40(before string) string { return strings.ToLower(before[max(0, len(before)-heard):]) }

// passportYear: the second pair of a series is the year in which the form was printed, from 1997 on.
func passportYear(pair string) bool { return pair >= "97" || pair <= "39" }
