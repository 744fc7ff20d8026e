package graph

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vikstrous/dataloadgen"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/assistantturn"
	"ekc/ent/predicate"
	"ekc/ent/queue"
	"ekc/ent/queuemember"
	"ekc/ent/recallperson"
	"ekc/graph/model"
	"ekc/interaction"
	"ekc/routing"
)

// loaders gather the look-ups of one response that the data model cannot join, so that a list costs as much as one.
type loaders struct {
	names      *dataloadgen.Loader[string, string]
	figures    *dataloadgen.Loader[string, routing.Figures]
	loads      *dataloadgen.Loader[string, routing.Load]
	capacities *dataloadgen.Loader[string, int]
	members    *dataloadgen.Loader[string, []*ent.Account]
	queues     *dataloadgen.Loader[string, []*ent.Queue]
	queueRows  *dataloadgen.Loader[string, *ent.Queue]
	turns      *dataloadgen.Loader[string, []*ent.AssistantTurn]
	estimates  *dataloadgen.Loader[place, routing.Estimate]
	recalls    *dataloadgen.Loader[string, map[recallperson.State]int]
	personal   *dataloadgen.Loader[string, interaction.Personal]
	own        *dataloadgen.Loader[string, bool]
	open       *dataloadgen.Loader[string, bool]
	began      int64 // position of the log when the response began
}

// place is an interaction that waits in a queue.
type place struct{ queueID, interactionID string }

type loadersKey struct{}

// gather is how long a loader waits for more of the same.
const gather = 500 * time.Microsecond

// withLoaders gives ctx loaders of its own. Look-ups act as the viewer of ctx.
func (r *Resolver) withLoaders(ctx context.Context) context.Context {
	wait := dataloadgen.WithWait(gather)
	return context.WithValue(ctx, loadersKey{}, &loaders{
		began:      r.Log.Tail(),
		names:      dataloadgen.NewMappedLoader(r.namesOf, wait),
		figures:    dataloadgen.NewMappedLoader(r.figuresOf, wait),
		loads:      dataloadgen.NewMappedLoader(r.loadsOf, wait),
		capacities: dataloadgen.NewMappedLoader(r.capacitiesOf, wait),
		members:    dataloadgen.NewMappedLoader(r.membersOf, wait),
		queues:     dataloadgen.NewMappedLoader(r.queuesOf, wait),
		queueRows:  dataloadgen.NewMappedLoader(r.queuesByID, wait),
		turns:      dataloadgen.NewMappedLoader(r.turnsOf, wait),
		estimates:  dataloadgen.NewMappedLoader(r.estimatesOf, wait),
		recalls:    dataloadgen.NewMappedLoader(r.Quality.RecallProgress, wait),
		personal:   dataloadgen.NewMappedLoader(r.Interactions.PersonalData, wait),
		own:        dataloadgen.NewMappedLoader(r.memberOf, wait),
		open:       dataloadgen.NewMappedLoader(r.Interactions.OpenTo, wait),
	})
}

// loaded returns the loaders of the response that ctx belongs to.
func loaded(ctx context.Context) *loaders { return ctx.Value(loadersKey{}).(*loaders) }

// orNone turns what a loader did not find into the empty value.
func orNone[T any](value T, err error) (T, error) {
	if errors.Is(err, dataloadgen.ErrNotFound) {
		var none T
		return none, nil
	}
	return value, err
}

// operator is how an operator is seen; null without an id. Whoever sees where the id stands may know the name.
func (r *Resolver) operator(ctx context.Context, id string) (*model.Operator, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // null in the contract
	}
	name, known := r.names.get(id)
	if !known {
		var err error
		if name, err = orNone(loaded(ctx).names.Load(ctx, id)); err != nil {
			return nil, err
		}
	}
	return &model.Operator{ID: id, DisplayName: name}, nil
}

func (r *Resolver) namesOf(ctx context.Context, ids []string) (map[string]string, error) {
	began := time.Now()
	names, err := r.Access.Names(ctx, ids)
	if err == nil {
		r.names.put(began, names)
	}
	return names, err
}

// figuresOf reads the figures of queues, or remembers those of a moment ago.
func (r *Resolver) figuresOf(ctx context.Context, ids []string) (map[string]routing.Figures, error) {
	figures := make(map[string]routing.Figures, len(ids))
	missing, began := r.figures.missing(ids, figures), time.Now()
	if len(missing) == 0 {
		return figures, nil
	}
	read, err := r.Routing.Figures(ctx, missing)
	if err != nil {
		return nil, err
	}
	r.figures.put(began, read)
	for id, f := range read {
		figures[id] = f
	}
	return figures, nil
}

func (r *Resolver) loadsOf(ctx context.Context, ids []string) (map[string]routing.Load, error) {
	loads := make(map[string]routing.Load, len(ids))
	missing, began := r.loads.missing(ids, loads), time.Now()
	if len(missing) == 0 {
		return loads, nil
	}
	read, err := r.Routing.Loads(ctx, missing)
	if err != nil {
		return nil, err
	}
	for _, id := range missing {
		loads[id] = read[id] // nothing on the desk is not in the map
	}
	r.loads.put(began, loads)
	return loads, nil
}

// capacitiesOf reads how many chats operators take; who sees their presence may know.
func (r *Resolver) capacitiesOf(ctx context.Context, ids []string) (map[string]int, error) {
	accounts, err := r.Client.Account.Query().Where(account.IDIn(ids...)).
		Select(account.FieldID, account.FieldChatCapacity).All(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("read capacities: %w", err)
	}
	capacities := make(map[string]int, len(accounts))
	for _, a := range accounts {
		capacities[a.ID] = a.ChatCapacity
	}
	return capacities, nil
}

// membersOf reads who works in queues, as far as the viewer sees them.
func (r *Resolver) membersOf(ctx context.Context, ids []string) (map[string][]*ent.Account, error) {
	rows, err := r.Client.QueueMember.Query().Where(queuemember.QueueIDIn(ids...)).WithAccount().
		Order(ent.Asc(queuemember.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	members := map[string][]*ent.Account{}
	for _, row := range rows {
		if row.Edges.Account != nil {
			members[row.QueueID] = append(members[row.QueueID], row.Edges.Account)
		}
	}
	return members, nil
}

// queuesOf reads where accounts work, as far as the viewer sees it.
func (r *Resolver) queuesOf(ctx context.Context, ids []string) (map[string][]*ent.Queue, error) {
	rows, err := r.Client.QueueMember.Query().Where(queuemember.AccountIDIn(ids...)).WithQueue().
		Order(ent.Asc(queuemember.FieldQueueID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read queues of operators: %w", err)
	}
	queues := map[string][]*ent.Queue{}
	for _, row := range rows {
		if row.Edges.Queue != nil {
			queues[row.AccountID] = append(queues[row.AccountID], row.Edges.Queue)
		}
	}
	return queues, nil
}

func (r *Resolver) turnsOf(ctx context.Context, ids []string) (map[string][]*ent.AssistantTurn, error) {
	rows, err := r.Client.AssistantTurn.Query().Where(assistantturn.InteractionIDIn(ids...)).
		Order(ent.Asc(assistantturn.FieldCreatedAt), ent.Asc(assistantturn.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read Yana's turns: %w", err)
	}
	turns := map[string][]*ent.AssistantTurn{}
	for _, row := range rows {
		turns[row.InteractionID] = append(turns[row.InteractionID], row)
	}
	return turns, nil
}

// estimatesOf asks for one place by itself, and for several of a queue at once.
func (r *Resolver) estimatesOf(ctx context.Context, places []place) (map[place]routing.Estimate, error) {
	byQueue := map[string][]place{}
	for _, p := range places {
		byQueue[p.queueID] = append(byQueue[p.queueID], p)
	}
	estimates := make(map[place]routing.Estimate, len(places))
	for id, waiting := range byQueue {
		if len(waiting) == 1 {
			position, expected, known, err := r.Routing.Estimate(ctx, id, waiting[0].interactionID)
			if err != nil {
				return nil, err
			}
			estimates[waiting[0]] = routing.Estimate{Position: position, ExpectedWait: expected, Known: known}
			continue
		}
		all, err := r.Routing.Estimates(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, p := range waiting {
			estimates[p] = all[p.interactionID]
		}
	}
	return estimates, nil
}

// memberOf says in which of the queues the viewer works.
func (r *Resolver) memberOf(ctx context.Context, ids []string) (map[string]bool, error) {
	found, err := r.Client.Queue.Query().Where(queue.IDIn(ids...), mine(viewer.From(ctx))).IDs(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("read own queues: %w", err)
	}
	member := make(map[string]bool, len(ids))
	for _, id := range ids {
		member[id] = false
	}
	for _, id := range found {
		member[id] = true
	}
	return member, nil
}

func mine(v viewer.Viewer) predicate.Queue {
	return queue.HasMembersWith(queuemember.AccountID(v.AccountID))
}

// queuesByID reads queues as far as the viewer sees them.
func (r *Resolver) queuesByID(ctx context.Context, ids []string) (map[string]*ent.Queue, error) {
	rows, err := r.Client.Queue.Query().Where(queue.IDIn(ids...)).WithAgency().WithRegion().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read queues: %w", err)
	}
	queues := make(map[string]*ent.Queue, len(rows))
	for _, q := range rows {
		queues[q.ID] = q
	}
	return queues, nil
}

// mayOn asks for an action on a queue; a member has it as their own.
func (r *Resolver) mayOn(ctx context.Context, action access.Action, q *ent.Queue) (bool, error) {
	object := access.Object{Scope: access.QueueScope(q), Seen: true}
	if access.CheckObject(ctx, action, object) == nil {
		return true, nil
	}
	own, err := orNone(loaded(ctx).own.Load(ctx, q.ID))
	object.Own = own
	return err == nil && own && access.CheckObject(ctx, action, object) == nil, err
}
