package voice

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/servicenumber"
	"ekc/ent/trunk"
	"ekc/internal/voice/carrier"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// linesFor is how long trunks and numbers are believed without being told of a change.
const linesFor = 30 * time.Second

// lines are the trunks and numbers as this node knows them.
type lines struct{ known atomic.Pointer[knownLines] }

type knownLines struct {
	trunks  map[string]signaling.Trunk
	order   []string          // their ids, the preferred way out first
	numbers map[string]string // by E.164, with the agency of each, empty for all
}

// Trunk gives an active trunk by its id, the default one for the empty id.
func (s *Service) Trunk(id string) (signaling.Trunk, bool) {
	k := s.lines.known.Load()
	if id == "" && len(k.order) > 0 {
		id = k.order[0]
	}
	t, ok := k.trunks[id]
	return t, ok
}

// Ways are the active trunks by which calls may leave, in the order of their preference; those whose carriers do not answer come last.
func (s *Service) Ways() []string {
	down := map[string]bool{}
	for _, t := range s.trunkStatus() {
		down[t.TrunkID] = !t.Up
	}
	ways := slices.Clone(s.lines.known.Load().order)
	slices.SortStableFunc(ways, func(a, b string) int {
		switch {
		case down[a] == down[b]:
			return 0
		case down[a]:
			return 1
		default:
			return -1
		}
	})
	return ways
}

// ServiceNumber reports whether an unknown caller may reach a number, in whatever form.
func (s *Service) ServiceNumber(number string) bool {
	e, ok := E164(number)
	if ok {
		_, ok = s.lines.known.Load().numbers[e]
	}
	return ok
}

// loadLines reads trunks and numbers.
func (s *Service) loadLines(ctx context.Context) error {
	rows, err := s.o.Client.Trunk.Query().Where(trunk.Active(true)).Order(ent.Asc(trunk.FieldPreference), ent.Asc(trunk.FieldID)).All(ctx)
	if err != nil {
		return fmt.Errorf("read trunks: %w", err)
	}
	numbers, err := s.o.Client.ServiceNumber.Query().Where(servicenumber.Active(true)).All(ctx)
	if err != nil {
		return fmt.Errorf("read numbers: %w", err)
	}
	k := &knownLines{trunks: map[string]signaling.Trunk{}, numbers: map[string]string{}}
	all := make([]signaling.Trunk, 0, len(rows))
	for _, r := range rows {
		t, err := trunkOf(r)
		if err != nil {
			return fmt.Errorf("trunk %s: %w", r.ID, err)
		}
		k.order = append(k.order, r.ID)
		k.trunks[r.ID] = t
		all = append(all, t)
	}
	for _, n := range numbers {
		k.numbers[n.Number] = n.AgencyID
	}
	s.lines.known.Store(k)
	if s.o.OnTrunks != nil {
		return s.o.OnTrunks(all)
	}
	return nil
}

func (s *Service) reload(ctx context.Context) {
	s.zones.Clear()
	if err := s.loadLines(viewer.AsSystem(ctx)); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "trunks and numbers are as they were", "error", err)
	}
}

// trunkOf is a row as signaling has it.
func trunkOf(r *ent.Trunk) (signaling.Trunk, error) {
	t := signaling.Trunk{
		ID: r.ID, Name: r.Name, Proxy: r.Proxy, Domain: r.Domain, Transport: signaling.Transport(r.Transport),
		User: r.Username, Password: r.Password, InboundUser: r.InboundUsername, InboundPassword: r.InboundPassword,
		Trusted: r.Trusted, Numbers: signaling.NumberPlan{In: rules(r.NumbersIn), Out: rules(r.NumbersOut)},
		SessionExpires: time.Duration(r.SessionExpiresSeconds) * time.Second, Reliable: r.Reliable,
		KeepAlive: time.Duration(r.KeepAliveSeconds) * time.Second, SymmetricMedia: r.SymmetricMedia,
	}
	for _, text := range r.Sources {
		prefix, err := Network(text)
		if err != nil {
			return t, err
		}
		t.Sources = append(t.Sources, prefix)
	}
	for _, name := range r.Codecs {
		c, ok := codecs[strings.ToUpper(name)]
		if !ok {
			return t, fmt.Errorf("no codec is called %q", name)
		}
		t.Codecs = append(t.Codecs, c())
	}
	switch r.Srtp {
	case trunk.SrtpOff:
		t.SRTP = sdp.Plain
	case trunk.SrtpRequired:
		t.SRTP = sdp.Required
	default:
		t.SRTP = sdp.Optional
	}
	return t, nil
}

// codecs are those that a trunk may be given.
var codecs = map[string]func() sdp.Codec{"PCMA": sdp.PCMA, "PCMU": sdp.PCMU, "G722": sdp.G722, "OPUS": sdp.Opus}

func rules(in []carrier.PrefixRule) []signaling.PrefixRule {
	out := make([]signaling.PrefixRule, 0, len(in))
	for _, r := range in {
		out = append(out, signaling.PrefixRule{Prefix: r.Prefix, Replacement: r.Replacement, Length: r.Length})
	}
	return out
}

// Network reads an address or a network.
func Network(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if a, err := netip.ParseAddr(text); err == nil {
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, fmt.Errorf("%q is neither an address nor a network", text)
	}
	return p.Masked(), nil
}
