package spreadsheet

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A workbook writes a character that XML cannot hold by its code (ECMA-376 part 1, § 22.9.2.19).
var (
	escaped      = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)
	beginsEscape = regexp.MustCompile(`^_x[0-9A-Fa-f]{4}`)
)

// unescape resolves escapes. A surrogate half alone stays as it is written.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(m string) string {
		code, err := strconv.ParseUint(m[2:6], 16, 16)
		if err != nil || !utf8.ValidRune(rune(code)) {
			return m
		}
		return string(rune(code))
	})
}

// escape writes a text as the content of an XML element so that unescape gives it back.
func escape(b *strings.Builder, s string) {
	for i, c := range s {
		switch {
		case c == '&':
			b.WriteString("&amp;")
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c == '_' && beginsEscape.MatchString(s[i:min(i+6, len(s))]): // what follows may bring the last underscore
			b.WriteString("_x005F_")
		case c < ' ' && c != '\t' && c != '\n', c == 0xfffe, c == 0xffff:
			b.WriteString("_x" + strings.ToUpper(strconv.FormatInt(0x10000+int64(c), 16)[1:]) + "_")
		default:
			b.WriteRune(c)
		}
	}
}
