package assistant

import (
	"context"
	"errors"
	"testing"
	"time"

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

// hanging is a base that never answers.
type hanging struct{ knowledge.Service }

func (hanging) Record(ctx context.Context, _ string) (knowledge.Record, error) {
	<-ctx.Done()
	return knowledge.Record{}, ctx.Err()
}

func TestBaseThatHangsKeepsNobody(t *testing.T) {
	t.Parallel()
	yana := New(Options{Base: hanging{}, SearchTimeout: 20 * time.Millisecond, Thresholds: knowledge.Thresholds{AnswerAt: .9, ClarifyAt: .5}})
	answer := ask("1", dialogue.State{PendingQuestion: "Пособие?", Pending: map[string]string{"1": "a"}})
	answer.choices = []dialogue.Choice{{ID: "1", Text: "Вопрос a"}}
	done := make(chan dialogue.Reply, 1)
	go func() { done <- yana.think(context.Background(), answer) }()
	select {
	case r := <-done:
		require.Equal(t, ReasonBaseUnavailable, r.Reason)
	case <-time.After(20 * time.Second):
		t.Fatal("she waits for ever")
	}
}
