package interaction_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	data "ekc/ent/interaction"
	"ekc/interaction"
	"ekc/internal/fail"
)

var allStates = []data.State{
	data.StateWithAssistant, data.StateQueued, data.StateOffered, data.StateActive, data.StateHeld, data.StateWrapUp,
	data.StateDeferred, data.StateClosed, data.StateAbandoned,
}

var allMoves = []interaction.Move{
	interaction.MoveEnqueue, interaction.MoveOffer, interaction.MoveRequeue, interaction.MoveAccept, interaction.MoveHold,
	interaction.MoveResume, interaction.MoveFinish, interaction.MoveReopen, interaction.MoveClose, interaction.MoveAbandon,
	interaction.MoveDefer, interaction.MoveRecorded, interaction.MoveReturn, interaction.MoveHandTo, interaction.MoveTake,
	interaction.MoveName,
}

// TestNext names every legal move; whatever it does not name must be refused.
func TestNext(t *testing.T) {
	t.Parallel()
	legal := map[data.State]map[interaction.Move]data.State{
		data.StateWithAssistant: {interaction.MoveEnqueue: data.StateQueued, interaction.MoveClose: data.StateClosed},
		data.StateQueued: {
			interaction.MoveEnqueue: data.StateQueued, interaction.MoveOffer: data.StateOffered,
			interaction.MoveAbandon: data.StateAbandoned, interaction.MoveTake: data.StateActive,
			interaction.MoveDefer: data.StateDeferred,
		},
		data.StateOffered: {
			interaction.MoveEnqueue: data.StateQueued, interaction.MoveRequeue: data.StateQueued,
			interaction.MoveAccept: data.StateActive, interaction.MoveAbandon: data.StateAbandoned,
		},
		data.StateActive: {
			interaction.MoveHold: data.StateHeld, interaction.MoveEnqueue: data.StateQueued, interaction.MoveFinish: data.StateWrapUp,
			interaction.MoveClose: data.StateClosed, interaction.MoveDefer: data.StateDeferred,
			interaction.MoveReturn: data.StateQueued, interaction.MoveHandTo: data.StateActive,
		},
		data.StateHeld: {
			interaction.MoveResume: data.StateActive, interaction.MoveEnqueue: data.StateQueued, interaction.MoveFinish: data.StateWrapUp,
			interaction.MoveClose: data.StateClosed, interaction.MoveDefer: data.StateDeferred,
			interaction.MoveReturn: data.StateQueued, interaction.MoveHandTo: data.StateActive,
		},
		data.StateWrapUp: {
			interaction.MoveReopen: data.StateActive, interaction.MoveClose: data.StateClosed, interaction.MoveRecorded: data.StateClosed,
			interaction.MoveDefer: data.StateDeferred,
		},
		data.StateDeferred: {
			interaction.MoveEnqueue: data.StateQueued, interaction.MoveClose: data.StateClosed, interaction.MoveTake: data.StateActive,
			interaction.MoveName: data.StateDeferred,
		},
	}
	for _, from := range allStates {
		for _, move := range allMoves {
			to, err := interaction.Next(from, move)
			want, ok := legal[from][move]
			if !ok {
				require.Equal(t, fail.Conflict, fail.CodeOf(err), "%s %s", from, move)
				continue
			}
			require.NoError(t, err, "%s %s", from, move)
			require.Equal(t, want, to, "%s %s", from, move)
		}
	}
}
