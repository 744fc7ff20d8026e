package assistant

import (
	"cmp"
	"context"
	"strings"
	"time"

	"ekc/interaction/dialogue"
	"ekc/internal/fail"
	"ekc/knowledge"
)

// cite names the record version behind a hit, with the acts in a form for people.
func cite(hit knowledge.Hit) dialogue.Citation {
	c := dialogue.Citation{
		RecordID: hit.RecordID, VersionID: hit.VersionID, Version: hit.Version, Question: hit.Question, PublishedAt: hit.PublishedAt,
	}
	for _, b := range hit.LegalBasis {
		c.LegalBasis = append(c.LegalBasis, strings.TrimSuffix(b.Act+", "+b.Article, ", "))
	}
	for _, l := range hit.Links {
		c.Links = append(c.Links, dialogue.Link(l))
	}
	for _, f := range hit.Files {
		c.Files = append(c.Files, dialogue.File{
			ID: f.ID, Title: cmp.Or(f.Title, f.Name), FileName: f.Name, MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256,
		})
	}
	return c
}

func suggestions(hits []knowledge.Hit) []dialogue.Suggestion {
	all := make([]dialogue.Suggestion, 0, len(hits))
	for _, h := range hits {
		all = append(all, dialogue.Suggestion{
			RecordID: h.RecordID, VersionID: h.VersionID, Version: h.Version, Question: h.Question, Probability: h.Probability,
		})
	}
	return all
}

// published reads a record as it may be told today to a citizen of a region; empty: to one of the record's. Like a search it must not take long: a base that hangs would
// keep all workers.
func (s *Service) published(ctx context.Context, recordID, region string) (knowledge.Hit, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.SearchTimeout)
	defer cancel()
	r, err := s.o.Base.Record(ctx, recordID)
	if err != nil {
		return knowledge.Hit{}, err
	}
	v := r.Version
	today := s.today(cmp.Or(region, r.Region))
	if v.Status != knowledge.StatusPublished || (v.ValidFrom != "" && today < v.ValidFrom) || (v.ValidTo != "" && today > v.ValidTo) {
		return knowledge.Hit{}, fail.Field("recordId", fail.Conflict, "the record is not in force")
	}
	return knowledge.Hit{
		RecordID: r.ID, VersionID: v.ID, Version: v.Number, Question: v.Question, Answer: v.Answer, Short: v.Short,
		Topic: v.Topic, Agency: r.Agency, Region: r.Region, LegalBasis: v.LegalBasis, Intent: v.Intent, Personal: v.Personal,
		ValidFrom: v.ValidFrom, ValidTo: v.ValidTo, PublishedAt: v.PublishedAt, Links: v.Links, Files: v.Files,
		Probability: 1,
	}, nil
}

// today is the calendar day in a region, by its code; Moscow's for none.
func (s *Service) today(region string) knowledge.Date {
	zone := moscow
	if region != "" && s.o.ZoneOf != nil {
		if z := s.o.ZoneOf(region); z != nil {
			zone = z
		}
	}
	return knowledge.Date(s.o.Clock().In(zone).Format(time.DateOnly))
}

// moscow is the zone of what holds in the whole country.
var moscow = time.FixedZone("MSK", 3*60*60)

// Compose returns the words and the citation of a published record in force, for an operator who sends it.
func (s *Service) Compose(ctx context.Context, recordID string) (string, dialogue.Citation, error) {
	hit, err := s.published(ctx, recordID, "")
	if fail.CodeOf(err) == fail.NotFound {
		return "", dialogue.Citation{}, fail.Field("recordId", fail.NotFound, "no such record")
	}
	if err != nil {
		return "", dialogue.Citation{}, err
	}
	return hit.Answer, cite(hit), nil
}
