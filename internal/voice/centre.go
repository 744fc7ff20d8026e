package voice

import (
	"context"
	"fmt"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/call"
	entinteraction "ekc/ent/interaction"
	"ekc/ent/menuversion"
	"ekc/ent/message"
	"ekc/ent/queue"
	"ekc/ent/region"
	"ekc/ent/servicenumber"
	"ekc/interaction"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
	"ekc/routing"
	"ekc/telephony"
)

var _ telephony.Centre = (*Service)(nil)

// beginApart begins a call in a transaction of its own.
func (s *Service) beginApart(ctx context.Context, c telephony.NewCall) (string, error) {
	var id string
	err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		who, err := s.callerOf(ctx, tx, c)
		if err != nil {
			return err
		}
		if who.Number != "" {
			lost, err := s.supersede(ctx, tx, who.Number)
			if err != nil {
				return err
			}
			if lost { // who comes back after we have lost them comes first
				who.Priority = priorityAgain
			}
		}
		i, err := s.o.Interactions.BeginCall(ctx, tx, who)
		if err != nil {
			return err
		}
		id = i.ID
		create := tx.Call.Create().SetID(c.ID).SetInteractionID(i.ID).SetNodeID(c.Node).SetDirection(call.DirectionInbound).
			SetTrunkID(c.Trunk).SetCalled(limited(c.Called, 40)).SetBeganAt(c.At)
		return s.withCitizen(ctx, create, c.ID, limited(c.Caller, 40))
	})
	if ent.IsConstraintError(err) { // it has begun before; to look first would cost every call a question
		return s.interactionOf(ctx, c.ID)
	}
	return id, err
}

func (s *Service) interactionOf(ctx context.Context, callID string) (string, error) {
	c, err := s.o.Client.Call.Get(viewer.AsSystem(ctx), callID)
	if ent.IsNotFound(err) {
		return "", fail.New(fail.NotFound, "no such call")
	}
	if err != nil {
		return "", away(err)
	}
	return c.InteractionID, nil
}

// callerOf is what the numbers say of the caller.
func (s *Service) callerOf(ctx context.Context, tx *ent.Tx, c telephony.NewCall) (interaction.Caller, error) {
	id := ""
	if c.RegionCode != "" {
		var err error
		if id, err = tx.Region.Query().Where(region.Code(c.RegionCode)).OnlyID(ctx); err != nil && !ent.IsNotFound(err) {
			return interaction.Caller{}, fmt.Errorf("find the region: %w", err)
		}
	}
	return s.callerWith(c, id), nil
}

// Collect is part of telephony.Centre.
func (s *Service) Collect(ctx context.Context, interactionID string, c telephony.Collected) error {
	return s.together(ctx, s.collectStep(interactionID, c))
}

func (s *Service) collectStep(interactionID string, c telephony.Collected) step {
	l := interaction.Learned{AgencyCode: c.AgencyCode, RegionCode: c.RegionCode, Topic: c.Topic}
	for _, step := range c.Steps {
		if kept, ok := stepOf(step); ok {
			l.Steps = append(l.Steps, kept)
		}
	}
	return step{
		interactionID: interactionID,
		do: func(ctx context.Context, tx *ent.Tx, _ *round) error {
			return s.o.Interactions.LearnIn(ctx, tx, interactionID, l)
		},
		apart: func(ctx context.Context) error { return away(s.o.Interactions.Learn(ctx, interactionID, l)) },
	}
}

// stepOf is a step as the operator reads it. What only speaks or reckons is left out, and so is a question put to Yana, which is a
// message by itself.
func stepOf(step telephony.Step) (interaction.Step, bool) {
	switch step.Type {
	case "say", "set", "switch", "ask":
		return interaction.Step{}, false
	}
	kept := interaction.Step{At: step.At, Node: step.Node, Input: step.Input, Said: "Меню: " + step.Node}
	if step.Input == "" {
		kept.Said += " → " + step.Exit
	}
	return kept, true
}

// Ask is part of telephony.Centre.
func (s *Service) Ask(ctx context.Context, interactionID, question string) (telephony.Answer, error) {
	asked, err := s.o.Interactions.AskCall(ctx, interactionID, question)
	if err != nil {
		return telephony.Answer{}, away(err)
	}
	if !asked {
		return s.lastAnswer(ctx, interactionID)
	}
	reply, err := s.o.Assistant.Answer(ctx, interactionID)
	if err != nil {
		return telephony.Answer{}, away(err)
	}
	return answerOf(reply), nil
}

func answerOf(r dialogue.Reply) telephony.Answer {
	a := telephony.Answer{Kind: telephony.AnswerTold, RecordVersionID: r.VersionID, Line: 1}
	for _, u := range r.Utterances {
		text := u.Text
		if u.Spoken != "" {
			text = u.Spoken
		}
		if a.Text != "" {
			a.Text += " "
		}
		a.Text += text
		for _, c := range u.Choices {
			a.Choices = append(a.Choices, c.Text)
		}
	}
	switch {
	case r.HandOver != nil:
		a.Kind, a.Line = telephony.AnswerHandOver, r.HandOver.Line
	case len(a.Choices) > 0:
		a.Kind = telephony.AnswerClarify
	}
	return a
}

// lastAnswer repeats what Yana said to the question that was just put again.
func (s *Service) lastAnswer(ctx context.Context, interactionID string) (telephony.Answer, error) {
	system := viewer.AsSystem(ctx)
	m, err := s.o.Client.Message.Query().
		Where(message.InteractionID(interactionID), message.AuthorEQ(message.AuthorAssistant)).
		Order(ent.Desc(message.FieldSequence)).First(system)
	if ent.IsNotFound(err) {
		return telephony.Answer{Kind: telephony.AnswerHandOver, Line: 1}, nil
	}
	if err != nil {
		return telephony.Answer{}, away(err)
	}
	a := telephony.Answer{Kind: telephony.AnswerHandOver, Text: m.Text, Line: 1}
	switch m.Kind {
	case message.KindAnswer:
		a.Kind = telephony.AnswerTold
		if len(m.Citations) > 0 {
			a.RecordVersionID = m.Citations[0].VersionID
		}
	case message.KindClarification:
		a.Kind = telephony.AnswerClarify
		for _, c := range m.Choices {
			a.Choices = append(a.Choices, c.Text)
		}
	}
	return a, nil
}

// Helped is part of telephony.Centre.
func (s *Service) Helped(ctx context.Context, interactionID, recordVersionID string, helped bool) error {
	return away(s.o.Interactions.HelpedCall(ctx, interactionID, recordVersionID, helped))
}

// Rate is part of telephony.Centre.
func (s *Service) Rate(ctx context.Context, interactionID string, rating int) error {
	citizen := viewer.With(ctx, viewer.Viewer{Kind: viewer.Citizen, InteractionID: interactionID})
	_, err := s.o.Interactions.Rate(citizen, interactionID, rating, "")
	return away(err)
}

// queueFor finds the queue that a wish stands for; agency and region are what is known besides.
func (s *Service) queueFor(ctx context.Context, tx *ent.Tx, w telephony.Wish, agencyID, regionID string) (*ent.Queue, error) {
	if w.Queue != "" {
		q, err := tx.Queue.Query().Where(queue.Code(w.Queue), queue.ChannelEQ(queue.ChannelVoice), queue.Active(true)).Only(ctx)
		if ent.IsNotFound(err) {
			return nil, fail.Field("queue", fail.NotFound, "no such queue of calls")
		}
		return q, err
	}
	want := routing.Want{Channel: entinteraction.ChannelVoice, Line: max(1, w.Line), AgencyID: agencyID, RegionID: regionID}
	if w.AgencyCode != "" {
		id, err := tx.Agency.Query().Where(agency.Code(w.AgencyCode)).OnlyID(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return nil, fmt.Errorf("find agency: %w", err)
		}
		want.AgencyID = id
	}
	if w.RegionCode != "" {
		id, err := tx.Region.Query().Where(region.Code(w.RegionCode)).OnlyID(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return nil, fmt.Errorf("find region: %w", err)
		}
		want.RegionID = id
	}
	return s.o.Routing.ChooseQueue(ctx, tx, want)
}

// Place is part of telephony.Centre.
func (s *Service) Place(ctx context.Context, interactionID string) (telephony.Place, error) {
	e, err := s.o.Routing.Place(ctx, interactionID)
	return telephony.Place{Position: e.Position, Wait: e.ExpectedWait, Known: e.Known}, away(err)
}

// Flow is part of telephony.Centre.
func (s *Service) Flow(ctx context.Context, called string) ([]byte, string, error) {
	number, ok := E164(called)
	if !ok {
		return nil, "", fail.New(fail.NotFound, "no such number")
	}
	system := viewer.AsSystem(ctx)
	n, err := s.o.Client.ServiceNumber.Query().Where(servicenumber.Number(number), servicenumber.Active(true)).Only(system)
	if err != nil {
		return nil, "", away(gone(err))
	}
	v, err := s.o.Client.MenuVersion.Query().Where(menuversion.MenuID(n.MenuID), menuversion.StateEQ(menuversion.StatePublished)).Only(system)
	if err != nil {
		return nil, "", away(gone(err))
	}
	return v.Document, v.ID, nil
}

// gone is NOT_FOUND of what the database does not have.
func gone(err error) error {
	if ent.IsNotFound(err) {
		return fail.New(fail.NotFound, "not found")
	}
	return err
}

// limited cuts foreign text to so many bytes of valid text.
func limited(text string, n int) string {
	if len(text) > n {
		text = text[:n]
	}
	return valid(text)
}
