package voice_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent/callleg"
	"ekc/internal/fail"
	"ekc/telephony"
)

// TestLegsOfManyCallsAreWrittenTogether: what cannot be written fails by itself, and each report counts when its caller hears of it.
func TestLegsOfManyCallsAreWrittenTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const calls = 40
	ids := make([]string, calls)
	for n := range calls {
		ids[n] = w.caller(fmt.Sprintf("+7916000%04d", n))
	}
	began := w.clock.Now()
	answered, ended := began.Add(time.Second), began.Add(time.Minute)
	var reporting sync.WaitGroup
	for n := range calls {
		reporting.Go(func() {
			leg := telephony.LegReport{
				ID: fmt.Sprintf("leg-%d", n), CallID: fmt.Sprintf("call-%d", n+1), InteractionID: ids[n], Kind: "phone", Role: "operator",
				AccountID: "acc_a", Number: "100", BeganAt: began, AnsweredAt: &answered, Codec: "PCMA",
			}
			if err := w.voice.Leg(t.Context(), leg); err != nil {
				t.Errorf("begin of a leg: %v", err)
			}
			leg.AnsweredAt, leg.EndedAt, leg.Sent, leg.Role, leg.MOS = nil, &ended, int64(n), "supervisor", 4.1
			for range 2 {
				if err := w.voice.Leg(t.Context(), leg); err != nil {
					t.Errorf("end of a leg: %v", err)
				}
			}
			written, err := w.client.CallLeg.Get(w.system, leg.ID)
			if err != nil || written.EndedAt == nil || !written.EndedAt.Equal(ended) {
				t.Errorf("leg %s is not written when its report returns: %v", leg.ID, err)
			}
		})
		reporting.Go(func() {
			unknown := telephony.LegReport{ID: fmt.Sprintf("lost-%d", n), CallID: "no such call", Kind: "trunk", Role: "citizen", BeganAt: began}
			if err := w.voice.Leg(t.Context(), unknown); fail.CodeOf(err) != fail.NotFound {
				t.Errorf("leg of an unknown call: %v", err)
			}
		})
	}
	reporting.Wait()
	legs := w.client.CallLeg.Query().Where(callleg.EndedAtNotNil(), callleg.AnsweredAt(answered), callleg.RoleEQ(callleg.RoleSupervisor),
		callleg.CodecEQ("PCMA"), callleg.MosGT(4)).AllX(w.system)
	require.Len(t, legs, calls)
	for _, leg := range legs {
		require.Equal(t, leg.ID, fmt.Sprintf("leg-%d", leg.PacketsSent))
	}
	require.Equal(t, calls, w.client.CallLeg.Query().CountX(w.system))
	err := w.voice.Leg(t.Context(), telephony.LegReport{ID: "leg-x", CallID: "call-1", Kind: "pigeon", Role: "operator", BeganAt: began})
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
}
