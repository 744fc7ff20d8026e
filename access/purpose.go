package access

import (
	"slices"
	"strings"
	"unicode/utf8"

	"ekc/internal/fail"
)

// Purpose is why personal data is read in full (152-FZ, article 5: only for purposes that were named before).
type Purpose string

// The purposes.
const (
	AnswerEnquiry  Purpose = "ANSWER_ENQUIRY"
	CallBack       Purpose = "CALL_BACK"
	Identify       Purpose = "IDENTIFY_CITIZEN"
	Complaint      Purpose = "COMPLAINT"
	QualityControl Purpose = "QUALITY_CONTROL"
	LegalRequest   Purpose = "LEGAL_REQUEST"
	OtherPurpose   Purpose = "OTHER"
)

// Purposes are all of them.
var Purposes = []Purpose{AnswerEnquiry, CallBack, Identify, Complaint, QualityControl, LegalRequest, OtherPurpose}

// maxPurposeNote is in characters.
const maxPurposeNote = 200

// Reason is a purpose with words to it.
type Reason struct {
	Purpose Purpose
	// Note is at most 200 characters; OTHER needs one. It is kept in the audit log: no personal data.
	Note string
}

// Check fails with INVALID for a purpose that is none, or OTHER without a word.
func (r Reason) Check() error {
	note := strings.TrimSpace(r.Note)
	switch {
	case !slices.Contains(Purposes, r.Purpose):
		return fail.Field("purpose", fail.Invalid, "is none of the purposes")
	case r.Purpose == OtherPurpose && note == "":
		return fail.Field("note", fail.Invalid, "must say what for, when the purpose is OTHER")
	case utf8.RuneCountInString(note) > maxPurposeNote || !utf8.ValidString(note) || strings.ContainsRune(note, 0):
		return fail.Field("note", fail.Invalid, "must be text of at most %d characters", maxPurposeNote)
	}
	return nil
}

// In adds the reason to what the audit log keeps of a reading.
func (r Reason) In(detail map[string]string) map[string]string {
	detail["purpose"] = string(r.Purpose)
	if note := strings.TrimSpace(r.Note); note != "" {
		detail["note"] = note
	}
	return detail
}

// ForEnquiry is the reason of whoever answers the enquiry, which is what gives them the right.
var ForEnquiry = Reason{Purpose: AnswerEnquiry}
