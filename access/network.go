package access

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agencynetwork"
	"ekc/internal/fail"
)

// networks are those of agencies, by agency.
type networks map[string][]netip.Prefix

// bound are the agencies whose networks the grants are bound to: those of which somebody is operator.
func bound(grants []viewer.Grant) []string {
	var agencies []string
	for _, g := range grants {
		if g.Role == viewer.Operator && g.AgencyID != "" && !slices.Contains(agencies, g.AgencyID) {
			agencies = append(agencies, g.AgencyID)
		}
	}
	return agencies
}

// networksOf reads the networks that the grants are bound to.
func networksOf(ctx context.Context, client *ent.AgencyNetworkClient, grants []viewer.Grant) (networks, error) {
	agencies := bound(grants)
	if len(agencies) == 0 {
		return nil, nil //nolint:nilnil // an empty map
	}
	rows, err := client.Query().Where(agencynetwork.AgencyIDIn(agencies...)).Order(ent.Asc(agencynetwork.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read networks: %w", err)
	}
	nets := networks{}
	for _, row := range rows {
		prefix, err := netip.ParsePrefix(row.Network)
		if err != nil {
			return nil, fmt.Errorf("network %s: %w", row.ID, err)
		}
		nets[row.AgencyID] = append(nets[row.AgencyID], prefix)
	}
	return nets, nil
}

// of are the networks that who holds the grants may come from; nil means all. An agency without networks binds nobody.
func (n networks) of(grants []viewer.Grant) []netip.Prefix {
	var all []netip.Prefix
	for _, agency := range bound(grants) {
		all = append(all, n[agency]...)
	}
	return all
}

// admits says why the viewer may not come as they came: "network", "certificate", or empty when they may.
func admits(v viewer.Viewer) string {
	if v.MustShow != "" && v.MustShow != v.Certificate {
		return "certificate"
	}
	if v.Networks == nil {
		return ""
	}
	address, err := netip.ParseAddr(v.Address)
	if err == nil && slices.ContainsFunc(v.Networks, func(p netip.Prefix) bool { return p.Contains(address.Unmap()) }) {
		return ""
	}
	return "network"
}

// foreign says why the account may not sign in from where the viewer of ctx is; empty when it may.
func (s *Service) foreign(ctx context.Context, tx *ent.Tx, a *ent.Account) (string, error) {
	grants, err := s.grantsOf(ctx, tx.RoleAssignment, a.ID)
	if err != nil {
		return "", err
	}
	nets, err := networksOf(ctx, tx.AgencyNetwork, grants)
	if err != nil {
		return "", err
	}
	v := viewer.From(ctx)
	v.Networks, v.MustShow = nets.of(grants), a.CertificateSubject
	return admits(v), nil
}

// admitFrom refuses a sign-in that goes on from elsewhere.
func (s *Service) admitFrom(ctx context.Context, tx *ent.Tx, a *ent.Account) error {
	reason, err := s.foreign(ctx, tx, a)
	if err == nil && reason != "" {
		err = errChallenge()
	}
	return err
}

// admitHere refuses a token that came from where it may not, and writes it down, once a minute for each token.
func (s *Service) admitHere(ctx context.Context, v viewer.Viewer) error {
	reason := admits(v)
	if reason == "" {
		return nil
	}
	object := v.AccountID + v.KeyID
	if s.strays.Allow(v.SessionID + v.KeyID) {
		ctx := viewer.With(ctx, viewer.Viewer{Kind: viewer.System, Address: v.Address})
		err := s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			return Audit(ctx, tx, auditTokenStray, object, map[string]string{"reason": reason, "session": v.SessionID})
		})
		if err != nil {
			return err
		}
	}
	return errToken()
}

// auditStray writes down that a session was to be renewed from where it may not, once a minute for each.
func (s *Service) auditStray(ctx context.Context, tx *ent.Tx, of *ent.Session, reason string) error {
	if reason == "" || !s.strays.Allow("refresh "+of.ID) {
		return nil
	}
	return Audit(ctx, tx, auditTokenStray, of.AccountID, map[string]string{"reason": reason, "session": of.ID, "token": "refresh"})
}

// maxNetworks bounds the networks of one agency.
const maxNetworks = 200

// AgencyNetworks are the networks from which operators of the agency may work; none means all. Who manages accounts of the
// whole agency.
func (s *Service) AgencyNetworks(ctx context.Context, agencyID string) ([]*ent.AgencyNetwork, error) {
	if err := s.mayRuleAgency(ctx, "agencyId", agencyID); err != nil {
		return nil, err
	}
	rows, err := s.client.AgencyNetwork.Query().Where(agencynetwork.AgencyID(agencyID)).
		Order(ent.Asc(agencynetwork.FieldID)).All(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("read networks: %w", err)
	}
	return rows, nil
}

// mayRuleAgency refuses who does not administer the whole agency.
func (s *Service) mayRuleAgency(ctx context.Context, field, agencyID string) error {
	if !wellFormed(agencyID) || agencyID == "" {
		return fail.Field(field, fail.NotFound, "no such agency")
	}
	return Check(ctx, ManageNetworks, viewer.Scope{AgencyID: agencyID})
}

// AddAgencyNetwork lets operators of the agency work from a network, and from then on from its networks only. The viewer's
// own address must stay inside when they are bound by it.
func (s *Service) AddAgencyNetwork(ctx context.Context, agencyID, network, note string) (*ent.AgencyNetwork, error) {
	if err := s.mayRuleAgency(ctx, "agencyId", agencyID); err != nil {
		return nil, err
	}
	prefix, err := parseNetwork(network)
	if err != nil {
		return nil, err
	}
	if note, err = checkReason("note", cut(note, 4*maxNote), false); err != nil {
		return nil, err
	}
	var added *ent.AgencyNetwork
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		if err := findSegment(ctx, tx, "", NewRole{AgencyID: agencyID}); err != nil {
			if fail.CodeOf(err) == fail.NotFound {
				return fail.Field("agencyId", fail.NotFound, "no such agency")
			}
			return err
		}
		held, err := tx.AgencyNetwork.Query().Where(agencynetwork.AgencyID(agencyID)).Count(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("count networks: %w", err)
		case held >= maxNetworks:
			return fail.Field("network", fail.Conflict, "an agency has at most %d networks", maxNetworks)
		}
		added, err = tx.AgencyNetwork.Create().SetAgencyID(agencyID).SetNetwork(prefix.String()).SetNote(cutRunes(note, maxNote)).
			SetCreatedAt(s.now()).Save(ctx)
		switch {
		case ent.IsConstraintError(err):
			return fail.Field("network", fail.Conflict, "the agency has this network already")
		case err != nil:
			return fmt.Errorf("keep network: %w", err)
		}
		return Audit(ctx, tx, auditNetworkAdd, agencyID, map[string]string{"network": prefix.String()})
	})
	s.cache.clear()
	if err != nil {
		return nil, err
	}
	return added.Unwrap(), nil
}

// maxNote bounds a note, in characters.
const maxNote = 200

func cutRunes(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}

// parseNetwork reads a network in CIDR form, or one address. One that holds every address would bind nobody.
func parseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil || prefix.Bits() == 0 || prefix.Addr().Is4In6() {
		return netip.Prefix{}, fail.Field("network", fail.Invalid, "a network like 10.1.0.0/16 or 2001:db8::/48, or an address")
	}
	return prefix.Masked(), nil
}

// RemoveAgencyNetwork takes a network away; the last one opens the agency to all.
func (s *Service) RemoveAgencyNetwork(ctx context.Context, id string) error {
	missing := fail.Field("agencyNetworkId", fail.NotFound, "no such network")
	if !wellFormed(id) {
		return missing
	}
	err := s.store.InTx(viewer.AsSystem(ctx), func(sys context.Context, tx *ent.Tx) error {
		row, err := tx.AgencyNetwork.Query().Where(agencynetwork.ID(id)).ForUpdate().Only(sys)
		switch {
		case ent.IsNotFound(err):
			return missing
		case err != nil:
			return fmt.Errorf("lock network: %w", err)
		}
		if err := Check(ctx, ManageNetworks, viewer.Scope{AgencyID: row.AgencyID}); err != nil {
			if fail.CodeOf(err) == fail.Forbidden {
				return missing
			}
			return err
		}
		if err := tx.AgencyNetwork.DeleteOne(row).Exec(sys); err != nil {
			return fmt.Errorf("remove network: %w", err)
		}
		return Audit(sys, tx, auditNetworkRemove, row.AgencyID, map[string]string{"network": row.Network})
	})
	s.cache.clear()
	return err
}
