package knowledge

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ekc/internal/fail"
)

// Limits of one imported record, in characters unless said otherwise.
const (
	maxIDLength       = 100
	maxQuestionLength = 2000
	maxAnswerLength   = 20000
	maxShortLength    = 300
	maxTopicLength    = 500
	maxPhrasingLength = 500
	maxPhrasings      = 200
	maxLegalBasis     = 50
	maxNoteLength     = 500
)

// row is one record as a file states it. Its JSON names are the file format, also the CSV header.
type row struct {
	ID         string       `json:"id"`
	Question   string       `json:"question"`
	Answer     string       `json:"answer"`
	Topic      string       `json:"topic"`
	Phrasings  []string     `json:"phrasings,omitempty"`
	Short      string       `json:"short,omitempty"`
	Agency     string       `json:"agency,omitempty"`
	Region     string       `json:"region,omitempty"`
	VariantOf  string       `json:"variantOf,omitempty"`
	LegalBasis []LegalBasis `json:"legalBasis,omitempty"`
	ValidFrom  Date         `json:"validFrom,omitempty"`
	ValidTo    Date         `json:"validTo,omitempty"`
	Intent     bool         `json:"intent,omitempty"`
	Personal   bool         `json:"personal,omitempty"`
	Source     string       `json:"source,omitempty"`
	License    string       `json:"license,omitempty"`
	// Tags, Links and Files are those of the editorial life. A row without them leaves those that the record has.
	Tags  []string `json:"tags,omitempty"`
	Links []Link   `json:"links,omitempty"`
	Files []File   `json:"files,omitempty"`
	// Status is empty for a published record. An export tells the others; an import refuses them, because it would publish them.
	Status Status `json:"status,omitempty"`

	line int
}

// hash identifies the content: two rows of the same hash, tags, links and files make the same version.
func (r *row) hash() [sha256.Size]byte {
	bare := *r
	bare.Tags, bare.Links, bare.Files = nil, nil, nil
	data, err := json.Marshal(&bare)
	if err != nil {
		panic(fmt.Sprintf("a row of strings cannot fail to marshal: %v", err))
	}
	return sha256.Sum256(data)
}

// tidy trims what editors and spreadsheets leave around texts and drops empty and repeated phrasings.
func (r *row) tidy() {
	for _, s := range []*string{
		&r.ID, &r.Question, &r.Answer, &r.Topic, &r.Short, &r.Agency, &r.Region, &r.VariantOf, &r.Source, &r.License,
	} {
		*s = strings.TrimSpace(*s)
	}
	if r.Status = Status(strings.TrimSpace(string(r.Status))); r.Status == StatusPublished {
		r.Status = ""
	}
	seen := map[string]bool{r.Question: true}
	kept := r.Phrasings[:0]
	for _, p := range r.Phrasings {
		if p = strings.TrimSpace(p); p != "" && !seen[p] {
			seen[p] = true
			kept = append(kept, p)
		}
	}
	r.Phrasings = kept
}

// check returns the first fault of the row as a *fail.Error with the field's name.
func (r *row) check(known codeBook) error {
	for _, rule := range []func() error{r.checkTexts, r.checkLists, func() error { return r.checkCodes(known) }, r.checkDates} {
		if err := rule(); err != nil {
			return err
		}
	}
	return nil
}

func (r *row) checkTexts() error {
	for _, f := range []struct {
		name, value string
		required    bool
		limit       int
	}{
		{"id", r.ID, true, maxIDLength},
		{"question", r.Question, true, maxQuestionLength},
		{"answer", r.Answer, true, maxAnswerLength},
		{"topic", r.Topic, false, maxTopicLength},
		{"short", r.Short, false, maxShortLength},
		{"variantOf", r.VariantOf, false, maxIDLength},
		{"source", r.Source, false, maxNoteLength},
		{"license", r.License, false, maxNoteLength},
	} {
		if f.required && f.value == "" {
			return fail.Field(f.name, fail.Invalid, "is missing")
		}
		if err := checkText(f.name, f.value, f.limit); err != nil {
			return err
		}
	}
	if r.Status != "" {
		return fail.Field("status", fail.Invalid, "is %q: an import publishes what it reads, so only published records are taken", r.Status)
	}
	if strings.ContainsFunc(r.ID, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }) {
		return fail.Field("id", fail.Invalid, "must not contain spaces")
	}
	return nil
}

func checkText(name, value string, limit int) error {
	if n := utf8.RuneCountInString(value); n > limit {
		return fail.Field(name, fail.Invalid, "is too long: %d characters, the limit is %d", n, limit)
	}
	if strings.ContainsRune(value, 0) {
		return fail.Field(name, fail.Invalid, "contains a zero byte")
	}
	return nil
}

func (r *row) checkLists() error {
	if len(r.Phrasings) > maxPhrasings {
		return fail.Field("phrasings", fail.Invalid, "has %d entries, the limit is %d", len(r.Phrasings), maxPhrasings)
	}
	for _, p := range r.Phrasings {
		if err := checkText("phrasings", p, maxPhrasingLength); err != nil {
			return err
		}
	}
	if len(r.LegalBasis) > maxLegalBasis {
		return fail.Field("legalBasis", fail.Invalid, "has %d entries, the limit is %d", len(r.LegalBasis), maxLegalBasis)
	}
	c := Content{Tags: r.Tags, Links: r.Links}
	if err := c.checkTags(); err != nil {
		return err
	}
	r.Tags = c.Tags
	if err := c.checkLinks(); err != nil {
		return err
	}
	if err := checkFiles(r.Files); err != nil {
		return err
	}
	for _, b := range r.LegalBasis {
		if strings.TrimSpace(b.Act) == "" {
			return fail.Field("legalBasis", fail.Invalid, "names no act")
		}
		if err := checkText("legalBasis", b.Act+b.Article, maxQuestionLength); err != nil {
			return err
		}
	}
	return nil
}

// codeBook tells which codes exist; a nil function accepts every code.
type codeBook struct{ agency, region func(code string) bool }

func (r *row) checkCodes(known codeBook) error {
	switch {
	case r.Agency != "" && known.agency != nil && !known.agency(r.Agency):
		return fail.Field("agency", fail.Invalid, "unknown agency %q", r.Agency)
	case r.Region != "" && known.region != nil && !known.region(r.Region):
		return fail.Field("region", fail.Invalid, "unknown region %q", r.Region)
	case len(r.Agency) > 20:
		return fail.Field("agency", fail.Invalid, "is too long for a code")
	case len(r.Region) > 10:
		return fail.Field("region", fail.Invalid, "is too long for a code")
	case r.VariantOf != "" && r.Region == "":
		return fail.Field("variantOf", fail.Invalid, "only a regional record can be a variant: region is missing")
	case r.VariantOf != "" && r.VariantOf == r.ID:
		return fail.Field("variantOf", fail.Invalid, "a record cannot be a variant of itself")
	}
	return nil
}

func (r *row) checkDates() error {
	if err := r.ValidFrom.check("validFrom"); err != nil {
		return err
	}
	if err := r.ValidTo.check("validTo"); err != nil {
		return err
	}
	if r.ValidFrom != "" && r.ValidTo != "" && r.ValidTo < r.ValidFrom {
		return fail.Field("validTo", fail.Invalid, "is before validFrom")
	}
	return nil
}

func (d Date) check(field string) error {
	if d == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, string(d)); err != nil {
		return fail.Field(field, fail.Invalid, "%q is not a date of the form 2026-01-31", string(d))
	}
	return nil
}
