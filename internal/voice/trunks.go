package voice

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"unicode/utf8"

	"ekc/access"
	"ekc/ent"
	"ekc/ent/servicenumber"
	"ekc/ent/trunk"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/voice/carrier"
)

// TrunkSettings are what a trunk is made or changed with; nil leaves what is, or takes the default of the data model.
type TrunkSettings struct {
	Name, Proxy, Domain, Transport, Username, Password *string
	InboundUsername, InboundPassword, SRTP             *string
	CallerNumber                                       *string
	Active, Trusted, Reliable, SymmetricMedia          *bool
	Preference, SessionExpiresSeconds                  *int
	KeepAliveSeconds                                   *int
	Sources, Codecs                                    []string
	NumbersIn, NumbersOut                              []carrier.PrefixRule
}

// CreateTrunk makes a line to a carrier; name, proxy and sources are needed. For administrators.
func (s *Service) CreateTrunk(ctx context.Context, in TrunkSettings) (*ent.Trunk, error) {
	if err := access.Check(ctx, access.ManageTrunks, access.Anywhere); err != nil {
		return nil, err
	}
	if in.Name == nil || in.Proxy == nil {
		return nil, fail.Field("name", fail.Invalid, "a trunk needs a name and a proxy")
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	return s.writeTrunk(ctx, "trunk.create", func(system context.Context, tx *ent.Tx) (*ent.Trunk, error) {
		create := tx.Trunk.Create().SetSources([]string{})
		in.apply(create.Mutation())
		return create.Save(system)
	})
}

// UpdateTrunk changes one. For administrators.
func (s *Service) UpdateTrunk(ctx context.Context, id string, in TrunkSettings) (*ent.Trunk, error) {
	if err := access.Check(ctx, access.ManageTrunks, access.Anywhere); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	return s.writeTrunk(ctx, "trunk.update", func(system context.Context, tx *ent.Tx) (*ent.Trunk, error) {
		update := tx.Trunk.UpdateOneID(id)
		in.apply(update.Mutation())
		t, err := update.Save(system)
		if ent.IsNotFound(err) {
			return nil, fail.Field("trunkId", fail.NotFound, "no such trunk")
		}
		return t, err
	})
}

func (s *Service) writeTrunk(ctx context.Context, what string, write func(system context.Context, tx *ent.Tx) (*ent.Trunk, error)) (*ent.Trunk, error) {
	var t *ent.Trunk
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		t, err = write(system, tx)
		switch {
		case ent.IsConstraintError(err):
			return fail.Field("name", fail.Conflict, "another trunk has this name")
		case ent.IsValidationError(err):
			return fail.New(fail.Invalid, "a setting is out of its range")
		case err != nil:
			return err
		}
		if _, err := trunkOf(t); err != nil {
			return fail.New(fail.Invalid, "%s", err.Error())
		}
		if err := s.o.Log.Append(system, tx, eventlog.Event{Kind: KindLines}); err != nil {
			return err
		}
		return access.Audit(ctx, tx, what, t.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return t.Unwrap(), nil
}

func (in *TrunkSettings) check() error {
	for field, text := range map[string]*string{
		"name": in.Name, "domain": in.Domain, "username": in.Username, "password": in.Password,
		"inboundUsername": in.InboundUsername, "inboundPassword": in.InboundPassword,
	} {
		if text != nil && (*text != valid(*text) || strings.ContainsAny(*text, "\r\n") || utf8.RuneCountInString(*text) > maxName) {
			return fail.Field(field, fail.Invalid, "must be one line of at most %d characters", maxName)
		}
	}
	if in.Proxy != nil && !hostPort(*in.Proxy) {
		return fail.Field("proxy", fail.Invalid, "must be HOST or HOST:PORT")
	}
	for _, text := range in.Sources {
		p, err := Network(text)
		if err != nil {
			return fail.Field("sources", fail.Invalid, "%s", err.Error())
		}
		if p.Bits() == 0 {
			return fail.Field("sources", fail.Invalid, "the whole internet is no carrier")
		}
	}
	for _, name := range in.Codecs {
		if _, ok := codecs[strings.ToUpper(name)]; !ok {
			return fail.Field("codecs", fail.Invalid, "no codec is called %q", name)
		}
	}
	if in.KeepAliveSeconds != nil && *in.KeepAliveSeconds != 0 && *in.KeepAliveSeconds < 5 {
		return fail.Field("keepAliveSeconds", fail.Invalid, "must be 0, or at least 5")
	}
	if in.SessionExpiresSeconds != nil && *in.SessionExpiresSeconds != 0 && *in.SessionExpiresSeconds < 90 {
		return fail.Field("sessionExpiresSeconds", fail.Invalid, "must be 0, or at least 90")
	}
	if in.CallerNumber != nil && *in.CallerNumber != "" {
		number, ok := E164(*in.CallerNumber)
		if !ok {
			return fail.Field("callerNumber", fail.Invalid, "is not a phone number")
		}
		in.CallerNumber = &number
	}
	return nil
}

func hostPort(text string) bool {
	host := text
	if h, port, err := net.SplitHostPort(text); err == nil {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return false
		}
		host = h
	}
	return host != "" && len(host) <= 253 && !strings.ContainsAny(host, " \t\r\n/@<>;?")
}

// apply sets what was given.
func (in *TrunkSettings) apply(m *ent.TrunkMutation) {
	text := func(v *string, set func(string)) {
		if v != nil {
			set(strings.TrimSpace(*v))
		}
	}
	text(in.Name, m.SetName)
	text(in.Proxy, m.SetProxy)
	text(in.Domain, m.SetDomain)
	text(in.Transport, func(v string) { m.SetTransport(trunk.Transport(v)) })
	text(in.Username, m.SetUsername)
	text(in.Password, m.SetPassword)
	text(in.InboundUsername, m.SetInboundUsername)
	text(in.InboundPassword, m.SetInboundPassword)
	text(in.SRTP, func(v string) { m.SetSrtp(trunk.Srtp(v)) })
	text(in.CallerNumber, m.SetCallerNumber)
	flag := func(v *bool, set func(bool)) {
		if v != nil {
			set(*v)
		}
	}
	flag(in.Active, m.SetActive)
	flag(in.Trusted, m.SetTrusted)
	flag(in.Reliable, m.SetReliable)
	flag(in.SymmetricMedia, m.SetSymmetricMedia)
	count := func(v *int, set func(int)) {
		if v != nil {
			set(*v)
		}
	}
	count(in.Preference, m.SetPreference)
	count(in.SessionExpiresSeconds, m.SetSessionExpiresSeconds)
	count(in.KeepAliveSeconds, m.SetKeepAliveSeconds)
	if in.Sources != nil {
		m.SetSources(in.Sources)
	}
	if in.Codecs != nil {
		m.SetCodecs(in.Codecs)
	}
	if in.NumbersIn != nil {
		m.SetNumbersIn(in.NumbersIn)
	}
	if in.NumbersOut != nil {
		m.SetNumbersOut(in.NumbersOut)
	}
}

// NumberSettings are what a number of the centre is set to.
type NumberSettings struct {
	Number, Name     string
	MenuID, AgencyID string // empty: none
	Active, Outbound bool
}

// SetNumber makes or replaces a number of the centre. For administrators.
func (s *Service) SetNumber(ctx context.Context, in NumberSettings) (*ent.ServiceNumber, error) {
	if err := access.Check(ctx, access.ManageNumbers, access.Anywhere); err != nil {
		return nil, err
	}
	number, ok := E164(in.Number)
	name := strings.TrimSpace(in.Name)
	switch {
	case !ok:
		return nil, fail.Field("number", fail.Invalid, "is not a phone number")
	case name == "" || utf8.RuneCountInString(name) > maxName || name != valid(name):
		return nil, fail.Field("name", fail.Invalid, "must have 1 to %d characters", maxName)
	}
	var n *ent.ServiceNumber
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if err := checkRefs(system, tx, in); err != nil {
			return err
		}
		id, err := tx.ServiceNumber.Query().Where(servicenumber.Number(number)).OnlyID(system)
		if ent.IsNotFound(err) {
			var made *ent.ServiceNumber
			if made, err = tx.ServiceNumber.Create().SetNumber(number).SetName(name).Save(system); err == nil {
				id = made.ID
			}
		}
		if err != nil {
			return fmt.Errorf("write number: %w", err)
		}
		update := tx.ServiceNumber.UpdateOneID(id).SetName(name).SetActive(in.Active).SetOutbound(in.Outbound).ClearMenuID().ClearAgencyID()
		if in.MenuID != "" {
			update.SetMenuID(in.MenuID)
		}
		if in.AgencyID != "" {
			update.SetAgencyID(in.AgencyID)
		}
		if n, err = update.Save(system); err != nil {
			return fmt.Errorf("write number: %w", err)
		}
		if err := s.o.Log.Append(system, tx, eventlog.Event{Kind: KindLines}); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "number.set", n.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return n.Unwrap(), nil
}

func checkRefs(system context.Context, tx *ent.Tx, in NumberSettings) error {
	if in.MenuID != "" {
		if _, err := tx.Menu.Get(system, in.MenuID); err != nil {
			if ent.IsNotFound(err) {
				return fail.Field("menuId", fail.NotFound, "no such menu")
			}
			return err
		}
	}
	if in.AgencyID != "" {
		if _, err := tx.Agency.Get(system, in.AgencyID); err != nil {
			if ent.IsNotFound(err) {
				return fail.Field("agencyId", fail.NotFound, "no such agency")
			}
			return err
		}
	}
	return nil
}
