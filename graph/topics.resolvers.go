package graph

import (
	"context"

	"ekc/access"
	"ekc/graph/model"
	"ekc/knowledge"
)

// RecordTopics is the resolver for the recordTopics field.
func (r *queryResolver) RecordTopics(ctx context.Context, agencyID *string, all *bool) ([]*model.RecordTopic, error) {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return nil, err
	}
	agency, err := r.agencyCode(ctx, agencyID)
	if err != nil {
		return nil, err
	}
	found, err := r.Knowledge.Topics(ctx, knowledge.TopicQuery{Bounded: agencyID != nil, Agencies: []string{agency}, All: value(all)})
	if err != nil {
		return nil, err
	}
	return mapped(ctx, found, r.topic)
}

// RecordTags is the resolver for the recordTags field.
func (r *queryResolver) RecordTags(ctx context.Context, agencyID *string) ([]*model.RecordTag, error) {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return nil, err
	}
	agency, err := r.agencyCode(ctx, agencyID)
	if err != nil {
		return nil, err
	}
	found, err := r.Knowledge.Tags(ctx, knowledge.TagQuery{Agency: agency})
	shown := make([]*model.RecordTag, len(found))
	for i, t := range found {
		shown[i] = &model.RecordTag{Name: t.Name, Records: t.Records}
	}
	return shown, err
}

// RecordTopicCreate is the resolver for the recordTopicCreate field.
func (r *mutationResolver) RecordTopicCreate(ctx context.Context, input model.RecordTopicCreateInput) (*model.RecordTopicPayload, error) {
	return r.topicPayload(ctx)(r.Quality.CreateTopic(ctx, value(input.AgencyID), input.Name))
}

// RecordTopicRename is the resolver for the recordTopicRename field.
func (r *mutationResolver) RecordTopicRename(ctx context.Context, input model.RecordTopicRenameInput) (*model.RecordTopicPayload, error) {
	return r.changeTopic(ctx, knowledge.TopicChange{TopicID: input.TopicID, Action: knowledge.TopicRename, Name: input.Name})
}

// RecordTopicRetire is the resolver for the recordTopicRetire field.
func (r *mutationResolver) RecordTopicRetire(ctx context.Context, input model.RecordTopicInput) (*model.RecordTopicPayload, error) {
	return r.changeTopic(ctx, knowledge.TopicChange{TopicID: input.TopicID, Action: knowledge.TopicRetire})
}

// RecordTopicRestore is the resolver for the recordTopicRestore field.
func (r *mutationResolver) RecordTopicRestore(ctx context.Context, input model.RecordTopicInput) (*model.RecordTopicPayload, error) {
	return r.changeTopic(ctx, knowledge.TopicChange{TopicID: input.TopicID, Action: knowledge.TopicRestore})
}

// RecordTopicMerge is the resolver for the recordTopicMerge field.
func (r *mutationResolver) RecordTopicMerge(ctx context.Context, input model.RecordTopicMergeInput) (*model.RecordTopicPayload, error) {
	return r.changeTopic(ctx, knowledge.TopicChange{TopicID: input.TopicID, Action: knowledge.TopicMerge, IntoID: input.IntoID})
}

// RecordTagChange is the resolver for the recordTagChange field.
func (r *mutationResolver) RecordTagChange(ctx context.Context, input model.RecordTagChangeInput) (*model.RecordTagChangePayload, error) {
	n, err := r.Quality.ChangeTag(ctx, value(input.AgencyID), input.From, value(input.To))
	if err != nil {
		errs, err := userErrors(err)
		return &model.RecordTagChangePayload{UserErrors: errs}, err
	}
	return &model.RecordTagChangePayload{Versions: &n, UserErrors: []*model.UserError{}}, nil
}

// KnowledgeVectors is the resolver for the knowledgeVectors field.
func (r *queryResolver) KnowledgeVectors(ctx context.Context) ([]*model.KnowledgeVectorSet, error) {
	if err := access.Check(ctx, access.ReadDrafts, access.Anywhere); err != nil {
		return nil, err
	}
	if r.Vectors == nil {
		return nil, nil
	}
	sets, err := r.Vectors.VectorSets(ctx)
	shown := make([]*model.KnowledgeVectorSet, len(sets))
	for i, s := range sets {
		shown[i] = &model.KnowledgeVectorSet{
			Embedder: s.Embedder, Dimensions: s.Dimensions, State: raised[model.KnowledgeVectorState](s.State), Done: s.Done, Total: s.Total, Share: 1,
		}
		if s.Total > 0 {
			shown[i].Share = float64(s.Done) / float64(s.Total)
		}
	}
	return shown, err
}
