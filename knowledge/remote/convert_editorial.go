package remote

import (
	"ekc/knowledge"
	pb "ekc/knowledge/rpc/knowledgev1"
)

func wireLink(l knowledge.Link) *pb.Link { return &pb.Link{Title: l.Title, Url: l.URL} }

func link(l *pb.Link) knowledge.Link { return knowledge.Link{Title: l.GetTitle(), URL: l.GetUrl()} }

func wireFile(f knowledge.File) *pb.File {
	return &pb.File{Id: f.ID, Title: f.Title, Name: f.Name, MediaType: f.MediaType, Size: f.Size, Sha256: f.SHA256}
}

func file(f *pb.File) knowledge.File {
	return knowledge.File{
		ID: f.GetId(), Title: f.GetTitle(), Name: f.GetName(), MediaType: f.GetMediaType(), Size: f.GetSize(), SHA256: f.GetSha256(),
	}
}

func wireContent(c knowledge.Content) *pb.Content { //nolint:gocritic // requests hold it by value
	return &pb.Content{
		Question: c.Question, Answer: c.Answer, Short: c.Short, Topic: c.Topic, Phrasings: c.Phrasings, LegalBasis: each(c.LegalBasis, wireBasis),
		ValidFrom: string(c.ValidFrom), ValidTo: string(c.ValidTo), Intent: c.Intent, Personal: c.Personal, Source: c.Source, License: c.License,
		Tags: c.Tags, Links: each(c.Links, wireLink), Files: each(c.Files, wireFile),
	}
}

func content(c *pb.Content) knowledge.Content {
	return knowledge.Content{
		Question: c.GetQuestion(), Answer: c.GetAnswer(), Short: c.GetShort(), Topic: c.GetTopic(), Phrasings: c.GetPhrasings(),
		LegalBasis: each(c.GetLegalBasis(), basis), ValidFrom: knowledge.Date(c.GetValidFrom()), ValidTo: knowledge.Date(c.GetValidTo()),
		Intent: c.GetIntent(), Personal: c.GetPersonal(), Source: c.GetSource(), License: c.GetLicense(), Tags: c.GetTags(),
		Links: each(c.GetLinks(), link), Files: each(c.GetFiles(), file),
	}
}

func wireSegment(s knowledge.Segment) *pb.Segment {
	return &pb.Segment{Agency: s.Agency, Region: s.Region}
}

func segment(s *pb.Segment) knowledge.Segment {
	return knowledge.Segment{Agency: s.GetAgency(), Region: s.GetRegion()}
}

func wireEvent(e knowledge.Event) *pb.Event { //nolint:gocritic // lists hold them by value
	return &pb.Event{
		Id: e.ID, RecordId: e.RecordID, VersionId: e.VersionID, Version: int32(e.Version), Action: string(e.Action), Actor: e.Actor, //nolint:gosec // versions are few
		Reason: e.Reason, Changed: e.Changed, Differences: each(e.Differences, wireChange), At: stamp(e.At),
	}
}

func wireChange(d knowledge.Difference) *pb.FieldChange { //nolint:gocritic // lists hold them by value
	return &pb.FieldChange{Field: d.Field, Before: d.Before, After: d.After}
}

// change compares what was before and after anew: the words travel once only.
func change(d *pb.FieldChange) knowledge.Difference {
	return knowledge.CompareTexts(d.GetField(), d.GetBefore(), d.GetAfter())
}

func event(e *pb.Event) knowledge.Event {
	return knowledge.Event{
		ID: e.GetId(), RecordID: e.GetRecordId(), VersionID: e.GetVersionId(), Version: int(e.GetVersion()),
		Action: knowledge.EventAction(e.GetAction()), Actor: e.GetActor(), Reason: e.GetReason(), Changed: e.GetChanged(),
		Differences: each(e.GetDifferences(), change), At: moment(e.GetAt()),
	}
}
