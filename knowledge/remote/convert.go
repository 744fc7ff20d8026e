package remote

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"ekc/knowledge"
	pb "ekc/knowledge/rpc/knowledgev1"
)

// each converts a list. A nil list stays nil: callers tell an empty list from one that is not there.
func each[A, B any](list []A, convert func(A) B) []B {
	if list == nil {
		return nil
	}
	out := make([]B, len(list))
	for i, x := range list {
		out[i] = convert(x)
	}
	return out
}

func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func moment(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

// statuses pairs the states of a version with their numbers on the wire.
var statuses = map[knowledge.Status]pb.Status{
	"": pb.Status_STATUS_UNSPECIFIED, knowledge.StatusDraft: pb.Status_STATUS_DRAFT, knowledge.StatusReview: pb.Status_STATUS_REVIEW,
	knowledge.StatusApproved: pb.Status_STATUS_APPROVED, knowledge.StatusPublished: pb.Status_STATUS_PUBLISHED, knowledge.StatusArchived: pb.Status_STATUS_ARCHIVED,
}

func status(s pb.Status) knowledge.Status {
	for name, number := range statuses {
		if number == s {
			return name
		}
	}
	return ""
}

func wireQuery(q knowledge.Query) *pb.SearchRequest {
	r := &pb.SearchRequest{
		Text: q.Text, Agency: q.Agency, Region: q.Region, AllRegions: q.AllRegions, On: stamp(q.On), Limit: int32(q.Limit), //nolint:gosec // at most MaxHits, checked
		IntentsOnly: q.IntentsOnly, Advised: q.Advised,
	}
	if !q.On.IsZero() {
		_, offset := q.On.Zone()
		r.OnOffsetSeconds = int32(offset) //nolint:gosec // within a day
	}
	return r
}

func query(r *pb.SearchRequest) knowledge.Query {
	q := knowledge.Query{
		Text: r.GetText(), Agency: r.GetAgency(), Region: r.GetRegion(), AllRegions: r.GetAllRegions(), On: moment(r.GetOn()),
		Limit: int(r.GetLimit()), IntentsOnly: r.GetIntentsOnly(), Advised: r.GetAdvised(),
	}
	if !q.On.IsZero() {
		q.On = q.On.In(time.FixedZone("", int(r.GetOnOffsetSeconds())))
	}
	return q
}

func wireBasis(b knowledge.LegalBasis) *pb.LegalBasis {
	return &pb.LegalBasis{Act: b.Act, Article: b.Article}
}

func basis(b *pb.LegalBasis) knowledge.LegalBasis {
	return knowledge.LegalBasis{Act: b.GetAct(), Article: b.GetArticle()}
}

func wireHit(h knowledge.Hit) *pb.Hit { //nolint:gocritic // lists hold them by value
	return &pb.Hit{
		RecordId: h.RecordID, VersionId: h.VersionID, Version: int32(h.Version), Question: h.Question, MatchedPhrasing: h.MatchedPhrasing, //nolint:gosec // versions are few
		Answer: h.Answer, Short: h.Short, Topic: h.Topic, Agency: h.Agency, Region: h.Region, LegalBasis: each(h.LegalBasis, wireBasis),
		ValidFrom: string(h.ValidFrom), ValidTo: string(h.ValidTo), Intent: h.Intent, Personal: h.Personal, Score: h.Score,
		Probability: h.Probability, Snippet: h.Snippet, PublishedAt: stamp(h.PublishedAt),
		Links: each(h.Links, wireLink), Files: each(h.Files, wireFile),
	}
}

func hit(h *pb.Hit) knowledge.Hit {
	return knowledge.Hit{
		RecordID: h.GetRecordId(), VersionID: h.GetVersionId(), Version: int(h.GetVersion()), Question: h.GetQuestion(),
		MatchedPhrasing: h.GetMatchedPhrasing(), Answer: h.GetAnswer(), Short: h.GetShort(), Topic: h.GetTopic(), Agency: h.GetAgency(),
		Region: h.GetRegion(), LegalBasis: each(h.GetLegalBasis(), basis), ValidFrom: knowledge.Date(h.GetValidFrom()),
		ValidTo: knowledge.Date(h.GetValidTo()), Intent: h.GetIntent(), Personal: h.GetPersonal(), Score: h.GetScore(),
		Probability: h.GetProbability(), Snippet: h.GetSnippet(), PublishedAt: moment(h.GetPublishedAt()),
		Links: each(h.GetLinks(), link), Files: each(h.GetFiles(), file),
	}
}

func wireRecord(r knowledge.Record) *pb.Record { //nolint:gocritic // lists hold them by value
	out := &pb.Record{
		Id: r.ID, Agency: r.Agency, Region: r.Region, VariantOf: r.VariantOf, Version: wireVersion(r.Version),
		CreatedAt: stamp(r.CreatedAt), UpdatedAt: stamp(r.UpdatedAt),
	}
	if r.Open != nil {
		out.Open = wireVersion(*r.Open)
	}
	return out
}

func record(r *pb.Record) knowledge.Record {
	out := knowledge.Record{
		ID: r.GetId(), Agency: r.GetAgency(), Region: r.GetRegion(), VariantOf: r.GetVariantOf(), Version: version(r.GetVersion()),
		CreatedAt: moment(r.GetCreatedAt()), UpdatedAt: moment(r.GetUpdatedAt()),
	}
	if r.GetOpen() != nil {
		open := version(r.GetOpen())
		out.Open = &open
	}
	return out
}

func wireVersion(v knowledge.Version) *pb.Version { //nolint:gocritic // records hold them by value
	return &pb.Version{
		Id: v.ID, RecordId: v.RecordID, Number: int32(v.Number), Status: statuses[v.Status], Question: v.Question, Answer: v.Answer, //nolint:gosec // versions are few
		Short: v.Short, Topic: v.Topic, Phrasings: v.Phrasings, LegalBasis: each(v.LegalBasis, wireBasis), ValidFrom: string(v.ValidFrom),
		ValidTo: string(v.ValidTo), Intent: v.Intent, Personal: v.Personal, Source: v.Source, License: v.License,
		CreatedAt: stamp(v.CreatedAt), PublishedAt: stamp(v.PublishedAt), Tags: v.Tags, Links: each(v.Links, wireLink),
		Revision: int32(v.Revision), Authors: v.Authors, Reviewer: v.Reviewer, BasedOn: v.BasedOn, PublishOn: string(v.PublishOn), //nolint:gosec // changes are few
		Files: each(v.Files, wireFile),
	}
}

func version(v *pb.Version) knowledge.Version {
	return knowledge.Version{
		ID: v.GetId(), RecordID: v.GetRecordId(), Number: int(v.GetNumber()), Status: status(v.GetStatus()), Question: v.GetQuestion(),
		Answer: v.GetAnswer(), Short: v.GetShort(), Topic: v.GetTopic(), Phrasings: v.GetPhrasings(), LegalBasis: each(v.GetLegalBasis(), basis),
		ValidFrom: knowledge.Date(v.GetValidFrom()), ValidTo: knowledge.Date(v.GetValidTo()), Intent: v.GetIntent(), Personal: v.GetPersonal(),
		Source: v.GetSource(), License: v.GetLicense(), CreatedAt: moment(v.GetCreatedAt()), PublishedAt: moment(v.GetPublishedAt()),
		Tags: v.GetTags(), Links: each(v.GetLinks(), link), Revision: int(v.GetRevision()), Authors: v.GetAuthors(), Reviewer: v.GetReviewer(),
		BasedOn: v.GetBasedOn(), PublishOn: knowledge.Date(v.GetPublishOn()), Files: each(v.GetFiles(), file),
	}
}

func wireSummary(s knowledge.ImportSummary) *pb.ImportSummary { //nolint:gocritic // the service returns it by value
	return &pb.ImportSummary{
		Lines: int64(s.Lines), Created: int64(s.Created), Updated: int64(s.Updated), Unchanged: int64(s.Unchanged), Bad: int64(s.Bad),
		ResumedAfter: int64(s.ResumedAfter), Elapsed: durationpb.New(s.Elapsed),
		Problems: each(s.Problems, func(p knowledge.ImportProblem) *pb.ImportProblem {
			return &pb.ImportProblem{Line: int64(p.Line), Field: p.Field, Message: p.Message}
		}),
	}
}

func summary(s *pb.ImportSummary) knowledge.ImportSummary {
	return knowledge.ImportSummary{
		Lines: int(s.GetLines()), Created: int(s.GetCreated()), Updated: int(s.GetUpdated()), Unchanged: int(s.GetUnchanged()), Bad: int(s.GetBad()),
		ResumedAfter: int(s.GetResumedAfter()), Elapsed: s.GetElapsed().AsDuration(),
		Problems: each(s.GetProblems(), func(p *pb.ImportProblem) knowledge.ImportProblem {
			return knowledge.ImportProblem{Line: int(p.GetLine()), Field: p.GetField(), Message: p.GetMessage()}
		}),
	}
}
