package assistant

import (
	"context"
	"errors"
	"testing"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/interaction/dialogue"
	"ekc/knowledge"
)

// keeper stands for the life of interactions: it refuses replies of one decision with an error.
type keeper struct {
	refuses string
	with    error
	kept    []dialogue.Reply
}

func (k *keeper) Reply(_ context.Context, r dialogue.Reply) (bool, error) {
	if r.Decision == k.refuses {
		return false, k.with
	}
	k.kept = append(k.kept, r)
	return true, nil
}

func (*keeper) AssistantTyping(context.Context, *ent.Interaction) error { return nil }

func respond(t *testing.T, k *keeper, b knowledge.Service) (dialogue.Reply, error) {
	t.Helper()
	yana := New(Options{Base: b, Dialogue: k, Thresholds: knowledge.Thresholds{AnswerAt: .9, ClarifyAt: .5}})
	reply, _, err := yana.respond(context.Background(), ask("Как получить пенсию?", dialogue.State{}))
	return reply, err
}

func TestReplyThatCannotBeKeptBecomesAHandover(t *testing.T) {
	t.Parallel()
	sure := &base{hits: []knowledge.Hit{hit("a", .95)}}
	k := &keeper{refuses: "ANSWER", with: &pq.Error{Code: "22021"}}
	reply, err := respond(t, k, sure)
	require.NoError(t, err)
	require.Equal(t, ReasonFailed, reply.Reason)
	require.Len(t, k.kept, 1)
	require.NotNil(t, k.kept[0].HandOver)

	k = &keeper{refuses: "ANSWER", with: errors.New("the database is away")}
	_, err = respond(t, k, sure)
	require.ErrorContains(t, err, "away", "what passes is tried again")
	require.Empty(t, k.kept)
}

// trap is a base in which one text meets a fault.
type trap struct{ knowledge.Service }

func (trap) Search(context.Context, knowledge.Query) ([]knowledge.Hit, error) {
	panic("index out of range")
}

func TestPanicBecomesAHandover(t *testing.T) {
	t.Parallel()
	k := &keeper{}
	reply, err := respond(t, k, trap{})
	require.NoError(t, err)
	require.Equal(t, ReasonFailed, reply.Reason)
	require.NotNil(t, k.kept[0].HandOver)
}
