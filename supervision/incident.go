package supervision

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/incident"
	"ekc/internal/database"
	"ekc/internal/fail"
)

// maxIncident is how long the texts of an incident may be, in characters.
const maxIncident = 4000

// patience is how long an incident may wait for somebody to acknowledge it before it is escalated, and then again.
var patience = map[incident.Severity]time.Duration{
	incident.SeverityCritical: 5 * time.Minute, incident.SeverityHigh: 15 * time.Minute,
	incident.SeverityMedium: time.Hour, incident.SeverityLow: 4 * time.Hour,
}

// highest is the level above which nobody is to escalate to: the administrators of the centre.
const highest = 2

// NewIncident is what an operator reports.
type NewIncident struct {
	Severity incident.Severity
	Subject  incident.Subject
	// Text is what is wrong, 1 to 4,000 characters.
	Text string
	// QueueID and InteractionID are where it was noticed; either may be empty.
	QueueID, InteractionID string
}

// Report escalates to the supervisors what keeps the viewer from taking or answering enquiries. It belongs to the segment of the
// viewer's own role; where that is bound to none, to the interaction's or the queue's. Lines that are down and a question base that is
// away are noted with it.
func (s *Service) Report(ctx context.Context, n NewIncident) (*ent.Incident, error) {
	if err := access.Check(ctx, access.ReportIncident, access.Anywhere); err != nil {
		return nil, err
	}
	text, err := words("text", n.Text, maxIncident)
	switch {
	case err != nil:
		return nil, err
	case incident.SeverityValidator(n.Severity) != nil:
		return nil, fail.Field("severity", fail.Invalid, "is not a severity")
	case incident.SubjectValidator(n.Subject) != nil:
		return nil, fail.Field("subject", fail.Invalid, "is not a subject")
	}
	scope, err := s.placeOf(ctx, n)
	if err != nil {
		return nil, err
	}
	trunks, err := s.phone.TrunksDown(ctx)
	if err != nil {
		return nil, err
	}
	away := !s.base.Answers(ctx)
	now := s.now()
	var made *ent.Incident
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		create := tx.Incident.Create().SetRaisedBy(viewer.From(ctx).AccountID).SetSeverity(n.Severity).SetSubject(n.Subject).SetText(text).
			SetTrunksDown(trunks).SetBaseDown(away).SetCreatedAt(now).SetEscalateAt(now.Add(patience[n.Severity]))
		for _, id := range []struct {
			value string
			set   func(string) *ent.IncidentCreate
		}{
			{scope.AgencyID, create.SetAgencyID},
			{scope.RegionID, create.SetRegionID},
			{n.QueueID, create.SetQueueID},
			{n.InteractionID, create.SetInteractionID},
		} {
			if id.value != "" {
				id.set(id.value)
			}
		}
		if made, err = create.Save(system); err != nil {
			return fmt.Errorf("write incident: %w", err)
		}
		if err := access.Audit(ctx, tx, "incident.reported", made.ID, map[string]string{"severity": string(n.Severity)}); err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, incidentEvent(made))
	})
	if err != nil {
		return nil, err
	}
	return made.Unwrap(), nil
}

// placeOf is the segment whose supervisors hear of an incident. Queue and interaction are read as the viewer sees them.
func (s *Service) placeOf(ctx context.Context, n NewIncident) (viewer.Scope, error) {
	var scope viewer.Scope
	if n.QueueID != "" {
		q, err := s.o.Client.Queue.Get(ctx, n.QueueID)
		if err != nil {
			return scope, orMissing(err, "queueId", "no such queue")
		}
		scope.AgencyID, scope.RegionID = q.AgencyID, q.RegionID
	}
	if n.InteractionID != "" {
		i, err := s.o.Client.Interaction.Get(ctx, n.InteractionID)
		if err != nil {
			return scope, orMissing(err, "interactionId", "no such interaction")
		}
		scope.AgencyID, scope.RegionID = i.AgencyID, i.RegionID
	}
	for _, g := range viewer.From(ctx).Grants {
		if access.ReachOf(access.ReportIncident, g.Role) != access.None && (g.AgencyID != "" || g.RegionID != "") {
			return viewer.Scope{AgencyID: g.AgencyID, RegionID: g.RegionID}, nil
		}
	}
	return scope, nil
}

func orMissing(err error, field, message string) error {
	if ent.IsNotFound(err) {
		return fail.Field(field, fail.NotFound, "%s", message)
	}
	return fmt.Errorf("%s: %w", field, err)
}

// Acknowledge says that the viewer, a supervisor of its segment, deals with an incident; it is escalated no more. The severity may be put
// right; empty leaves it. CONFLICT when it was acknowledged or resolved before.
func (s *Service) Acknowledge(ctx context.Context, id string, severity incident.Severity) (*ent.Incident, error) {
	if severity != "" && incident.SeverityValidator(severity) != nil {
		return nil, fail.Field("severity", fail.Invalid, "is not a severity")
	}
	return s.changeIncident(ctx, id, access.DecideIncident, "incident.acknowledged", func(n *ent.Incident, u *ent.IncidentUpdateOne) error {
		if n.State != incident.StateOpen {
			return fail.New(fail.Conflict, "the incident is %s", n.State)
		}
		if severity != "" {
			u.SetSeverity(severity)
		}
		u.SetState(incident.StateAcknowledged).SetAcknowledgedAt(s.now()).SetAcknowledgedBy(viewer.From(ctx).AccountID).ClearEscalateAt()
		return nil
	})
}

// Resolve says how an incident ended: a supervisor of its segment. One that nobody had acknowledged is that too. CONFLICT when it was
// resolved before.
func (s *Service) Resolve(ctx context.Context, id, resolution string) (*ent.Incident, error) {
	resolution, err := words("resolution", resolution, maxIncident)
	if err != nil {
		return nil, err
	}
	return s.changeIncident(ctx, id, access.DecideIncident, "incident.resolved", func(n *ent.Incident, u *ent.IncidentUpdateOne) error {
		me, now := viewer.From(ctx).AccountID, s.now()
		switch n.State {
		case incident.StateResolved:
			return fail.New(fail.Conflict, "the incident is resolved")
		case incident.StateOpen:
			u.SetAcknowledgedAt(now).SetAcknowledgedBy(me)
		}
		u.SetState(incident.StateResolved).SetResolvedAt(now).SetResolvedBy(me).SetResolution(resolution).ClearEscalateAt()
		return nil
	})
}

// Comment adds a word to an incident: who reported it, and who sees it as a supervisor, coordinator or for the head office.
func (s *Service) Comment(ctx context.Context, id, text string) (*ent.Incident, error) {
	text, err := words("text", text, maxIncident)
	if err != nil {
		return nil, err
	}
	var n *ent.Incident
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		if n, err = s.lockIncident(ctx, system, tx, id, access.ReadIncidents); err != nil {
			return err
		}
		err = tx.IncidentComment.Create().SetIncidentID(id).SetAccountID(viewer.From(ctx).AccountID).SetText(text).SetCreatedAt(s.now()).Exec(system)
		if err != nil {
			return fmt.Errorf("write comment: %w", err)
		}
		if err := access.Audit(ctx, tx, "incident.commented", id, nil); err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, incidentEvent(n))
	})
	if err != nil {
		return nil, err
	}
	return n.Unwrap(), nil
}

func (s *Service) changeIncident(ctx context.Context, id string, action access.Action, audit string,
	change func(*ent.Incident, *ent.IncidentUpdateOne) error,
) (*ent.Incident, error) {
	var n *ent.Incident
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, err := s.lockIncident(ctx, system, tx, id, action)
		if err != nil {
			return err
		}
		update := tx.Incident.UpdateOne(found)
		if err := change(found, update); err != nil {
			return err
		}
		if n, err = update.Save(system); err != nil {
			return fmt.Errorf("write incident: %w", err)
		}
		if err := access.Audit(ctx, tx, audit, id, nil); err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, incidentEvent(n))
	})
	if err != nil {
		return nil, err
	}
	return n.Unwrap(), nil
}

// lockIncident locks one that the viewer may do the action to. Those who see only escalated ones do not see others.
func (s *Service) lockIncident(ctx, system context.Context, tx *ent.Tx, id string, action access.Action) (*ent.Incident, error) {
	missing := fail.Field("incidentId", fail.NotFound, "no such incident")
	if viewer.From(ctx).Kind == viewer.Nobody {
		return nil, access.Check(ctx, action, access.Anywhere)
	}
	seen, err := s.o.Client.Incident.Query().Where(incident.ID(id)).Exist(ctx)
	if err != nil || !seen {
		return nil, firstOf(err, missing)
	}
	n, err := tx.Incident.Query().Where(incident.ID(id)).ForUpdate(database.Lock).Only(system)
	if err != nil {
		return nil, fmt.Errorf("lock incident: %w", err)
	}
	return n, access.CheckObject(ctx, action, access.Object{
		Scope: viewer.Scope{AgencyID: n.AgencyID, RegionID: n.RegionID}, Own: n.RaisedBy == viewer.From(ctx).AccountID, Seen: true,
	})
}

// firstOf is the first error that is one.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// escalate raises the level of incidents that nobody has acknowledged in time.
func (s *Service) escalate(ctx context.Context) error {
	now := s.now()
	due := incident.And(incident.StateEQ(incident.StateOpen), incident.EscalateAtLTE(now))
	ids, err := s.o.Client.Incident.Query().Where(due).Order(ent.Asc(incident.FieldEscalateAt)).Limit(batch).IDs(ctx)
	if err != nil {
		return fmt.Errorf("look for incidents: %w", err)
	}
	var failure error
	for _, id := range ids {
		err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			n, err := tx.Incident.Query().Where(incident.ID(id), due).ForUpdate(database.LockOrSkip).Only(ctx)
			if ent.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return err
			}
			update := tx.Incident.UpdateOne(n).SetLevel(n.Level + 1).SetEscalateAt(now.Add(patience[n.Severity]))
			if n.Level+1 >= highest {
				update.ClearEscalateAt()
			}
			if n, err = update.Save(ctx); err != nil {
				return err
			}
			return s.o.Log.Append(ctx, tx, incidentEvent(n))
		})
		failure = firstOf(failure, named("incident", id, err))
	}
	return failure
}
