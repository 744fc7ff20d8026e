// Package optional turns a value that may be missing into a pointer: nil is NULL in a column and null in an answer. It imports nothing
// of the project.
package optional

import "strings"

// Of is nil for the zero value.
func Of[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}

// Text is nil for a text with nothing but white space.
func Text(text string) *string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return &text
}
