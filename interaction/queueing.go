package interaction

import (
	"context"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/internal/fail"
)

// enqueue hands a locked interaction to a queue and tells the citizen. The place in line is new, but for one that already
// waits, which keeps it.
func (s *Service) enqueue(system context.Context, tx *ent.Tx, i *ent.Interaction, q *ent.Queue, reason, text string) (*ent.Interaction, error) {
	return s.enqueueAt(system, tx, i, q, place{priority: i.Priority, reason: reason, text: text})
}

// place is how an interaction comes into a queue.
type place struct {
	priority     int
	reason, text string
}

func (s *Service) enqueueAt(system context.Context, tx *ent.Tx, i *ent.Interaction, q *ent.Queue, p place) (*ent.Interaction, error) {
	now := s.now()
	before := *i
	if i.State == interaction.StateOffered {
		if err := s.router.WithdrawOffer(system, tx, i.ID, p.reason); err != nil {
			return nil, err
		}
	}
	text, err := s.queuedText(system, tx, i, q, p.text)
	if err != nil {
		return nil, err
	}
	i, err = s.apply(system, tx, i, change{move: MoveEnqueue, reason: p.reason, say: told(text), set: func(i *ent.Interaction) {
		i.QueueID, i.Line, i.QueuedAt, i.AwaitsAssistant, i.WrapUpUntil = q.ID, q.Line, &now, false, nil
		i.Priority = limited(p.priority)
		waits := before.State == interaction.StateQueued || before.State == interaction.StateOffered
		if before.PlaceAt == nil || !waits && !keepsPlace(&before) {
			i.PlaceAt = &now
		}
		if whose(&before) != "" {
			i.OperatorID = ""
		}
	}})
	if err != nil || !withOperator(before.State) {
		return i, err
	}
	return i, s.router.Released(system, tx, before.OperatorID)
}

// queuedText is what is said to who comes into a queue.
func (s *Service) queuedText(system context.Context, tx *ent.Tx, i *ent.Interaction, q *ent.Queue, text string) (string, error) {
	if i.Channel == interaction.ChannelVoice { // told aloud by the menu
		return textCallQueued, nil
	}
	open, next, err := s.router.OpenNow(system, q)
	if err != nil || open {
		return text, err
	}
	return textClosedNow(next, zoneOf(system, tx, i)), nil
}

// keepsPlace: a callback that waited for its hour has its place still.
func keepsPlace(i *ent.Interaction) bool {
	return i.Channel == interaction.ChannelVoice && i.State == interaction.StateDeferred
}

// handOver finds a queue for a locked interaction that is with Yana and hands it there. Where there is no queue, the
// citizen hears so and stays with her.
func (s *Service) handOver(system context.Context, tx *ent.Tx, i *ent.Interaction, line int, agencyCode, reason string) (*ent.Interaction, error) {
	want := Want{Channel: i.Channel, Line: line, AgencyID: i.AgencyID, RegionID: i.RegionID}
	if agencyCode != "" {
		id, err := tx.Agency.Query().Where(agency.Code(agencyCode)).OnlyID(system)
		if err != nil && !ent.IsNotFound(err) {
			return nil, fmt.Errorf("find agency: %w", err)
		}
		if err == nil {
			want.AgencyID = id
		}
	}
	q, err := s.router.ChooseQueue(system, tx, want)
	if fail.CodeOf(err) == fail.NotFound {
		s.o.Logger.ErrorContext(system, "no queue takes an interaction", "interaction", i.ID, "line", line)
		return s.notice(system, tx, i, message.KindNotice, textNoQueue)
	}
	if err != nil {
		return nil, err
	}
	return s.enqueue(system, tx, i, q, reason, textQueued)
}

// zoneOf is the citizen's civil time; Moscow's when the region is not known.
func zoneOf(system context.Context, tx *ent.Tx, i *ent.Interaction) *time.Location {
	name := "Europe/Moscow"
	if i.RegionID != "" {
		if r, err := tx.Region.Get(system, i.RegionID); err == nil {
			name = r.TimeZone
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}
