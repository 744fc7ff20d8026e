package quality

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/recall"
	"ekc/ent/recallperson"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/knowledge"
	"ekc/knowledge/improve"
)

// Phone calls citizens; internal/voice fulfils it. Methods with a tx work in it.
type Phone interface {
	// Recall promises a call to the citizen of an interaction; INVALID when they have no number that can be called.
	Recall(ctx context.Context, tx *ent.Tx, told *ent.Interaction, text string) (callbackID string, err error)
	// DecentFor is the first instant from now on when they may be called.
	DecentFor(ctx context.Context, tx *ent.Tx, i *ent.Interaction) (time.Time, error)
	// Withdraw ends a promised call; false when it is too late for that.
	Withdraw(ctx context.Context, tx *ent.Tx, callbackID string) (bool, error)
}

// Chats writes to citizens; the interaction domain fulfils it.
type Chats interface {
	// PutRight tells the citizen of a chat what is right; ended says that it was over. CONFLICT while it cannot be told.
	PutRight(ctx context.Context, tx *ent.Tx, interactionID, text string) (m *ent.Message, ended bool, err error)
}

// Limits of a recall, in characters.
const (
	maxRecallText   = 1000
	maxRecallReason = 1000
)

// NewRecall is a recall to begin.
type NewRecall struct {
	VersionID string
	// Reason is for staff, Text is what citizens are told.
	Reason, Text string
}

// BeginRecall begins to put right what citizens were told with a version. CONFLICT while citizens are still told it, when nobody can
// have been, and when it is being recalled already.
func (s *Service) BeginRecall(ctx context.Context, n NewRecall) (*ent.Recall, error) {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return nil, err
	}
	v, err := s.o.Records.RecordVersion(ctx, n.VersionID)
	if err != nil {
		return nil, err
	}
	r, err := s.o.Records.Record(ctx, v.RecordID)
	if err != nil {
		return nil, err
	}
	scope, err := s.scope(ctx, improve.Segment{Agency: r.Agency, Region: r.Region})
	if err != nil {
		return nil, err
	}
	seen := !v.PublishedAt.IsZero()
	if err := access.CheckObject(ctx, access.BeginRecall, access.Object{Scope: scope, Seen: seen}); err != nil {
		return nil, err
	}
	switch {
	case !seen:
		return nil, fail.Field("versionId", fail.Conflict, "nobody was ever told this version")
	case v.Status == knowledge.StatusPublished:
		return nil, fail.Field("versionId", fail.Conflict, "citizens are still told this version: publish what is right, or archive it first")
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	return s.begin(ctx, n, r.ID, scope)
}

func (n *NewRecall) check() error {
	n.Reason, n.Text = strings.TrimSpace(n.Reason), strings.TrimSpace(n.Text)
	for _, f := range []struct {
		name, text string
		most       int
	}{{"reason", n.Reason, maxRecallReason}, {"text", n.Text, maxRecallText}} {
		switch {
		case !utf8.ValidString(f.text) || strings.ContainsRune(f.text, 0):
			return fail.Field(f.name, fail.Invalid, "is not valid text")
		case f.text == "":
			return fail.Field(f.name, fail.Invalid, "is empty")
		case utf8.RuneCountInString(f.text) > f.most:
			return fail.Field(f.name, fail.Invalid, "is longer than %d characters", f.most)
		}
	}
	return nil
}

func (s *Service) begin(ctx context.Context, n NewRecall, recordID string, scope viewer.Scope) (*ent.Recall, error) {
	var begun *ent.Recall
	err := s.o.Store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
		create := tx.Recall.Create().SetRecordVersionID(n.VersionID).SetRecordID(recordID).SetReason(n.Reason).SetText(n.Text).
			SetAccountID(viewer.From(ctx).AccountID).SetCreatedAt(s.now())
		if scope.AgencyID != "" {
			create.SetAgencyID(scope.AgencyID)
		}
		if scope.RegionID != "" {
			create.SetRegionID(scope.RegionID)
		}
		if begun, err = create.Save(viewer.AsSystem(ctx)); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "recall.begun", begun.ID, map[string]string{"version": n.VersionID})
	})
	if ent.IsConstraintError(err) {
		return nil, fail.Field("versionId", fail.Conflict, "the version is being recalled already")
	}
	if err != nil {
		return nil, fmt.Errorf("begin recall: %w", err)
	}
	return begun.Unwrap(), nil
}

// CancelRecall stops a running one: who waits for a call is not called any more; who was told was told.
func (s *Service) CancelRecall(ctx context.Context, id string) (*ent.Recall, error) {
	if viewer.From(ctx).Kind != viewer.Account {
		return nil, access.Check(ctx, access.CancelRecall, access.Anywhere)
	}
	r, err := s.Recall(ctx, id)
	if err != nil {
		return nil, err
	}
	scope := viewer.Scope{AgencyID: r.AgencyID, RegionID: r.RegionID}
	if err := access.CheckObject(ctx, access.CancelRecall, access.Object{Scope: scope, Seen: true}); err != nil {
		return nil, err
	}
	err = s.o.Store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
		system := viewer.AsSystem(ctx)
		if r, err = tx.Recall.Query().Where(recall.ID(id)).ForUpdate(database.Lock).Only(system); err != nil {
			return err
		}
		if r.State != recall.StateRunning {
			return fail.New(fail.Conflict, "the recall is %s", r.State)
		}
		r, err = tx.Recall.UpdateOne(r).SetState(recall.StateCancelled).SetCancelledBy(viewer.From(ctx).AccountID).SetEndedAt(s.now()).Save(system)
		if err != nil {
			return err
		}
		err = tx.RecallPerson.Update().Where(recallperson.RecallID(id), recallperson.StateEQ(recallperson.StatePending)).
			SetState(recallperson.StateCancelled).SetSettledAt(s.now()).Exec(system)
		if err != nil {
			return err
		}
		return access.Audit(ctx, tx, "recall.cancelled", id, nil)
	})
	if err != nil {
		return nil, err
	}
	return r.Unwrap(), nil
}
