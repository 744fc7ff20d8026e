package graph

import (
	"context"
	"maps"
	"slices"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/graph/model"
	"ekc/interaction"
	"ekc/internal/optional"
)

// The newest come first.
var (
	newestActs            = &ent.DestructionActOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultDestructionActOrder.Field}
	newestHolds           = &ent.LegalHoldOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultLegalHoldOrder.Field}
	newestCitizenRequests = &ent.CitizenRequestOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultCitizenRequestOrder.Field}
)

func holdPayload(h *ent.LegalHold, err error) (*model.LegalHoldPayload, error) {
	errs, err := userErrors(err)
	return &model.LegalHoldPayload{LegalHold: h, UserErrors: errs}, err
}

func citizenRequestPayload(r *ent.CitizenRequest, err error) (*model.CitizenRequestPayload, error) {
	errs, err := userErrors(err)
	return &model.CitizenRequestPayload{CitizenRequest: r, UserErrors: errs}, err
}

func destroyedCounts(counts map[string]int) []*model.DestroyedCount {
	all := make([]*model.DestroyedCount, 0, len(counts))
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, &model.DestroyedCount{Kind: kind, Count: counts[kind]})
	}
	return all
}

// shownWords is a text of an interaction as it is, for its citizen and the operator who has it in work, and masked for everybody else. Without
// one, nothing is read, and nothing audited.
func (r *Resolver) shownWords(ctx context.Context, interactionID string, text *string, mask func(string) string) (*string, error) {
	if value(text) == "" {
		return nil, nil //nolint:nilnil // null in the contract
	}
	open, err := r.open(ctx, interactionID)
	if err != nil || open {
		return text, err
	}
	return optional.Text(mask(*text)), nil
}

// shownNumber is a citizen's number of an interaction as the viewer may read it; null when there is none.
func (r *Resolver) shownNumber(ctx context.Context, interactionID, number string) (*string, error) {
	return r.shownWords(ctx, interactionID, &number, interaction.MaskNumber)
}

// open reports whether the viewer reads an interaction in full without naming a purpose.
func (r *Resolver) open(ctx context.Context, interactionID string) (bool, error) {
	if v := viewer.From(ctx); v.Kind == viewer.Citizen {
		return v.InteractionID == interactionID, nil
	}
	return orNone(loaded(ctx).open.Load(ctx, interactionID))
}

// openFile is open for the interaction of a file, of which the row may hold only the columns that were asked for.
func (r *Resolver) openFile(ctx context.Context, obj *ent.Attachment) (bool, error) {
	if obj.InteractionID != "" {
		return r.open(ctx, obj.InteractionID)
	}
	full, err := r.Client.Attachment.Get(ctx, obj.ID)
	if err != nil {
		return false, ignoreMissing(err)
	}
	return r.open(ctx, full.InteractionID)
}

// clearOf is what an interaction holds of its citizen, for a purpose; nil without the right.
func (r *Resolver) clearOf(ctx context.Context, interactionID string, why access.Reason) (*model.InteractionClear, error) {
	c, err := r.Interactions.ClearOf(ctx, interactionID, why)
	if err != nil || c == nil {
		return nil, err
	}
	numbers, err := r.Voice.NumbersOf(ctx, interactionID)
	if err != nil {
		return nil, err
	}
	shown := &model.InteractionClear{
		Name: optional.Text(c.Name), Phone: optional.Text(c.Phone), Numbers: numbers, PageURL: optional.Text(c.PageURL), Note: optional.Text(c.Note),
		RatingComment: optional.Text(c.RatingComment), Files: make([]*model.ClearFile, len(c.Attachments)),
	}
	for n, a := range c.Attachments {
		shown.Files[n] = &model.ClearFile{AttachmentID: a.ID, FileName: a.FileName, URL: r.Interactions.AttachmentURL(a)}
	}
	return shown, nil
}
