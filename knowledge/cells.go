package knowledge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"ekc/internal/fail"
)

// column is one field of a record as a cell of a table: how CSV and XLSX write it, and read it back without loss.
type column struct {
	name  string
	width int // in a spreadsheet, in characters
	get   func(*row) string
	set   func(r *row, cell string) error
}

// tableColumns are all columns, in the order of an export.
var tableColumns = []column{
	textColumn("id", 16, func(r *row) *string { return &r.ID }),
	textColumn("question", 50, func(r *row) *string { return &r.Question }),
	textColumn("answer", 80, func(r *row) *string { return &r.Answer }),
	textColumn("topic", 24, func(r *row) *string { return &r.Topic }),
	{
		"phrasings", 50, func(r *row) string { return listCell(r.Phrasings) },
		func(r *row, s string) error { return cellList(s, &r.Phrasings) },
	},
	textColumn("short", 40, func(r *row) *string { return &r.Short }),
	textColumn("agency", 10, func(r *row) *string { return &r.Agency }),
	textColumn("region", 8, func(r *row) *string { return &r.Region }),
	textColumn("variantOf", 16, func(r *row) *string { return &r.VariantOf }),
	{
		"legalBasis", 40, func(r *row) string { return jsonCell(r.LegalBasis) },
		func(r *row, s string) error { return cellJSON(s, &r.LegalBasis) },
	},
	dateColumn("validFrom", func(r *row) *Date { return &r.ValidFrom }),
	dateColumn("validTo", func(r *row) *Date { return &r.ValidTo }),
	boolColumn("intent", func(r *row) *bool { return &r.Intent }),
	boolColumn("personal", func(r *row) *bool { return &r.Personal }),
	textColumn("source", 30, func(r *row) *string { return &r.Source }),
	textColumn("license", 20, func(r *row) *string { return &r.License }),
	{
		"tags", 24, func(r *row) string { return listCell(r.Tags) },
		func(r *row, s string) error { return cellList(s, &r.Tags) },
	},
	{
		"links", 40, func(r *row) string { return jsonCell(r.Links) },
		func(r *row, s string) error { return cellJSON(s, &r.Links) },
	},
	{
		"files", 40, func(r *row) string { return jsonCell(r.Files) },
		func(r *row, s string) error { return cellJSON(s, &r.Files) },
	},
	textColumn("status", 12, func(r *row) *string { return (*string)(&r.Status) }),
}

func textColumn(name string, width int, field func(*row) *string) column {
	return column{
		name, width, func(r *row) string { return *field(r) },
		func(r *row, s string) error { *field(r) = s; return nil },
	}
}

func dateColumn(name string, field func(*row) *Date) column {
	return column{
		name, 12, func(r *row) string { return string(*field(r)) },
		func(r *row, s string) error { *field(r) = Date(strings.TrimSpace(s)); return nil },
	}
}

func boolColumn(name string, field func(*row) *bool) column {
	return column{
		name, 10, func(r *row) string {
			if *field(r) {
				return "true"
			}
			return ""
		},
		func(r *row, s string) error { return cellBool(s, field(r)) },
	}
}

func columnNamed(name string) (column, bool) {
	for _, c := range tableColumns {
		if c.name == name {
			return c, true
		}
	}
	return column{}, false
}

// listSeparator stands between the entries of a list in one cell.
const listSeparator = "|"

// listCell writes a list, as JSON where an entry could be taken for something else.
func listCell(list []string) string {
	joined := strings.Join(list, listSeparator)
	if strings.Count(joined, listSeparator) != max(0, len(list)-1) || strings.HasPrefix(strings.TrimSpace(joined), "[") {
		return jsonCell(list)
	}
	return joined
}

// cellList reads what listCell writes.
func cellList(s string, dst *[]string) error {
	if strings.HasPrefix(strings.TrimSpace(s), "[") && json.Unmarshal([]byte(s), dst) == nil {
		return nil
	}
	*dst = strings.Split(s, listSeparator)
	return nil
}

func jsonCell[T any](list []T) string {
	if len(list) == 0 {
		return ""
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a person may look at it
	if err := e.Encode(list); err != nil {
		panic(fmt.Sprintf("a list of strings cannot fail to marshal: %v", err))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func cellJSON(s string, dst any) error {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), dst); err != nil {
		return fmt.Errorf("is not JSON: %w", err)
	}
	return nil
}

func cellBool(s string, dst *bool) error {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		return fmt.Errorf("%q is not true or false", s)
	}
	*dst = b
	return nil
}

// partSeparator stands in a column's name before the number of a part: a text above the limit of a spreadsheet's cell goes on in
// the column answer:2, and so on.
const partSeparator = ":"

// header tells which column of a file is which field, and which part of it.
type header struct {
	fields []column // by place in the file; a column without a name has none
	parts  []int    // from 1
}

func newHeader(names []string) (*header, error) {
	h := &header{}
	seen := make(map[string]int) // field → parts so far
	for _, name := range names {
		name = strings.TrimSpace(name)
		base, number, split := strings.Cut(name, partSeparator)
		field, ok := columnNamed(base)
		part := 1
		if split {
			part, _ = strconv.Atoi(number) // 0 is refused below
		}
		switch {
		case name == "":
		case !ok:
			return nil, fail.Field("header", fail.Invalid, "unknown column %q: the first row names the columns, such as id, question and answer", name)
		case part <= seen[base]:
			return nil, fail.Field("header", fail.Invalid, "column %q comes twice", name)
		case part != seen[base]+1:
			return nil, fail.Field("header", fail.Invalid, "column %q comes before the parts that it goes on from", name)
		}
		if name != "" {
			seen[base] = part
		}
		h.fields, h.parts = append(h.fields, field), append(h.parts, part)
	}
	for _, name := range []string{"id", "question", "answer"} {
		if seen[name] == 0 {
			return nil, fail.Field("header", fail.Invalid, "column %q is missing", name)
		}
	}
	return h, nil
}

// row makes a row of its cells, by their places in the file; missing ones are empty.
func (h *header) row(line int, cells []string) (*row, error) {
	r := &row{line: line}
	values := make(map[string]string, len(cells))
	for i, cell := range cells {
		if f := h.fields[i]; f.name != "" {
			values[f.name] += cell
		} else if cell != "" {
			return nil, fail.New(fail.Invalid, "the cell %q has no column name above it", cut(cell, 40))
		}
	}
	for i, f := range h.fields {
		cell, ok := values[f.name]
		if !ok || h.parts[i] > 1 {
			continue
		}
		if len(cell) > maxLineSize {
			return nil, fail.Field(f.name, fail.Invalid, "is longer than %d KiB", maxLineSize>>10)
		}
		if err := f.set(r, cell); err != nil {
			return nil, fail.Field(f.name, fail.Invalid, "%v", err)
		}
	}
	return r, nil
}
