package privacy

import (
	"context"

	"ekc/ent"
	"ekc/ent/citizenrequest"
	"ekc/ent/destructionact"
	"ekc/ent/legalhold"
)

// Acts are the certificates, of one request or all. Administrators.
func (s *Service) Acts(ctx context.Context, requestID string) (*ent.DestructionActQuery, error) {
	if err := may(ctx); err != nil {
		return nil, err
	}
	q := s.o.Client.DestructionAct.Query()
	if requestID != "" {
		q.Where(destructionact.RequestID(requestID))
	}
	return q, nil
}

// Holds are the holds, the active ones or all. Administrators.
func (s *Service) Holds(ctx context.Context, active bool) (*ent.LegalHoldQuery, error) {
	if err := may(ctx); err != nil {
		return nil, err
	}
	q := s.o.Client.LegalHold.Query()
	if active {
		q.Where(legalhold.ReleasedAtIsNil())
	}
	return q, nil
}

// Requests are citizens' requests, in one state or all. Administrators.
func (s *Service) Requests(ctx context.Context, state citizenrequest.State) (*ent.CitizenRequestQuery, error) {
	if err := may(ctx); err != nil {
		return nil, err
	}
	q := s.o.Client.CitizenRequest.Query()
	if state != "" {
		q.Where(citizenrequest.StateEQ(state))
	}
	return q, nil
}
