package supervision

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/deferral"
	"ekc/ent/deferralstep"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// Analysis is what a content manager makes of a deferred enquiry that was answered.
type Analysis struct {
	DeferralID string
	// Finding: a gap of the base, which the question is counted among; a record that answers it now; or nothing to do.
	Finding deferral.Finding
	// RecordID is the record, for RECORD only.
	RecordID string
	// Conclusion says why, at most 2,000 characters; NOTHING needs one.
	Conclusion string
}

// Analyse ends the task that every deferred and answered enquiry leaves: content managers and expert-system administrators of its
// segment. CONFLICT when there is no such task any more.
func (s *Service) Analyse(ctx context.Context, a Analysis) (*ent.Deferral, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	d, err := s.toAnalyse(ctx, a.DeferralID)
	if err != nil {
		return nil, err
	}
	// The base has a database of its own, and does not mind being told twice: so it is told first.
	switch a.Finding {
	case deferral.FindingRecord:
		if err := s.base.HasRecord(ctx, a.RecordID); err != nil {
			if fail.CodeOf(err) == fail.NotFound {
				return nil, fail.Field("recordId", fail.NotFound, "no such record")
			}
			return nil, err
		}
	case deferral.FindingGap:
		if err := s.base.NoteDeferred(ctx, d); err != nil {
			return nil, err
		}
	}
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if d, err = tx.Deferral.Query().Where(deferral.ID(a.DeferralID)).ForUpdate(database.Lock).Only(system); err != nil {
			return fmt.Errorf("lock deferral: %w", err)
		}
		if d.Analysis != deferral.AnalysisPending {
			return errNotToAnalyse
		}
		update := tx.Deferral.UpdateOne(d).SetAnalysis(deferral.AnalysisDone).SetFinding(a.Finding).SetConclusion(a.Conclusion).
			SetAnalysedBy(viewer.From(ctx).AccountID).SetAnalysedAt(s.now()).SetNillableRecordID(optional.Of(a.RecordID))
		if d, err = update.Save(system); err != nil {
			return fmt.Errorf("write analysis: %w", err)
		}
		if err := s.step(ctx, tx, d, deferralstep.KindAnalysed, ""); err != nil {
			return err
		}
		if err := access.Audit(ctx, tx, "deferral.analysed", d.ID, map[string]string{"finding": string(a.Finding), "record": a.RecordID}); err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, deferralEvents(d, "")...)
	})
	if err != nil {
		return nil, err
	}
	return d.Unwrap(), nil
}

var errNotToAnalyse = fail.New(fail.Conflict, "the enquiry does not wait for an analysis")

// check makes sure that an analysis says what it must.
func (a *Analysis) check() (err error) {
	if a.Conclusion, err = optionalWords("conclusion", a.Conclusion, maxQuestion); err != nil {
		return err
	}
	switch {
	case deferral.FindingValidator(a.Finding) != nil:
		return fail.Field("finding", fail.Invalid, "is not a finding")
	case a.Finding == deferral.FindingRecord && a.RecordID == "":
		return fail.Field("recordId", fail.Invalid, "name the record")
	case a.Finding != deferral.FindingRecord && a.RecordID != "":
		return fail.Field("recordId", fail.Invalid, "belongs to the finding RECORD")
	case a.Finding == deferral.FindingNothing && a.Conclusion == "":
		return fail.Field("conclusion", fail.Invalid, "say why there is nothing to do")
	}
	return nil
}

// toAnalyse is an answered enquiry that the viewer may analyse.
func (s *Service) toAnalyse(ctx context.Context, id string) (*ent.Deferral, error) {
	missing := fail.Field("deferralId", fail.NotFound, "no such deferred enquiry")
	d, err := s.o.Client.Deferral.Get(viewer.AsSystem(ctx), id)
	if ent.IsNotFound(err) {
		if viewer.From(ctx).Kind == viewer.Nobody {
			return nil, access.Check(ctx, access.AnalyseDeferral, access.Anywhere)
		}
		return nil, missing
	}
	if err != nil {
		return nil, fmt.Errorf("read deferral: %w", err)
	}
	own := viewer.From(ctx).AccountID
	err = access.CheckObject(ctx, access.AnalyseDeferral, access.Object{
		Scope: scopeOf(d), Own: own != "" && (own == d.OperatorID || own == d.DeferredBy),
	})
	if fail.CodeOf(err) == fail.NotFound {
		return nil, missing
	}
	if err == nil && d.Analysis != deferral.AnalysisPending {
		err = errNotToAnalyse
	}
	return d, err
}
