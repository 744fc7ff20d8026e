package graph

import (
	"context"

	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/knowledge"
)

func (r *Resolver) topic(ctx context.Context, t knowledge.Topic) (*model.RecordTopic, error) {
	agency, err := r.reference.agency(ctx, t.Agency)
	return &model.RecordTopic{
		ID: t.ID, Agency: agency, Name: t.Name, Records: t.Records, RetiredAt: moment(t.RetiredAt), MergedIntoID: optional.Text(t.MergedInto),
	}, err
}

func (r *Resolver) changeTopic(ctx context.Context, c knowledge.TopicChange) (*model.RecordTopicPayload, error) {
	return r.topicPayload(ctx)(r.Quality.ChangeTopic(ctx, c))
}

func (r *Resolver) topicPayload(ctx context.Context) func(knowledge.Topic, error) (*model.RecordTopicPayload, error) {
	return func(t knowledge.Topic, err error) (*model.RecordTopicPayload, error) {
		if err != nil {
			errs, err := userErrors(err)
			return &model.RecordTopicPayload{UserErrors: errs}, err
		}
		shown, err := r.topic(ctx, t)
		return &model.RecordTopicPayload{Topic: shown, UserErrors: []*model.UserError{}}, err
	}
}
