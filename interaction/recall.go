package interaction

import (
	"context"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// priorityRecall puts those who are called because of the centre's own mistake behind those who wait on the line.
const priorityRecall = -10

// PutRight tells the citizen of a chat what is right instead of what they were told before, in tx. One that is over keeps it for the
// day on which the citizen looks at it again, and ended says so. CONFLICT for a call, and while Yana is thinking: her answer would be
// lost.
func (s *Service) PutRight(ctx context.Context, tx *ent.Tx, interactionID, text string) (m *ent.Message, ended bool, err error) {
	system := viewer.AsSystem(ctx)
	i, err := lock(system, tx, interactionID)
	if err != nil {
		return nil, false, err
	}
	switch {
	case i.Channel != interaction.ChannelChat:
		return nil, false, fail.New(fail.Conflict, "the interaction is a call")
	case i.AwaitsAssistant:
		return nil, false, fail.New(fail.Conflict, "Yana is about to answer")
	}
	m, i, err = s.say(system, tx, i, draft{author: message.AuthorSystem, kind: message.KindNotice, text: textRecalled + text})
	if err != nil {
		return nil, false, err
	}
	return m, Ended(i.State), nil
}

// RecalledCall begins the enquiry in which a citizen is called who was told in another one what is wrong: it waits in the queue, and
// its operator reads what to say.
func (s *Service) RecalledCall(ctx context.Context, tx *ent.Tx, told *ent.Interaction, q *ent.Queue, text string) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	now := s.now()
	i, err := s.commence(system, tx, tx.Interaction.Create().SetChannel(interaction.ChannelVoice).SetCitizenID(told.CitizenID).
		SetCreatedAt(now).SetLastActivityAt(now).SetNillableAgencyID(optional.Of(told.AgencyID)).SetNillableRegionID(optional.Of(told.RegionID)).
		SetTopic(told.Topic).SetState(interaction.StateQueued).SetQueueID(q.ID).SetLine(q.Line).SetPriority(priorityRecall).
		SetQueuedAt(now).SetPlaceAt(now))
	if err != nil {
		return nil, err
	}
	return s.notice(system, tx, i, message.KindNotice, textCallRecall+text)
}
