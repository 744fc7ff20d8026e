//go:build linux

package media

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestWaitEndsWithAWake also on kernels before 5.11, which know milliseconds only.
func TestWaitEndsWithAWake(t *testing.T) {
	t.Parallel()
	for _, old := range []bool{false, true} {
		o, err := Options{KeepProcs: true}.withDefaults()
		require.NoError(t, err)
		th, err := newThread(&Engine{options: o, base: time.Now()}, 0)
		require.NoError(t, err)
		p := th.poll.(*epoll)
		p.noPwait2 = old
		go func() {
			for !p.asleep.Load() {
				runtime.Gosched()
			}
			p.wake()
		}()
		begun := time.Now()
		p.wait(th, time.Minute)
		require.Less(t, time.Since(begun), 30*time.Second)
		begun = time.Now()
		p.wait(th, 30*time.Millisecond)
		require.GreaterOrEqual(t, time.Since(begun), 30*time.Millisecond, "the wake is used up")
		require.NoError(t, p.close())
	}
}

// TestWaitOfAThreadWithLegs keeps its processor, and ends with a wake all the same.
func TestWaitOfAThreadWithLegs(t *testing.T) {
	t.Parallel()
	o, err := Options{KeepProcs: true}.withDefaults()
	require.NoError(t, err)
	th, err := newThread(&Engine{options: o, base: time.Now()}, 0)
	require.NoError(t, err)
	p := th.poll.(*epoll)
	p.shares, th.legs = false, []*Leg{{}}
	go func() {
		for !p.asleep.Load() {
			runtime.Gosched()
		}
		p.wake()
	}()
	begun := time.Now()
	p.wait(th, time.Minute)
	require.Less(t, time.Since(begun), 30*time.Second)
	require.NoError(t, p.close())
}

// TestPauseLasts whether the Go scheduler is told of it or not.
func TestPauseLasts(t *testing.T) {
	t.Parallel()
	for _, shares := range []bool{true, false} {
		p := &epoll{shares: shares}
		begun := time.Now()
		for range 5 {
			p.pause(time.Millisecond)
		}
		require.Greater(t, time.Since(begun), 2*time.Millisecond, "a signal may cut some of them short")
	}
}
