package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/menu"
	"ekc/ent/phone"
	"ekc/ent/servicenumber"
	"ekc/ent/sound"
	"ekc/ent/trunk"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/internal/voice"
)

// Callbacks is the resolver for the callbacks field.
func (r *queryResolver) Callbacks(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.CallbackFilter) (*ent.CallbackConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err != nil {
		return nil, err
	}
	if len(granted(viewer.From(ctx), access.ReadCallbacks)) == 0 {
		return nil, refused(ctx, access.ReadCallbacks)
	}
	return r.Client.Callback.Query().Where(callbacksLike(value(filter))...).Paginate(ctx, after, first, before, last)
}

// LiveCalls is the resolver for the liveCalls field.
func (r *queryResolver) LiveCalls(ctx context.Context) ([]*model.LiveCall, error) {
	if err := mayWatch(ctx); err != nil {
		return nil, err
	}
	return r.liveCalls(ctx)
}

// Trunks is the resolver for the trunks field.
func (r *queryResolver) Trunks(ctx context.Context) ([]*ent.Trunk, error) {
	if err := access.Check(ctx, access.ManageTrunks, access.Anywhere); err != nil {
		return nil, err
	}
	return r.Client.Trunk.Query().Order(ent.Asc(trunk.FieldPreference), ent.Asc(trunk.FieldID)).All(ctx)
}

// CentreNodes is the resolver for the centreNodes field.
func (r *queryResolver) CentreNodes(ctx context.Context) ([]*model.CentreNode, error) {
	all, err := r.Voice.Nodes(ctx)
	shown := make([]*model.CentreNode, len(all))
	for n := range all {
		shown[n] = centreNode(all[n])
	}
	return shown, err
}

// NodeDrain is the resolver for the nodeDrain field.
func (r *mutationResolver) NodeDrain(ctx context.Context, input model.NodeDrainInput) (*model.NodeDrainPayload, error) {
	n, err := r.Voice.Drain(ctx, input.NodeID)
	payload := &model.NodeDrainPayload{}
	if err == nil {
		payload.Node = centreNode(n)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// ServiceNumbers is the resolver for the serviceNumbers field.
func (r *queryResolver) ServiceNumbers(ctx context.Context) ([]*ent.ServiceNumber, error) {
	if err := signedIn(ctx); err != nil {
		return nil, err
	}
	return r.Client.ServiceNumber.Query().Order(ent.Asc(servicenumber.FieldNumber)).Limit(manyLines).All(ctx)
}

// Menus is the resolver for the menus field.
func (r *queryResolver) Menus(ctx context.Context) ([]*ent.Menu, error) {
	if err := signedIn(ctx); err != nil {
		return nil, err
	}
	return r.Client.Menu.Query().Order(ent.Asc(menu.FieldCode)).Limit(manyLines).All(ctx)
}

// Phones is the resolver for the phones field.
func (r *queryResolver) Phones(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, accountID *string) (*ent.PhoneConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err == nil {
		err = signedIn(ctx)
	}
	if err != nil {
		return nil, err
	}
	q := r.Client.Phone.Query()
	if accountID != nil {
		q.Where(phone.AccountID(*accountID))
	}
	return q.Paginate(ctx, after, first, before, last)
}

// CallbackTake is the resolver for the callbackTake field.
func (r *mutationResolver) CallbackTake(ctx context.Context, input model.CallbackInput) (*model.CallbackPayload, error) {
	return callbackPayload(r.Voice.TakeCallback(ctx, input.CallbackID))
}

// CallbackCancel is the resolver for the callbackCancel field.
func (r *mutationResolver) CallbackCancel(ctx context.Context, input model.CallbackInput) (*model.CallbackPayload, error) {
	return callbackPayload(r.Voice.CancelCallback(ctx, input.CallbackID))
}

func callbackPayload(c *ent.Callback, err error) (*model.CallbackPayload, error) {
	errs, err := userErrors(err)
	return &model.CallbackPayload{Callback: c, UserErrors: errs}, err
}

// TrunkCreate is the resolver for the trunkCreate field.
func (r *mutationResolver) TrunkCreate(ctx context.Context, input model.TrunkCreateInput) (*model.TrunkPayload, error) {
	return trunkPayload(r.Voice.CreateTrunk(ctx, trunkSettings(input.Settings)))
}

// TrunkUpdate is the resolver for the trunkUpdate field.
func (r *mutationResolver) TrunkUpdate(ctx context.Context, input model.TrunkUpdateInput) (*model.TrunkPayload, error) {
	return trunkPayload(r.Voice.UpdateTrunk(ctx, input.TrunkID, trunkSettings(input.Settings)))
}

func trunkPayload(t *ent.Trunk, err error) (*model.TrunkPayload, error) {
	errs, err := userErrors(err)
	return &model.TrunkPayload{Trunk: t, UserErrors: errs}, err
}

// ServiceNumberSet is the resolver for the serviceNumberSet field.
func (r *mutationResolver) ServiceNumberSet(ctx context.Context, input model.ServiceNumberSetInput) (*model.ServiceNumberPayload, error) {
	n, err := r.Voice.SetNumber(ctx, voice.NumberSettings{
		Number: input.Number, Name: input.Name, MenuID: value(input.MenuID), AgencyID: value(input.AgencyID),
		Active: input.Active, Outbound: input.Outbound,
	})
	errs, err := userErrors(err)
	return &model.ServiceNumberPayload{ServiceNumber: n, UserErrors: errs}, err
}

// MenuCreate is the resolver for the menuCreate field.
func (r *mutationResolver) MenuCreate(ctx context.Context, input model.MenuCreateInput) (*model.MenuPayload, error) {
	m, err := r.Voice.CreateMenu(ctx, input.Code, input.Name, value(input.AgencyID))
	errs, err := userErrors(err)
	return &model.MenuPayload{Menu: m, UserErrors: errs}, err
}

// MenuDraft is the resolver for the menuDraft field.
func (r *mutationResolver) MenuDraft(ctx context.Context, input model.MenuDraftInput) (*model.MenuVersionPayload, error) {
	v, problems, err := r.Voice.DraftMenu(ctx, input.MenuID, input.Document, value(input.Comment))
	errs, err := userErrors(err)
	return &model.MenuVersionPayload{MenuVersion: v, Problems: menuProblems(problems), UserErrors: errs}, err
}

// MenuValidate is the resolver for the menuValidate field.
func (r *mutationResolver) MenuValidate(ctx context.Context, input model.MenuValidateInput) (*model.MenuValidatePayload, error) {
	problems, err := r.Voice.ValidateMenu(ctx, input.Document)
	errs, err := userErrors(err)
	return &model.MenuValidatePayload{Problems: menuProblems(problems), UserErrors: errs}, err
}

// MenuPublish is the resolver for the menuPublish field.
func (r *mutationResolver) MenuPublish(ctx context.Context, input model.MenuPublishInput) (*model.MenuVersionPayload, error) {
	v, err := r.Voice.PublishMenu(ctx, input.MenuVersionID)
	errs, err := userErrors(err)
	return &model.MenuVersionPayload{MenuVersion: v, Problems: menuProblems(nil), UserErrors: errs}, err
}

// MenuSimulate is the resolver for the menuSimulate field.
func (r *mutationResolver) MenuSimulate(ctx context.Context, input model.MenuSimulateInput) (*model.MenuSimulatePayload, error) {
	out, err := r.Voice.SimulateMenu(ctx, voice.Simulation{
		VersionID: value(input.MenuVersionID), Document: value(input.Document), State: value(input.State), Caller: value(input.Caller), At: value(input.At),
		Key: value(input.Key), Speech: value(input.Speech), Timeout: value(input.Timeout), HangUp: value(input.HangUp),
	})
	errs, err := userErrors(err)
	return simulatedPayload(out, errs), err
}

// PhoneCreate is the resolver for the phoneCreate field.
func (r *mutationResolver) PhoneCreate(ctx context.Context, input model.PhoneCreateInput) (*model.PhonePayload, error) {
	return phonePayload(r.Voice.CreatePhone(ctx, input.AccountID, value(input.Username)))
}

// PhoneReset is the resolver for the phoneReset field.
func (r *mutationResolver) PhoneReset(ctx context.Context, input model.PhoneResetInput) (*model.PhonePayload, error) {
	return phonePayload(r.Voice.ResetPhone(ctx, input.PhoneID))
}

// PhoneUpdate is the resolver for the phoneUpdate field.
func (r *mutationResolver) PhoneUpdate(ctx context.Context, input model.PhoneUpdateInput) (*model.PhonePayload, error) {
	p, err := r.Voice.SetPhoneActive(ctx, input.PhoneID, input.Active)
	return phonePayload(p, "", err)
}

func phonePayload(p *ent.Phone, password string, err error) (*model.PhonePayload, error) {
	errs, err := userErrors(err)
	return &model.PhonePayload{Phone: p, Password: optional.Text(password), UserErrors: errs}, err
}

// Sounds is the resolver for the sounds field.
func (r *queryResolver) Sounds(ctx context.Context) ([]*ent.Sound, error) {
	if err := signedIn(ctx); err != nil {
		return nil, err
	}
	// Without the content, which is megabytes.
	return r.Client.Sound.Query().Order(ent.Asc(sound.FieldName), ent.Asc(sound.FieldID)).Limit(manyLines).Select(sound.FieldID, sound.FieldCreatedAt, sound.FieldName, sound.FieldText, sound.FieldSize,
		sound.FieldLengthMs, sound.FieldAgencyID).All(ctx)
}

// SoundUpload is the resolver for the soundUpload field.
func (r *mutationResolver) SoundUpload(ctx context.Context, input model.SoundUploadInput) (*model.SoundPayload, error) {
	s, err := r.Voice.UploadSound(ctx, voice.NewSound{
		Name: input.Name, Text: value(input.Text), AgencyID: value(input.AgencyID), Content: input.File.File,
	})
	errs, err := userErrors(err)
	return &model.SoundPayload{Sound: s, UserErrors: errs}, err
}
