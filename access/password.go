package access

import (
	"bufio"
	"bytes"
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ekc/internal/fail"
)

// Bounds of a password, in characters (Unicode code points after NFC).
const (
	MinPassword = 10
	MaxPassword = 200
)

//go:embed common_passwords.txt
var commonPasswordList []byte

var commonPasswords = readList(commonPasswordList)

func readList(list []byte) map[string]struct{} {
	words := map[string]struct{}{}
	for lines := bufio.NewScanner(bytes.NewReader(list)); lines.Scan(); {
		if word := strings.TrimSpace(lines.Text()); word != "" && !strings.HasPrefix(word, "#") {
			words[word] = struct{}{}
		}
	}
	return words
}

// CheckPassword says whether the password may be set for the login, INVALID on the field when not.
//
// A password is counted, compared and hashed in Unicode NFC, so that one keyboard's "й" is another's. Nothing is trimmed:
// spaces count and belong to the password, at its ends too. Control characters are refused, because no sign-in form can
// send them reliably. There are no rules of composition (NIST SP 800-63B §3.1.1.2); what guessers try first is refused:
// the login, one character or a short piece repeated, rising or falling runs, and a list of common passwords, each also
// with digits and signs around it.
func CheckPassword(field, login, password string) error {
	if !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl) {
		return fail.Field(field, fail.Invalid, "a password is text without control characters")
	}
	if len(password) > 4*utf8.UTFMax*MaxPassword {
		return fail.Field(field, fail.Invalid, "a password has at most %d characters", MaxPassword)
	}
	password = norm.NFC.String(password)
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return fail.Field(field, fail.Invalid, "a password has at least %d characters", MinPassword)
	case n > MaxPassword:
		return fail.Field(field, fail.Invalid, "a password has at most %d characters", MaxPassword)
	}
	folded := strings.ToLower(norm.NFKC.String(password))
	login = strings.ToLower(login)
	if folded == login || stem(folded) == login || (stem(login) != "" && stem(folded) == stem(login)) {
		return fail.Field(field, fail.Invalid, "the password must not be the login")
	}
	if isCommon(folded) {
		return fail.Field(field, fail.Invalid, "the password is among those that are guessed first")
	}
	return nil
}

func isCommon(folded string) bool {
	joined := strings.Join(strings.Fields(folded), "")
	for _, word := range []string{folded, stem(folded), joined, stem(joined)} {
		if _, found := commonPasswords[word]; found {
			return true
		}
	}
	return repeats(folded) || runs(folded)
}

// stem is the text without the digits and signs around it.
func stem(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}

// repeats reports whether the text is one piece of at most four characters over and over.
func repeats(s string) bool {
	runes := []rune(s)
	for piece := 1; piece <= 4; piece++ {
		same := true
		for i := piece; i < len(runes) && same; i++ {
			same = runes[i] == runes[i-piece]
		}
		if same {
			return true
		}
	}
	return false
}

// runs reports whether the characters rise or fall by one throughout, 9 followed by 0 included.
func runs(s string) bool {
	runes := []rune(s)
	up, down := true, true
	for i := 1; i < len(runes); i++ {
		step := runes[i] - runes[i-1]
		up = up && (step == 1 || (runes[i-1] == '9' && runes[i] == '0'))
		down = down && (step == -1 || (runes[i-1] == '0' && runes[i] == '9'))
	}
	return up || down
}
