package telephony_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
)

// TestManyCalls brings callers into the queue together; half of them hang up, the others are talked with and hang up.
func TestManyCalls(t *testing.T) {
	t.Parallel()
	const callers = 16
	w := newWorld(t, nil)
	phones := make([]*peer, callers/2)
	for i := range phones {
		phones[i] = w.phone(fmt.Sprint("op", i))
	}
	calls := make([]*peerCall, callers)
	var all sync.WaitGroup
	for i := range calls {
		all.Add(1)
		go func() {
			defer all.Done()
			calls[i] = w.carrier.call(serviceNumber, fmt.Sprintf("+7343200%04d", i), citizenTone)
		}()
	}
	all.Wait()
	eventually(t, func() bool { return w.prompts.times("Для ПФР нажмите один.") == callers }, "not all hear the menu")
	for _, c := range calls {
		c.press("1")
	}
	eventually(t, func() bool { return w.centre.in("QUEUED") == callers }, "not all are queued")
	talks := w.centre.offerFirst(len(phones))
	for i := range talks {
		phones[i].ringing().pickUp(operatorTone)
	}
	eventually(t, func() bool { return w.centre.in("ACTIVE") == len(phones) }, "not all talk")
	for _, c := range calls {
		c.hangUp()
	}
	for _, c := range calls {
		await[signaling.Ended](c)
	}
	eventually(t, func() bool { return len(w.sb.Calls()) == 0 && w.agent.Dialogs() == 0 }, "calls are left")
	require.Equal(t, callers-len(phones), w.centre.in("ABANDONED"))
	require.Equal(t, len(phones), w.centre.in("WRAP_UP"))
	m := w.sb.Metrics()
	require.Equal(t, uint64(callers), m.Incoming)
	require.Equal(t, uint64(len(phones)), m.Connected)
	require.Equal(t, uint64(callers-len(phones)), m.Lost)
	require.Zero(t, m.Overruns)
	eventually(t, func() bool { return w.centre.recordings() == callers }, "recordings are missing")
}
