package knowledge

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

	"ekc/internal/fail"
	"ekc/knowledge/ent"
)

const (
	maxTagLength  = 50
	maxLinkLength = 2000
	maxActor      = 40
)

// Content is what an editor may change of the version.
func (v Version) Content() Content { //nolint:gocritic // a value, as everywhere in this interface
	return Content{
		Question: v.Question, Answer: v.Answer, Short: v.Short, Topic: v.Topic, Phrasings: v.Phrasings, LegalBasis: v.LegalBasis,
		ValidFrom: v.ValidFrom, ValidTo: v.ValidTo, Intent: v.Intent, Personal: v.Personal, Source: v.Source, License: v.License,
		Tags: v.Tags, Links: v.Links, Files: v.Files,
	}
}

// row is the content as a row of a file, which has its limits and its hash.
func (c *Content) row(r *ent.Record) *row {
	return &row{
		ID: r.ID, Agency: r.Agency, Region: r.Region, VariantOf: r.VariantOf, Question: c.Question, Answer: c.Answer, Topic: c.Topic,
		Phrasings: slices.Clone(c.Phrasings), Short: c.Short, LegalBasis: c.LegalBasis, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo,
		Intent: c.Intent, Personal: c.Personal, Source: c.Source, License: c.License,
	}
}

// check tidies the content and tells its first fault. Only a complete one, which may be published, needs its answer.
func (c *Content) check(r *ent.Record, known codeBook, complete bool) error {
	line := c.row(r)
	line.tidy()
	c.Question, c.Answer, c.Short, c.Topic, c.Phrasings = line.Question, line.Answer, line.Short, line.Topic, line.Phrasings
	c.Source, c.License = line.Source, line.License
	if !complete && line.Answer == "" {
		line.Answer = "—"
	}
	if err := line.check(known); err != nil {
		return err
	}
	if err := c.checkTags(); err != nil {
		return err
	}
	if err := c.checkLinks(); err != nil {
		return err
	}
	return checkFiles(c.Files)
}

func (c *Content) checkTags() error {
	var tags []string
	for _, t := range c.Tags {
		t = strings.ToLower(strings.TrimSpace(t))
		if t == "" || slices.Contains(tags, t) {
			continue
		}
		if err := checkText("tags", t, maxTagLength); err != nil {
			return err
		}
		tags = append(tags, t)
	}
	if len(tags) > MaxTags {
		return fail.Field("tags", fail.Invalid, "has %d entries, the limit is %d", len(tags), MaxTags)
	}
	c.Tags = tags
	return nil
}

func (c *Content) checkLinks() error {
	if len(c.Links) > MaxLinks {
		return fail.Field("links", fail.Invalid, "has %d entries, the limit is %d", len(c.Links), MaxLinks)
	}
	for _, l := range c.Links {
		if err := checkText("links", l.Title+l.URL, maxLinkLength); err != nil {
			return err
		}
		u, err := url.Parse(l.URL)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return fail.Field("links", fail.Invalid, "%q is not an address of the form https://…", l.URL)
		}
	}
	return nil
}

// fieldsChanged names what differs between two contents.
func fieldsChanged(before, after Content) []string { //nolint:gocritic // values, as everywhere in this interface
	a, b := reflect.ValueOf(before), reflect.ValueOf(after)
	var names []string
	for i := range a.NumField() {
		x, y := a.Field(i), b.Field(i)
		if x.Kind() == reflect.Slice && x.Len() == 0 && y.Len() == 0 {
			continue
		}
		if !reflect.DeepEqual(x.Interface(), y.Interface()) {
			names = append(names, fieldName(a.Type().Field(i).Name))
		}
	}
	return names
}

// fieldName is the name of a field outside Go.
func fieldName(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// checkActor holds the account that acts to the column.
func checkActor(id string) error {
	if id == "" || len(id) > maxActor {
		return fail.Field("actor", fail.Invalid, "must be the id of an account")
	}
	return nil
}
