// Package fail holds the one error contract of EKC: a code that a client may act on, a message that may be shown to a
// person, and the input field at fault. It imports nothing of the project. Errors of any other type are internal: the
// API's presenter hides their text.
package fail

import (
	"errors"
	"fmt"
)

// Code tells a client what kind of failure it meets; the set is closed and is part of the API contract.
type Code string

// The codes of the contract.
const (
	Invalid         Code = "INVALID"
	NotFound        Code = "NOT_FOUND"
	Unauthenticated Code = "UNAUTHENTICATED"
	Forbidden       Code = "FORBIDDEN"
	Conflict        Code = "CONFLICT"
	RateLimited     Code = "RATE_LIMITED"
	Unavailable     Code = "UNAVAILABLE"
	TooLarge        Code = "TOO_LARGE"
	Internal        Code = "INTERNAL"
)

// Error is an expected failure.
type Error struct {
	Code    Code
	Message string
	// Field is the path of the input field at fault, dots between names; empty when no single field is.
	Field string
}

func (e *Error) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + ": " + e.Message
}

// New makes a failure that no single input field is at fault for.
func New(code Code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Field makes a failure caused by the named input field.
func Field(field string, code Code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Field: field}
}

// CodeOf returns the code of the first Error in err's chain, Internal when there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// As returns the first Error in err's chain.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
