package quality

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/internal/fail"
	"ekc/knowledge"
	"ekc/knowledge/improve"
)

// mayList refuses who may not change the lists of an agency, by its code: those who edit its records in every region; that for all
// agencies is for who is bound to none.
func (s *Service) mayList(ctx context.Context, agency string) error {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return err
	}
	scope, err := s.scope(ctx, improve.Segment{Agency: agency})
	if err != nil {
		return err
	}
	return access.CheckObject(ctx, access.EditRecord, access.Object{Scope: scope, Seen: true})
}

// CreateTopic puts a topic into the list of an agency, by its id.
func (s *Service) CreateTopic(ctx context.Context, agencyID, name string) (knowledge.Topic, error) {
	in, err := s.codes(ctx, agencyID, "")
	if err != nil {
		return knowledge.Topic{}, err
	}
	if err := s.mayList(ctx, in.Agency); err != nil {
		return knowledge.Topic{}, err
	}
	t, err := s.o.Records.CreateTopic(ctx, knowledge.NewTopic{Actor: viewer.From(ctx).AccountID, Agency: in.Agency, Name: name})
	if err != nil {
		return t, err
	}
	return t, s.audit(ctx, "topic.create", t.ID, map[string]string{"name": t.Name, "agency": in.Agency})
}

// ChangeTopic renames, retires, restores or merges one.
func (s *Service) ChangeTopic(ctx context.Context, c knowledge.TopicChange) (knowledge.Topic, error) {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return knowledge.Topic{}, err
	}
	found, err := s.o.Records.Topics(ctx, knowledge.TopicQuery{ID: c.TopicID})
	if err == nil && (c.TopicID == "" || len(found) == 0) {
		err = fail.Field("topicId", fail.NotFound, "no such topic")
	}
	if err == nil {
		err = s.mayList(ctx, found[0].Agency)
	}
	if err != nil {
		return knowledge.Topic{}, err
	}
	c.Actor = viewer.From(ctx).AccountID
	t, err := s.o.Records.ChangeTopic(ctx, c)
	if err != nil {
		return t, err
	}
	detail := map[string]string{"before": found[0].Name, "after": t.Name}
	if c.IntoID != "" {
		detail["into"] = c.IntoID
	}
	return t, s.audit(ctx, "topic."+string(c.Action), c.TopicID, detail)
}

// ChangeTag puts one tag in the place of another in the records of an agency, by its id; empty: in those of all agencies.
func (s *Service) ChangeTag(ctx context.Context, agencyID, from, to string) (int, error) {
	in, err := s.codes(ctx, agencyID, "")
	if err != nil {
		return 0, err
	}
	if err := s.mayList(ctx, in.Agency); err != nil {
		return 0, err
	}
	n, err := s.o.Records.ChangeTag(ctx, knowledge.TagChange{Actor: viewer.From(ctx).AccountID, Agency: in.Agency, From: from, To: to})
	if err != nil {
		return n, err
	}
	return n, s.audit(ctx, "tag.change", in.Agency, map[string]string{"from": from, "to": to})
}
