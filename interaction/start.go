package interaction

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/region"
	"ekc/ent/segment"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/numbers"
	"ekc/internal/optional"
)

// Limits of the beginning of a chat.
const (
	maxNameRunes = 200
	maxURLBytes  = 2000
	minKeyBytes  = 16
	maxKeyBytes  = 80
	// repeatWithin is how long a repeat of an idempotency key returns the same interaction.
	repeatWithin = 10 * time.Minute
)

// StartInput is what a citizen gives at the beginning of a chat; all of it may be empty.
type StartInput struct {
	AgencyCode string
	RegionCode string
	Name       string
	// Phone is E.164 or the Russian form with 8; it is kept as E.164.
	Phone   string
	Text    string
	PageURL string
	// IdempotencyKey, 16 to 80 random characters, makes a repeat within ten minutes return the same interaction.
	IdempotencyKey string
}

// Start begins a chat and returns the citizen's token, which opens this interaction only and is not stored.
func (s *Service) Start(ctx context.Context, in StartInput) (*ent.Interaction, string, error) {
	if err := access.Check(ctx, access.StartChat, access.Anywhere); err != nil {
		return nil, "", err
	}
	if err := in.validate(); err != nil {
		return nil, "", err
	}
	system := viewer.AsSystem(ctx)
	agencyID, regionID, err := s.segmentOf(system, in)
	if err != nil {
		return nil, "", err
	}
	token, hash := access.NewToken(access.CitizenPrefix)
	var started *ent.Interaction
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if started, err = s.restarted(system, tx, in.IdempotencyKey, hash); started != nil || err != nil {
			return err
		}
		started, err = s.begin(system, tx, in, agencyID, regionID, hash)
		return err
	})
	if ent.IsConstraintError(err) && in.IdempotencyKey != "" { // the same key at the same moment: the other one has made it
		err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
			started, err = s.restarted(system, tx, in.IdempotencyKey, hash)
			if started == nil && err == nil {
				err = fail.New(fail.Unavailable, "the chat could not be begun; try again")
			}
			return err
		})
	}
	if err != nil {
		return nil, "", err
	}
	if started.AwaitsAssistant {
		s.assistant.Notify(started.ID)
	}
	return started.Unwrap(), token, nil
}

// begin writes citizen, interaction, the first stretch of the timeline and the first message.
func (s *Service) begin(system context.Context, tx *ent.Tx, in StartInput, agencyID, regionID string, hash []byte) (*ent.Interaction, error) {
	now := s.now()
	who := tx.Citizen.Create().SetName(in.Name).SetNillableRegionID(optional.Of(regionID)).SetCreatedAt(now)
	if err := s.setPhone(system, who, in.Phone); err != nil {
		return nil, err
	}
	citizen, err := who.Save(system)
	if err != nil {
		return nil, fmt.Errorf("write citizen: %w", err)
	}
	create := tx.Interaction.Create().SetChannel(interaction.ChannelChat).SetCitizenID(citizen.ID).SetTokenHash(hash).
		SetNillableAgencyID(optional.Of(agencyID)).SetNillableRegionID(optional.Of(regionID)).SetPageURL(in.PageURL).SetCreatedAt(now).SetLastActivityAt(now)
	if in.IdempotencyKey != "" {
		create.SetIdempotencyKey(in.IdempotencyKey)
	}
	i, err := create.Save(system)
	if err != nil {
		return nil, fmt.Errorf("write interaction: %w", err)
	}
	err = tx.Segment.Create().SetInteractionID(i.ID).SetKind(segment.KindAssistant).SetStartedAt(now).Exec(system)
	if err != nil {
		return nil, fmt.Errorf("begin timeline: %w", err)
	}
	if err := s.log.Append(system, tx, event(KindChanged, i, nil)); err != nil {
		return nil, err
	}
	if in.Text != "" {
		_, i, err = s.say(system, tx, i, draft{author: message.AuthorCitizen, kind: message.KindText, text: in.Text})
	}
	return i, err
}

// restarted finds the interaction that the key began and gives it the new token; nil when there is none.
func (s *Service) restarted(system context.Context, tx *ent.Tx, key string, hash []byte) (*ent.Interaction, error) {
	if key == "" {
		return nil, nil //nolint:nilnil // no key, no repeat
	}
	i, err := tx.Interaction.Query().Where(interaction.IdempotencyKey(key)).ForUpdate(database.Lock).Only(system)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // the first time
	}
	if err != nil {
		return nil, fmt.Errorf("find interaction by key: %w", err)
	}
	if s.now().Sub(i.CreatedAt) > repeatWithin || Ended(i.State) {
		return nil, fail.Field("idempotencyKey", fail.Conflict, "was used for an earlier chat")
	}
	return tx.Interaction.UpdateOne(i).SetTokenHash(hash).Save(system)
}

func (in *StartInput) validate() error {
	in.Text, in.Name = strings.TrimSpace(in.Text), strings.TrimSpace(in.Name)
	for field, text := range map[string]string{"text": in.Text, "name": in.Name, "pageUrl": in.PageURL, "idempotencyKey": in.IdempotencyKey} {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return fail.Field(field, fail.Invalid, "is not valid text")
		}
	}
	switch {
	case utf8.RuneCountInString(in.Text) > MaxTextRunes:
		return fail.Field("text", fail.Invalid, "is longer than %d characters", MaxTextRunes)
	case utf8.RuneCountInString(in.Name) > maxNameRunes:
		return fail.Field("name", fail.Invalid, "is longer than %d characters", maxNameRunes)
	case in.IdempotencyKey != "" && (len(in.IdempotencyKey) < minKeyBytes || len(in.IdempotencyKey) > maxKeyBytes):
		return fail.Field("idempotencyKey", fail.Invalid, "must have %d to %d characters", minKeyBytes, maxKeyBytes)
	}
	if in.PageURL != "" {
		u, err := url.Parse(in.PageURL)
		if err != nil || len(in.PageURL) > maxURLBytes || (u.Scheme != "http" && u.Scheme != "https") {
			return fail.Field("pageUrl", fail.Invalid, "is not a web address of at most %d bytes", maxURLBytes)
		}
	}
	phone, ok := normalPhone(in.Phone)
	if !ok {
		return fail.Field("phone", fail.Invalid, "is not a phone number")
	}
	in.Phone = phone
	return nil
}

// normalPhone brings a number to E.164; an empty one stays empty.
func normalPhone(phone string) (string, bool) {
	if strings.TrimSpace(phone) == "" {
		return "", true
	}
	return numbers.E164(phone)
}

// segmentOf finds agency and region by their codes.
func (s *Service) segmentOf(system context.Context, in StartInput) (agencyID, regionID string, err error) {
	if in.AgencyCode != "" {
		agencyID, err = s.client.Agency.Query().Where(agency.Code(in.AgencyCode)).OnlyID(system)
		if ent.IsNotFound(err) {
			return "", "", fail.Field("agencyCode", fail.Invalid, "no agency has this code")
		}
		if err != nil {
			return "", "", fmt.Errorf("find agency: %w", err)
		}
	}
	if in.RegionCode != "" {
		regionID, err = s.client.Region.Query().Where(region.Code(in.RegionCode)).OnlyID(system)
		if ent.IsNotFound(err) {
			return "", "", fail.Field("regionCode", fail.Invalid, "no region has this code")
		}
		if err != nil {
			return "", "", fmt.Errorf("find region: %w", err)
		}
	}
	return agencyID, regionID, nil
}
