package remote

import (
	"context"
	"time"

	"connectrpc.com/connect"

	"ekc/knowledge"
	pb "ekc/knowledge/rpc/knowledgev1"
)

// rehearsalTime is how long a rehearsal of knowledge.MaxRehearsed queries may take when its caller sets no earlier deadline.
const rehearsalTime = time.Minute

// Topics is part of knowledge.Classifier.
func (c *Client) Topics(ctx context.Context, q knowledge.TopicQuery) ([]knowledge.Topic, error) {
	return asked[[]knowledge.Topic](ctx, true, c.rpc.ListTopics, "", q)
}

// CreateTopic is part of knowledge.Classifier.
func (c *Client) CreateTopic(ctx context.Context, n knowledge.NewTopic) (knowledge.Topic, error) {
	return asked[knowledge.Topic](ctx, false, c.rpc.CreateTopic, "", n)
}

// ChangeTopic is part of knowledge.Classifier.
func (c *Client) ChangeTopic(ctx context.Context, t knowledge.TopicChange) (knowledge.Topic, error) {
	return asked[knowledge.Topic](ctx, false, c.rpc.ChangeTopic, "", t)
}

// Tags is part of knowledge.Classifier.
func (c *Client) Tags(ctx context.Context, q knowledge.TagQuery) ([]knowledge.Tag, error) {
	return asked[[]knowledge.Tag](ctx, true, c.rpc.ListTags, "", q)
}

// ChangeTag is part of knowledge.Classifier.
func (c *Client) ChangeTag(ctx context.Context, t knowledge.TagChange) (int, error) {
	return asked[int](ctx, false, c.rpc.ChangeTag, "", t)
}

// Rehearse is part of knowledge.Editor.
func (c *Client) Rehearse(ctx context.Context, versionID string, queries []knowledge.Query) ([]knowledge.Rehearsal, error) {
	r, err := read(ctx, rehearsalTime, c.rpc.Rehearse, &pb.RehearseRequest{VersionId: versionID, Queries: each(queries, wireQuery)})
	return each(r.GetRehearsals(), func(r *pb.Rehearsal) knowledge.Rehearsal {
		return knowledge.Rehearsal{Now: each(r.GetNow(), hit), Then: each(r.GetThen(), hit)}
	}), err
}

func (s *server) ListTopics(ctx context.Context, r *connect.Request[pb.ListTopicsRequest]) (*connect.Response[pb.ListTopicsResponse], error) {
	return served[pb.ListTopicsResponse](ctx, s.log, "", r, s.base.Topics)
}

func (s *server) CreateTopic(ctx context.Context, r *connect.Request[pb.CreateTopicRequest]) (*connect.Response[pb.CreateTopicResponse], error) {
	return served[pb.CreateTopicResponse](ctx, s.log, "", r, s.base.CreateTopic)
}

func (s *server) ChangeTopic(ctx context.Context, r *connect.Request[pb.ChangeTopicRequest]) (*connect.Response[pb.ChangeTopicResponse], error) {
	return served[pb.ChangeTopicResponse](ctx, s.log, "", r, s.base.ChangeTopic)
}

func (s *server) ListTags(ctx context.Context, r *connect.Request[pb.ListTagsRequest]) (*connect.Response[pb.ListTagsResponse], error) {
	return served[pb.ListTagsResponse](ctx, s.log, "", r, s.base.Tags)
}

func (s *server) ChangeTag(ctx context.Context, r *connect.Request[pb.ChangeTagRequest]) (*connect.Response[pb.ChangeTagResponse], error) {
	return served[pb.ChangeTagResponse](ctx, s.log, "", r, s.base.ChangeTag)
}

func (s *server) Rehearse(ctx context.Context, r *connect.Request[pb.RehearseRequest]) (*connect.Response[pb.RehearseResponse], error) {
	found, err := s.base.Rehearse(ctx, r.Msg.GetVersionId(), each(r.Msg.GetQueries(), query))
	return answered(ctx, s, &pb.RehearseResponse{Rehearsals: each(found, func(r knowledge.Rehearsal) *pb.Rehearsal {
		return &pb.Rehearsal{Now: each(r.Now, wireHit), Then: each(r.Then, wireHit)}
	})}, err)
}
