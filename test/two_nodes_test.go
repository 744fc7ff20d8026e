package test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/pgtest"
)

// life is one offer of an interaction, from when to when.
type life struct {
	ID, State   string
	Operator    struct{ ID string }
	CreatedAt   time.Time
	AnsweredAt  *time.Time
	Interaction string
}

// Two server processes on one database, operators on both: no enquiry is offered to two at once, and no operator gets more
// than they can take.
func TestTwoNodesNeverOfferOneEnquiryTwice(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	one, two := s.launch(t, freeAddress(t)), s.launch(t, freeAddress(t))
	nodes := []*node{one.node, two.node}
	const chats = 24
	citizens := make([]*citizen, chats)
	for i := range citizens {
		citizens[i] = nodes[i%2].nobody().starts(map[string]any{"idempotencyKey": fmt.Sprintf("enquiry-%d-of-this-test", i)})
		citizens[i].handedOver()
	}
	logins := []string{"operator1", "operator2", "operator3"}
	operators := make([]*client, len(logins))
	for i, login := range logins {
		operators[i] = nodes[i%2].available(login)
	}
	taken := map[string]int{}
	soon(t, "everybody is served", func() bool {
		for i, o := range operators {
			for _, offer := range o.offers() {
				if o.serves(offer, operators[i]) {
					taken[offer.Interaction.ID]++
				}
			}
		}
		return len(taken) == chats
	})
	for id, times := range taken {
		require.Equal(t, 1, times, id)
	}
	requireOneAtATime(t, one.as("supervisor"), citizens)
}

// serves accepts an offer and ends the talk; false when the offer was no longer there.
func (c *client) serves(offer pending, operator *client) bool {
	c.t.Helper()
	if len(operator.try("offerAccept", "OfferInput", map[string]any{"offerId": offer.ID})) > 0 {
		return false
	}
	operator.do("interactionClose", "InteractionCloseInput", map[string]any{
		"interactionId": offer.Interaction.ID, "dispositionId": operator.disposition("OTHER"), "outcome": "RESOLVED",
	})
	return true
}

func requireOneAtATime(t *testing.T, supervisor *client, citizens []*citizen) {
	t.Helper()
	byOperator := map[string][]life{}
	for _, c := range citizens {
		got := ask[struct{ Interaction struct{ Offers []life } }](supervisor,
			`query($id: ID!) { interaction(id: $id) { offers { id state operator { id } createdAt answeredAt } } }`, map[string]any{"id": c.id})
		accepted := 0
		for i, a := range got.Interaction.Offers {
			require.NotNil(t, a.AnsweredAt)
			byOperator[a.Operator.ID] = append(byOperator[a.Operator.ID], a)
			if a.State == "ACCEPTED" {
				accepted++
			}
			for _, b := range got.Interaction.Offers[i+1:] {
				require.False(t, overlap(a, b), "%s was offered to two at once", c.id)
			}
		}
		require.Equal(t, 1, accepted)
	}
	for id, offers := range byOperator {
		for _, a := range offers {
			atOnce := 0
			for _, b := range offers {
				if overlap(a, b) && !b.CreatedAt.After(a.CreatedAt) {
					atOnce++
				}
			}
			require.LessOrEqual(t, atOnce, 3, "operator %s was offered more than they can take", id)
		}
	}
}

func overlap(a, b life) bool {
	return a.CreatedAt.Before(*b.AnsweredAt) && b.CreatedAt.Before(*a.AnsweredAt)
}

// Two nodes start at once on new, empty databases: one fills them, neither fails, and both serve.
func TestTwoNodesStartAtOnce(t *testing.T) {
	t.Parallel()
	s := store{core: pgtest.Empty(t), knowledge: pgtest.Empty(t), dataDir: t.TempDir()}
	nodes, errs := make([]*node, 2), make([]error, 2)
	var wait sync.WaitGroup
	for i := range nodes {
		wait.Go(func() { nodes[i], errs[i] = s.open(t) })
	}
	wait.Wait()
	for i, n := range nodes {
		require.NoError(t, errs[i])
		n.as("operator1")
		got := ask[struct {
			Regions struct{ TotalCount int }
		}](n.nobody(), "{ regions { totalCount } }", nil)
		require.Equal(t, 85, got.Regions.TotalCount)
		records := ask[struct {
			Records struct{ TotalCount int }
		}](n.as("operator1"), "{ records { totalCount } }", nil)
		require.GreaterOrEqual(t, records.Records.TotalCount, 250)
	}
}
