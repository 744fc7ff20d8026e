package knowledge

import (
	"context"
	"strings"
	"time"

	"ekc/internal/fail"
	"ekc/knowledge/ent"
	"ekc/knowledge/ent/recordversion"
)

// settleTime bounds what follows a publication: its vectors, and this node's index. Other nodes do not wait for it.
const settleTime = 5 * time.Second

// MoveVersion takes a version to another state; see Editor.
func (b *Base) MoveVersion(ctx context.Context, m Move) (Version, error) {
	m.Reason = strings.TrimSpace(m.Reason)
	if err := m.check(); err != nil {
		return Version{}, err
	}
	var moved *ent.RecordVersion
	err := b.edit(ctx, func(e *edition) error {
		if m.Action.publishes() {
			if err := e.lockBase(ctx); err != nil {
				return err
			}
		}
		r, v, err := e.take(ctx, m.VersionID, m.Revision)
		if err != nil {
			return err
		}
		to, err := Next(Status(v.Status), m.Action)
		if err != nil {
			return err
		}
		if m.Action.reviews() && hasAuthor(v, m.Actor) {
			return fail.New(fail.Forbidden, "whoever wrote a version may not review or publish it")
		}
		if err := e.move(ctx, r, v, to, m); err != nil {
			return err
		}
		moved, err = e.version(ctx, v.ID)
		return err
	})
	if err != nil {
		return Version{}, err
	}
	if m.Action.publishes() {
		b.settle(ctx, moved.ID)
	}
	return versionOf(moved), nil
}

func (m *Move) check() error {
	if err := checkActor(m.Actor); err != nil {
		return err
	}
	if m.Action == Reject && m.Reason == "" {
		return fail.Field("reason", fail.Invalid, "is missing")
	}
	if err := checkText("reason", m.Reason, MaxReason); err != nil {
		return err
	}
	if m.On != "" && m.Action != Publish {
		return fail.Field("on", fail.Invalid, "is for a publication only")
	}
	return m.On.check("on")
}

// move does what an action does besides the checks that all of them share.
func (e *edition) move(ctx context.Context, r *ent.Record, v *ent.RecordVersion, to Status, m Move) error {
	switch m.Action {
	case Publish:
		return e.publish(ctx, r, v, m)
	case Archive:
		if err := e.retire(ctx, r.ID, EventArchived, m.Actor, m.Reason); err != nil {
			return err
		}
		return e.announce(ctx, r.ID)
	case Submit:
		content := versionOf(v).Content()
		if err := content.check(r, e.base.codes, true); err != nil {
			return err
		}
	}
	u := e.RecordVersion.UpdateOneID(v.ID).SetStatus(recordversion.Status(to)).AddRevision(1).ClearPublishOn().SetReviewer("")
	if m.Action == Approve {
		u.SetReviewer(m.Actor)
	}
	if err := u.Exec(ctx); err != nil {
		return err
	}
	return e.note(ctx, v, movedTo[m.Action], m.Actor, m.Reason)
}

// movedTo are the events of the moves that only change the version's state.
var movedTo = map[Action]EventAction{
	Submit: EventSubmitted, Withdraw: EventWithdrawn, Reject: EventRejected, Approve: EventApproved, Discard: EventDiscarded,
}

// publish puts a version in force, or has it wait for its day.
func (e *edition) publish(ctx context.Context, r *ent.Record, v *ent.RecordVersion, m Move) error {
	today, day := e.base.today(r.Region), max(m.On, dateOf(v.ValidFrom))
	switch {
	case m.On != "" && m.On < today:
		return fail.Field("on", fail.Invalid, "is over: it is %s", string(today))
	case v.ValidTo != nil && dateOf(v.ValidTo) < max(day, today):
		return fail.Field("on", fail.Invalid, "the version is valid until %s only", string(dateOf(v.ValidTo)))
	}
	published, err := e.publishedID(ctx, r.ID)
	if err != nil {
		return err
	}
	if published != v.BasedOn {
		return fail.Field("basedOn", fail.Conflict,
			"another version was published since this one was begun: compare it with %s and edit the draft on its ground", published)
	}
	if day <= today {
		return e.enforce(ctx, r, v, m.Actor, m.Reason)
	}
	u := e.RecordVersion.UpdateOneID(v.ID).SetStatus(recordversion.StatusApproved).AddRevision(1).SetNillablePublishOn(day.stored())
	if v.Reviewer == "" {
		u.SetReviewer(m.Actor)
	}
	if err := u.Exec(ctx); err != nil {
		return err
	}
	return e.note(ctx, v, EventScheduled, m.Actor, strings.TrimSpace(string(day)+" "+m.Reason))
}

// enforce makes a version the published one, in place of the one before.
func (e *edition) enforce(ctx context.Context, r *ent.Record, v *ent.RecordVersion, actor, reason string) error {
	if err := e.retire(ctx, r.ID, EventSuperseded, actor, ""); err != nil {
		return err
	}
	content := versionOf(v).Content()
	hash := content.row(r).hash()
	u := e.RecordVersion.UpdateOneID(v.ID).SetStatus(recordversion.StatusPublished).AddRevision(1).ClearPublishOn().
		SetPublishedAt(e.now).SetContentHash(hash[:])
	if v.Reviewer == "" {
		u.SetReviewer(actor)
	}
	if err := u.Exec(ctx); err != nil {
		return err
	}
	if err := e.note(ctx, v, EventPublished, actor, reason); err != nil {
		return err
	}
	return e.announce(ctx, r.ID)
}

// settle gives a version its vectors and brings this node's index up to date. What fails here is made up for: the index follows the
// database, and missing vectors are looked for.
func (b *Base) settle(ctx context.Context, versionID string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if err := b.refresh(ctx); err != nil {
		b.log.Warn("knowledge: cannot follow the base", "error", err)
	}
	if err := b.embedVersions(ctx, []string{versionID}); err != nil {
		b.log.Warn("knowledge: cannot embed a record", "error", err)
	}
}
