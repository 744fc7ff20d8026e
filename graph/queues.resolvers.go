package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/businesshours"
	entqueue "ekc/ent/queue"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/routing"
	"ekc/routing/timetable"
)

// Queues is the resolver for the queues field.
func (r *queryResolver) Queues(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.QueueFilter) (*ent.QueueConnection, error) {
	first, last, err := pageOf(after, before, first, last, maxPage)
	if err == nil {
		err = signedIn(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.Client.Queue.Query().Where(queuesLike(viewer.From(ctx), value(filter))...).
		Paginate(ctx, after, first, before, last)
}

// Skills is the resolver for the skills field.
func (r *queryResolver) Skills(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int) (*ent.SkillConnection, error) {
	first, last, err := pageOf(after, before, first, last, maxPage)
	if err == nil {
		err = signedIn(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.Client.Skill.Query().Paginate(ctx, after, first, before, last)
}

// BusinessHours is the resolver for the businessHours field.
func (r *queryResolver) BusinessHours(ctx context.Context) ([]*ent.BusinessHours, error) {
	if err := signedIn(ctx); err != nil {
		return nil, err
	}
	return r.Client.BusinessHours.Query().Order(ent.Asc(businesshours.FieldName)).All(ctx)
}

// QueueCreate is the resolver for the queueCreate field.
func (r *mutationResolver) QueueCreate(ctx context.Context, input model.QueueCreateInput) (*model.QueuePayload, error) {
	return queuePayload(r.Routing.CreateQueue(ctx, routing.NewQueue{
		Code: input.Code, Name: input.Name, Channel: entqueue.Channel(input.Channel), Line: input.Line,
		AgencyID: value(input.AgencyID), RegionID: value(input.RegionID), SiteID: value(input.SiteID), Settings: settingsOf(input.Settings),
	}))
}

// QueueUpdate is the resolver for the queueUpdate field.
func (r *mutationResolver) QueueUpdate(ctx context.Context, input model.QueueUpdateInput) (*model.QueuePayload, error) {
	return queuePayload(r.Routing.UpdateQueue(ctx, input.QueueID, settingsOf(input.Settings)))
}

// QueueMembersAdd is the resolver for the queueMembersAdd field.
func (r *mutationResolver) QueueMembersAdd(ctx context.Context, input model.QueueMembersInput) (*model.QueuePayload, error) {
	return queuePayload(r.Routing.AddMembers(ctx, input.QueueID, input.AccountIds))
}

// QueueMembersRemove is the resolver for the queueMembersRemove field.
func (r *mutationResolver) QueueMembersRemove(ctx context.Context, input model.QueueMembersInput) (*model.QueuePayload, error) {
	return queuePayload(r.Routing.RemoveMembers(ctx, input.QueueID, input.AccountIds))
}

func queuePayload(q *ent.Queue, err error) (*model.QueuePayload, error) {
	errs, err := userErrors(err)
	return &model.QueuePayload{Queue: q, UserErrors: errs}, err
}

func settingsOf(in *model.QueueSettingsInput) routing.QueueSettings {
	s := value(in)
	return routing.QueueSettings{
		Name: s.Name, Active: s.Active, Priority: s.Priority, OfferSeconds: s.OfferSeconds, WrapUpSeconds: s.WrapUpSeconds,
		ServiceLevelSeconds: s.ServiceLevelSeconds, RelaxSeconds: s.RelaxSeconds, OverflowSeconds: s.OverflowSeconds,
		OverflowQueueID: s.OverflowQueueID, BusinessHoursID: s.BusinessHoursID, RequiredSkillIDs: s.RequiredSkillIds,
		RequiredCourseIDs: s.RequiredCourseIds,
	}
}

// SkillCreate is the resolver for the skillCreate field.
func (r *mutationResolver) SkillCreate(ctx context.Context, input model.SkillCreateInput) (*model.SkillPayload, error) {
	skill, err := r.Routing.CreateSkill(ctx, input.Code, input.Name)
	errs, err := userErrors(err)
	return &model.SkillPayload{Skill: skill, UserErrors: errs}, err
}

// AccountSkillSet is the resolver for the accountSkillSet field.
func (r *mutationResolver) AccountSkillSet(ctx context.Context, input model.AccountSkillSetInput) (*model.AccountPayload, error) {
	return accountPayload(r.Routing.SetAccountSkill(ctx, input.AccountID, input.SkillID, input.Proficiency))
}

// BusinessHoursSet is the resolver for the businessHoursSet field.
func (r *mutationResolver) BusinessHoursSet(ctx context.Context, input model.BusinessHoursSetInput) (*model.BusinessHoursPayload, error) {
	hours, err := r.Routing.SetBusinessHours(ctx, input.Name, input.TimeZone, values(input.Periods), values(input.Exceptions))
	errs, err := userErrors(err)
	return &model.BusinessHoursPayload{BusinessHours: hours, UserErrors: errs}, err
}

// OpenNow is the resolver for the openNow field.
func (r *queueResolver) OpenNow(ctx context.Context, obj *ent.Queue) (bool, error) {
	open, _, err := r.Routing.OpenNow(ctx, obj)
	return open, err
}

// Members is the resolver for the members field.
func (r *queueResolver) Members(ctx context.Context, obj *ent.Queue) ([]*ent.Account, error) {
	may, err := r.mayOn(ctx, access.ReadQueueMembers, obj)
	if err != nil || !may {
		return []*ent.Account{}, err
	}
	return orNone(loaded(ctx).members.Load(ctx, obj.ID))
}

// Figures is the resolver for the figures field.
func (r *queueResolver) Figures(ctx context.Context, obj *ent.Queue) (*model.QueueFigures, error) {
	may, err := r.mayOn(ctx, access.ReadQueueFigures, obj)
	if err != nil || !may {
		return nil, err
	}
	f, err := loaded(ctx).figures.Load(ctx, obj.ID)
	if err != nil {
		return nil, err
	}
	return &model.QueueFigures{
		Waiting: f.Waiting, LongestWaitSeconds: seconds(f.LongestWait), Active: f.Active, Available: f.Available,
		SignedIn: f.SignedIn, ExpectedWaitSeconds: expected(f.ExpectedWait, f.Known),
	}, nil
}

// Name is the resolver for the name field.
func (r *openingExceptionResolver) Name(_ context.Context, obj *timetable.Exception) (*string, error) {
	return optional.Text(obj.Name), nil
}
