package graph

import (
	"cmp"
	"context"

	"ekc/assistant/recordfile"
	"ekc/graph/model"
	"ekc/interaction/dialogue"
	"ekc/internal/optional"
	"ekc/knowledge"
)

// RecordFileUpload is the resolver for the recordFileUpload field.
func (r *mutationResolver) RecordFileUpload(ctx context.Context, input model.RecordFileUploadInput) (*model.RecordFilePayload, error) {
	kept, err := r.Files.Upload(ctx, input.File.Filename, input.File.File)
	if err != nil {
		errs, err := userErrors(err)
		return &model.RecordFilePayload{UserErrors: errs}, err
	}
	return &model.RecordFilePayload{UserErrors: []*model.UserError{}, File: &dialogue.File{
		ID: kept.ID, Title: kept.FileName, FileName: kept.FileName, MediaType: kept.MediaType, Size: kept.Size, SHA256: kept.Sha256,
	}}, nil
}

// URL is the resolver for the url field.
func (r *recordFileResolver) URL(_ context.Context, obj *dialogue.File) (*string, error) {
	return optional.Text(r.Files.URL(obj.ID)), nil
}

// attached gives the content the files that an input names; had are those that the version has already.
func (r *Resolver) attached(ctx context.Context, c knowledge.Content, in *model.RecordContentInput, had []knowledge.File) (knowledge.Content, error) { //nolint:gocritic // as in the base
	wanted := make([]recordfile.Reference, len(in.Files))
	for i, f := range in.Files {
		wanted[i] = recordfile.Reference{ID: f.FileID, Title: value(f.Title)}
	}
	var err error
	c.Files, err = r.Files.Attach(ctx, wanted, had)
	return c, err
}

func filesOf(in []knowledge.File) []*dialogue.File {
	all := make([]*dialogue.File, len(in))
	for i, f := range in {
		all[i] = &dialogue.File{ID: f.ID, Title: cmp.Or(f.Title, f.Name), FileName: f.Name, MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256}
	}
	return all
}

func linksOf(in []knowledge.Link) []*dialogue.Link {
	all := make([]*dialogue.Link, len(in))
	for i, l := range in {
		all[i] = &dialogue.Link{Title: l.Title, URL: l.URL}
	}
	return all
}
