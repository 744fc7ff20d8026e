// Package scorecard is what an evaluation form asks, and how marks become a score: pure functions over plain values. It imports nothing
// of the product but internal/fail, so that the data model may keep its values.
package scorecard

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"ekc/internal/fail"
)

// Limits of a form.
const (
	MaxSections = 20
	MaxCriteria = 100
	MaxScale    = 10
	maxTitle    = 200
	maxHint     = 1000
	maxWeight   = 100
)

// Form is what is asked of a talk.
type Form struct {
	// Sections are 1 to 20.
	Sections []Section `json:"sections"`
}

// Section is a part of a form. Its score is the weighted mean of its criteria.
type Section struct {
	// Title is 1 to 200 characters.
	Title string `json:"title"`
	// Weight of the section in the whole, 1 to 100.
	Weight int `json:"weight"`
	// Criteria are at least 1; in the whole form at most 100.
	Criteria []Criterion `json:"criteria"`
}

// Criterion is one question.
type Criterion struct {
	// Code is its name in marks, unique in the form: 1 to 40 small Latin letters, digits and underscores.
	Code string `json:"code"`
	// Title is 1 to 200 characters; Hint, what deserves how many points, at most 1,000.
	Title string `json:"title"`
	Hint  string `json:"hint,omitempty"`
	// Weight of the criterion in its section, 1 to 100.
	Weight int `json:"weight"`
	// Scale is the most points, 1 to 10; 1 is yes or no.
	Scale int `json:"scale"`
	// Critical: no points here make the whole score 0.
	Critical bool `json:"critical,omitempty"`
	// Optional: it may be not applicable, and is then left out of the score.
	Optional bool `json:"optional,omitempty"`
}

var codes = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)

// Check trims the texts of a form and makes sure that it is one. INVALID names the field below "sections".
func (f *Form) Check() error {
	if len(f.Sections) == 0 || len(f.Sections) > MaxSections {
		return fail.Field("sections", fail.Invalid, "must be 1 to %d", MaxSections)
	}
	seen := map[string]bool{}
	for n := range f.Sections {
		s, at := &f.Sections[n], "sections."+strconv.Itoa(n)
		if err := text(at+".title", &s.Title, 1, maxTitle); err != nil {
			return err
		}
		if s.Weight < 1 || s.Weight > maxWeight {
			return fail.Field(at+".weight", fail.Invalid, "must be 1 to %d", maxWeight)
		}
		if len(s.Criteria) == 0 {
			return fail.Field(at+".criteria", fail.Invalid, "a section has at least one criterion")
		}
		for m := range s.Criteria {
			if err := s.Criteria[m].check(at+".criteria."+strconv.Itoa(m), seen); err != nil {
				return err
			}
		}
	}
	if len(seen) > MaxCriteria {
		return fail.Field("sections", fail.Invalid, "a form has at most %d criteria", MaxCriteria)
	}
	return nil
}

func (c *Criterion) check(at string, seen map[string]bool) error {
	switch {
	case !codes.MatchString(c.Code):
		return fail.Field(at+".code", fail.Invalid, "must be 1 to 40 small Latin letters, digits and underscores")
	case seen[c.Code]:
		return fail.Field(at+".code", fail.Invalid, "two criteria have this code")
	case c.Weight < 1 || c.Weight > maxWeight:
		return fail.Field(at+".weight", fail.Invalid, "must be 1 to %d", maxWeight)
	case c.Scale < 1 || c.Scale > MaxScale:
		return fail.Field(at+".scale", fail.Invalid, "must be 1 to %d", MaxScale)
	}
	seen[c.Code] = true
	if err := text(at+".title", &c.Title, 1, maxTitle); err != nil {
		return err
	}
	return text(at+".hint", &c.Hint, 0, maxHint)
}

// text trims a text and checks its length in characters.
func text(field string, s *string, least, most int) error {
	*s = strings.TrimSpace(*s)
	n := utf8.RuneCountInString(*s)
	switch {
	case !utf8.ValidString(*s) || strings.ContainsRune(*s, 0):
		return fail.Field(field, fail.Invalid, "is not valid text")
	case n < least:
		return fail.Field(field, fail.Invalid, "is empty")
	case n > most:
		return fail.Field(field, fail.Invalid, "is longer than %d characters", most)
	}
	return nil
}

// Criteria are those of all sections, in order.
func (f Form) Criteria() []Criterion {
	var all []Criterion
	for _, s := range f.Sections {
		all = append(all, s.Criteria...)
	}
	return all
}
