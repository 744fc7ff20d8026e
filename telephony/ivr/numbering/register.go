package numbering

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Register is the public register of the numbering plan, as the communications authority publishes it: which range of numbers was given
// out in which region. For mobile numbers that is where the number was sold, and a guess as everything here.
type Register struct{ spans []span }

// span are national numbers of ten digits, both ends included.
type span struct {
	from, to uint64
	region   string
}

// BadRow is a row that was left out.
type BadRow struct {
	Line   int
	Reason string
}

// ReadRegister reads the form in which the register is published: UTF-8, semicolons, a line of titles, and in each row the code of three
// digits, the first and the last number of the range (seven digits), the capacity, the operator and the region, which may be preceded by
// places inside it and "|"; further columns are passed over. It returns what can be used, and every row that cannot: a wrong number of digits,
// a capacity that is not that of the range, no or more than one region, a range of which another region has a part. The error is that of
// reading, or that nothing was usable.
func ReadRegister(r io.Reader) (*Register, []BadRow, error) {
	rows := csv.NewReader(r)
	rows.Comma, rows.FieldsPerRecord, rows.LazyQuotes, rows.ReuseRecord = ';', -1, true, true
	var spans []span
	var lines []int
	var bad []BadRow
	known := map[string]string{} // regions by how the register writes them
	for first := true; ; first = false {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := rows.FieldPos(0)
		var malformed *csv.ParseError
		switch {
		case errors.As(err, &malformed):
			bad = append(bad, BadRow{malformed.Line, malformed.Err.Error()})
			continue
		case err != nil:
			return nil, bad, fmt.Errorf("read the register: %w", err)
		case first && !isDigits(clean(row[0])): // the titles
			continue
		}
		s, err := spanOf(row, known)
		if err != nil {
			bad = append(bad, BadRow{line, err.Error()})
			continue
		}
		spans, lines = append(spans, s), append(lines, line)
	}
	register, more := arranged(spans, lines)
	bad = append(bad, more...)
	slices.SortStableFunc(bad, func(a, b BadRow) int { return a.Line - b.Line })
	if len(register.spans) == 0 {
		return nil, bad, errors.New("the register has no usable row")
	}
	return register, bad, nil
}

// clean takes off what spreadsheets and editors add.
func clean(field string) string { return strings.TrimSpace(strings.TrimPrefix(field, "\ufeff")) }

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func spanOf(row []string, known map[string]string) (span, error) {
	if len(row) < 6 {
		return span{}, fmt.Errorf("has %d columns, want 6", len(row))
	}
	code, from, to, capacity := clean(row[0]), clean(row[1]), clean(row[2]), clean(row[3])
	switch {
	case len(code) != 3 || !isDigits(code):
		return span{}, fmt.Errorf("the code %q is not three digits", code)
	case len(from) != 7 || len(to) != 7 || !isDigits(from) || !isDigits(to):
		return span{}, fmt.Errorf("the range %q to %q is not of seven digits", from, to)
	case !isDigits(capacity):
		return span{}, fmt.Errorf("the capacity %q is no number", capacity)
	}
	s := span{from: number(code + from), to: number(code + to)}
	switch {
	case s.to < s.from:
		return s, fmt.Errorf("the range ends before it begins")
	case s.to-s.from+1 != number(capacity):
		return s, fmt.Errorf("the capacity %s is not that of the range, %d", capacity, s.to-s.from+1)
	}
	text := clean(row[5])
	region, seen := known[text]
	if !seen {
		region = subjectOf(text)
		known[text] = region
	}
	if region == "" {
		return s, fmt.Errorf("the region %q is not one of the known ones, or more than one", text)
	}
	s.region = region
	return s, nil
}

func number(digits string) uint64 {
	n, _ := strconv.ParseUint(digits, 10, 64) // of few digits, all checked
	return n
}

// subjectOf finds the one subject of the Federation that the register's text names: the last of the parts.
func subjectOf(text string) string {
	parts := strings.Split(text, "|")
	last := parts[len(parts)-1]
	words := " " + strings.Join(wordsOf(last), " ") + " "
	if strings.Contains(words, " и ") || strings.Contains(words, " или ") {
		return ""
	}
	for short, long := range map[string]string{" обл ": " область ", " респ ": " республика ", " ао ": " автономный округ ", " г ": " "} {
		words = strings.ReplaceAll(words, short, long)
	}
	region, _ := ByName(strings.TrimSpace(words))
	return region.Code
}

// arranged sorts ranges, joins neighbours of one region, and refuses what overlaps a range of another region that begins before it, or
// with it and on an earlier line.
func arranged(spans []span, lines []int) (*Register, []BadRow) {
	order := make([]int, len(spans))
	for n := range order {
		order[n] = n
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if spans[a].from != spans[b].from {
			return compare(spans[a].from, spans[b].from)
		}
		return lines[a] - lines[b]
	})
	var bad []BadRow
	r := &Register{}
	for _, n := range order {
		s := spans[n]
		if len(r.spans) > 0 {
			last := &r.spans[len(r.spans)-1]
			switch {
			case s.from <= last.to && s.region != last.region:
				bad = append(bad, BadRow{lines[n], "the range is that of another region already"})
				continue
			case s.from <= last.to+1 && s.region == last.region:
				last.to = max(last.to, s.to)
				continue
			}
		}
		r.spans = append(r.spans, s)
	}
	return r, bad
}

func compare(a, b uint64) int {
	if a < b {
		return -1
	}
	return 1
}

// Len is how many ranges there are, neighbours of one region joined.
func (r *Register) Len() int { return len(r.spans) }

// ByNumber tells the region of a caller like the function of that name; a number that the register does not have is looked up there.
func (r *Register) ByNumber(text string) (Region, bool) {
	national, ok := nationalNumber(text)
	if !ok {
		return Region{}, false
	}
	n := number(national)
	i, found := slices.BinarySearchFunc(r.spans, n, func(s span, n uint64) int {
		switch {
		case s.to < n:
			return -1
		case s.from > n:
			return 1
		default:
			return 0
		}
	})
	if found {
		return named(r.spans[i].region), true
	}
	return ByNumber(text)
}

// Write writes the register as this package keeps it: a line a range, first and last number of ten digits and the code of the region. The same
// register gives the same bytes.
func (r *Register) Write(w io.Writer) error {
	for _, s := range r.spans {
		if _, err := fmt.Fprintf(w, "%010d;%010d;%s\n", s.from, s.to, s.region); err != nil {
			return fmt.Errorf("write the register: %w", err)
		}
	}
	return nil
}
