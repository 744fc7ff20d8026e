package quality

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/region"
	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/knowledge"
	"ekc/knowledge/improve"
)

// Store runs work in one transaction of the core.
type Store interface {
	InTx(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) error
}

// Options sets the service. Client, Store, Records and Base are required.
type Options struct {
	Client *ent.Client
	Store  Store
	// Records is the question base, Base what makes it better.
	Records knowledge.Service
	Base    improve.Service
	Logger  *slog.Logger
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
}

// Service is the centre's side of making the base better, on one node.
type Service struct {
	o     Options
	node  string // names this process among those that may have a duty
	phone Phone
	chats Chats
}

// New returns the service; Bind gives it its siblings. Nothing is gathered until Run runs or Gather is called.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Service{o: o, node: ids.New("nod")}
}

// Bind gives the service what reaches citizens. Call it before the first recall.
func (s *Service) Bind(phone Phone, chats Chats) { s.phone, s.chats = phone, chats }

// now is the present instant, UTC, in the resolution that Postgres keeps.
func (s *Service) now() time.Time { return s.o.Clock().UTC().Truncate(time.Microsecond) }

// reach is where the viewer's roles let them do the action: bounded to segments, named by codes as the base names them, or not.
func (s *Service) reach(ctx context.Context, action access.Action) (bounded bool, within []improve.Segment, err error) {
	if err := access.Check(ctx, action, access.Anywhere); err != nil {
		return false, nil, err
	}
	v := viewer.From(ctx)
	for _, g := range v.Grants {
		if access.ReachOf(action, g.Role) == access.None {
			continue
		}
		if g.AgencyID == "" && g.RegionID == "" || g.Role == viewer.Administrator {
			return false, nil, nil
		}
		segment, err := s.codes(ctx, g.AgencyID, g.RegionID)
		if err != nil {
			return false, nil, err
		}
		within = append(within, segment)
	}
	return v.Kind != viewer.System, within, nil
}

// codes names an agency and a region, by id, as the base does; empty for an empty id.
func (s *Service) codes(ctx context.Context, agencyID, regionID string) (improve.Segment, error) {
	var out improve.Segment
	system := viewer.AsSystem(ctx)
	if agencyID != "" {
		a, err := s.o.Client.Agency.Get(system, agencyID)
		if err != nil {
			return out, orMissing(err, "agencyId", "no such agency")
		}
		out.Agency = a.Code
	}
	if regionID != "" {
		r, err := s.o.Client.Region.Get(system, regionID)
		if err != nil {
			return out, orMissing(err, "regionId", "no such region")
		}
		out.Region = r.Code
	}
	return out, nil
}

// scope is the segment that an agency and a region of the base's codes are; a code that the centre does not know is nobody's.
func (s *Service) scope(ctx context.Context, segment improve.Segment) (viewer.Scope, error) {
	var out viewer.Scope
	system := viewer.AsSystem(ctx)
	var err error
	if segment.Agency != "" {
		if out.AgencyID, err = s.o.Client.Agency.Query().Where(agency.Code(segment.Agency)).OnlyID(system); err != nil {
			return out, orMissing(err, "agencyId", "no such agency")
		}
	}
	if segment.Region != "" {
		if out.RegionID, err = s.o.Client.Region.Query().Where(region.Code(segment.Region)).OnlyID(system); err != nil {
			return out, orMissing(err, "regionId", "no such region")
		}
	}
	return out, nil
}

// check decides about something of the base's agency and region.
func (s *Service) check(ctx context.Context, action access.Action, segment improve.Segment) error {
	scope, err := s.scope(ctx, segment)
	if err != nil {
		return err
	}
	return access.Check(ctx, action, scope)
}

// audit appends to the log who decided what.
func (s *Service) audit(ctx context.Context, action, id string, detail map[string]string) error {
	return s.o.Store.InTx(ctx, func(_ context.Context, tx *ent.Tx) error { return access.Audit(ctx, tx, action, id, detail) })
}

func orMissing(err error, field, message string) error {
	if ent.IsNotFound(err) {
		return fail.Field(field, fail.NotFound, "%s", message)
	}
	return fmt.Errorf("%s: %w", field, err)
}
