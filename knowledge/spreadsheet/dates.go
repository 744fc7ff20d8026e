package spreadsheet

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
	"time"
)

// readStyles finds out which cell styles show a number as a date.
func (b *Book) readStyles(part string) error {
	f := b.parts[part]
	if f == nil {
		return nil // a workbook without styles has no dates
	}
	t, err := openTokens(f, maxSmallPart)
	if err != nil {
		return err
	}
	defer t.close()
	own := make(map[string]bool) // number formats of the workbook's own
	inCells := false
	return t.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			own[attribute(e, "numFmtId")] = showsDate(attribute(e, "formatCode"))
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				id := attribute(e, "numFmtId")
				b.dates = append(b.dates, own[id] || builtInDate(id))
			}
		}
		return nil
	})
}

// builtInDate knows the date formats that have a number only (ECMA-376 part 1, § 18.8.30).
func builtInDate(id string) bool {
	n, err := strconv.Atoi(id)
	return err == nil && (n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58)
}

// showsDate looks for a date's letters in a format code, outside quotes, brackets and escapes.
func showsDate(code string) bool {
	quoted, bracketed, escaped := false, false, false
	for _, c := range strings.ToLower(code) {
		switch {
		case escaped:
			escaped = false
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			escaped = true
		case c == '[':
			bracketed = true
		case c == ']':
			bracketed = false
		case !bracketed && (c == 'd' || c == 'y'):
			return true
		}
	}
	return false
}

// epoch turns a number of days into a date.
type epoch struct{ from1904 bool }

// maxSerial is 31 December 9999.
const maxSerial = 2958465

// date writes a serial number as YYYY-MM-DD, and what it has of a time of day after it. The programs count a 29 February 1900
// that never was (ECMA-376 part 1, § 18.17.4).
func (e epoch) date(number string) (string, bool) {
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n < 0 || n > maxSerial || (!e.from1904 && n >= 60 && n < 61) {
		return "", false
	}
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case e.from1904:
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case n < 60:
		first = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	days, rest := math.Modf(n)
	day := first.AddDate(0, 0, int(days))
	if seconds := math.Round(rest * 86400); seconds > 0 {
		return day.Add(time.Duration(seconds) * time.Second).Format("2006-01-02 15:04:05"), true
	}
	return day.Format(time.DateOnly), true
}
