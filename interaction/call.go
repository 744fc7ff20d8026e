package interaction

import (
	"context"
	"fmt"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/citizen"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// The methods in the files call*.go are what the phone asks of the life of an interaction. They decide no rights and act as the
// system: their caller has decided. Those with a tx work in the caller's transaction; after it commits the caller calls Wake of
// the router. Each locks the interaction's row.

// Caller is who begins an enquiry by phone, or whom one is about.
type Caller struct {
	// Number is E.164, empty when withheld. A number that is known already belongs to the same citizen.
	Number string
	// AgencyID and RegionID are what the numbers say; either may be empty.
	AgencyID, RegionID string
	// Priority is added to that of the queue, -100 to 100.
	Priority int
}

// BeginCall begins the enquiry of a caller, with Yana and the menu.
func (s *Service) BeginCall(ctx context.Context, tx *ent.Tx, c Caller) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	create, err := s.fresh(system, tx, c)
	if err != nil {
		return nil, err
	}
	return s.commence(system, tx, create)
}

// DialledCall begins the enquiry of a citizen whom an operator calls by themselves; CONFLICT when the operator has a call.
func (s *Service) DialledCall(ctx context.Context, tx *ent.Tx, c Caller, accountID string, line int) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	if err := s.router.Occupy(system, tx, accountID, interaction.ChannelVoice); err != nil {
		return nil, err
	}
	create, err := s.fresh(system, tx, c)
	if err != nil {
		return nil, err
	}
	i, err := s.commence(system, tx, create.SetState(interaction.StateActive).SetOperatorID(accountID).SetLine(line).SetAcceptedAt(s.now()))
	if err != nil {
		return nil, err
	}
	return s.notice(system, tx, i, message.KindNotice, textCallDialled)
}

// LostCall begins the enquiry in which a citizen is called back who hung up before an operator answered: it waits in the queue
// that they left, behind those who wait on the line.
func (s *Service) LostCall(ctx context.Context, tx *ent.Tx, lost *ent.Interaction, priority int) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	now := s.now()
	i, err := s.commence(system, tx, tx.Interaction.Create().SetChannel(interaction.ChannelVoice).SetCitizenID(lost.CitizenID).
		SetCreatedAt(now).SetLastActivityAt(now).SetNillableAgencyID(optional.Of(lost.AgencyID)).SetNillableRegionID(optional.Of(lost.RegionID)).
		SetTopic(lost.Topic).SetState(interaction.StateQueued).SetQueueID(lost.QueueID).SetLine(lost.Line).SetPriority(priority).
		SetQueuedAt(now).SetPlaceAt(now))
	if err != nil {
		return nil, err
	}
	return s.notice(system, tx, i, message.KindNotice, textCallLost)
}

// fresh prepares an enquiry by phone with its citizen.
func (s *Service) fresh(system context.Context, tx *ent.Tx, c Caller) (*ent.InteractionCreate, error) {
	now := s.now()
	id, err := s.citizenOf(system, tx, c)
	if err != nil {
		return nil, err
	}
	return tx.Interaction.Create().SetChannel(interaction.ChannelVoice).SetCitizenID(id).SetPriority(c.Priority).
		SetNillableAgencyID(optional.Of(c.AgencyID)).SetNillableRegionID(optional.Of(c.RegionID)).SetCreatedAt(now).SetLastActivityAt(now), nil
}

// citizenOf finds who has the number, or makes a citizen.
func (s *Service) citizenOf(system context.Context, tx *ent.Tx, c Caller) (string, error) {
	number, ok := normalPhone(c.Number)
	if !ok {
		return "", fail.Field("number", fail.Invalid, "is not a phone number")
	}
	if number != "" {
		known, err := tx.Citizen.Query().Where(citizen.Or(citizen.PhoneIndex(s.phoneIndex(number)), citizen.Phone(number))).
			Order(ent.Desc(citizen.FieldCreatedAt)).First(system)
		if err == nil {
			return known.ID, nil
		}
		if !ent.IsNotFound(err) {
			return "", fmt.Errorf("find citizen: %w", err)
		}
	}
	create := tx.Citizen.Create().SetNillableRegionID(optional.Of(c.RegionID)).SetCreatedAt(s.now())
	if err := s.setPhone(system, create, number); err != nil {
		return "", err
	}
	made, err := create.Save(system)
	if err != nil {
		return "", fmt.Errorf("write citizen: %w", err)
	}
	return made.ID, nil
}

// commence writes an enquiry with the first stretch of its timeline.
func (s *Service) commence(system context.Context, tx *ent.Tx, create *ent.InteractionCreate) (*ent.Interaction, error) {
	i, err := create.Save(system)
	if err != nil {
		return nil, fmt.Errorf("write interaction: %w", err)
	}
	stretch := tx.Segment.Create().SetInteractionID(i.ID).SetKind(segments[i.State]).SetStartedAt(i.CreatedAt).
		SetNillableQueueID(optional.Of(i.QueueID))
	if withOperator(i.State) {
		stretch.SetAccountID(i.OperatorID)
	}
	if err := stretch.Exec(system); err != nil {
		return nil, fmt.Errorf("begin timeline: %w", err)
	}
	return i, s.log.Append(system, tx, changeEvents(&ent.Interaction{}, i)...)
}
