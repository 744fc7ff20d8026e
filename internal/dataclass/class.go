// Package dataclass says what class of data each column of both databases holds, in one place that a test holds to be whole: a new
// column of text, JSON or bytes without a class fails it. Logs, exports, retention and the document for the regulator go by it
// (152-FZ, articles 3, 10 and 18.1; the list of personal data that an operator of data must keep). It imports nothing.
package dataclass

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Class is how much a value may hurt in the wrong hands; a greater one is worse.
type Class int

// The classes.
const (
	// Unknown is a column that nobody has classed.
	Unknown Class = iota
	// None: may be published, such as names of agencies and the answers of the base.
	None
	// Internal: the centre's own, such as names of queues; ids are so too.
	Internal
	// Staff is personal data of employees: names, logins, addresses of their networks.
	Staff
	// Personal is personal data of citizens: names, numbers, what they send.
	Personal
	// Special is what may tell of a citizen's health and disability (152-FZ, article 10): whatever they say and what is written of it.
	Special
	// Secret: keys, passwords, tokens, and their hashes.
	Secret
)

// String is the word in documents.
func (c Class) String() string {
	return [...]string{"unknown", "public", "internal", "staff", "personal", "special", "secret"}[c]
}

// Masked reports whether the class is masked for whoever has no right to the person's data, and kept out of logs and traces.
func (c Class) Masked() bool { return c >= Personal }

// Of is the class of a column; ids and references are Internal. Unknown: there is none such.
func Of(table, column string) Class {
	for class, columns := range classes[table] {
		if slices.Contains(strings.Fields(columns), column) {
			return class
		}
	}
	if column == "id" || strings.HasSuffix(column, "_id") {
		return Internal
	}
	return Unknown
}

// MaskedColumns are the names of columns that are Masked wherever they occur: what logs must not hold.
func MaskedColumns() map[string]bool {
	masked := map[string]bool{}
	for _, byClass := range classes {
		for class, columns := range byClass {
			for _, column := range strings.Fields(columns) {
				if class.Masked() {
					masked[column] = true
				}
			}
		}
	}
	return masked
}

// Columns are the classed columns, as table.column.
func Columns() []string {
	var all []string
	for table, byClass := range classes {
		for _, columns := range byClass {
			for _, column := range strings.Fields(columns) {
				all = append(all, table+"."+column)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Table prints the classes as a Markdown table for the documents.
func Table(w io.Writer) error {
	lines := []string{"| table | class | columns |", "|---|---|---|"}
	for _, table := range slices.Sorted(maps.Keys(classes)) {
		for _, class := range slices.Backward(slices.Sorted(maps.Keys(classes[table]))) {
			lines = append(lines, fmt.Sprintf("| %s | %s | %s |", table, class, strings.ReplaceAll(classes[table][class], " ", ", ")))
		}
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}
