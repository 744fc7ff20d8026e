package guard_test

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling/guard"
)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

var stranger = netip.MustParseAddr("203.0.113.5")

func TestBucket(t *testing.T) {
	t.Parallel()
	c := &clock{time.Unix(1e9, 0)}
	g := guard.New(guard.Limits{Rate: 10, Burst: 3}, c.now, nil)
	for range 3 {
		require.True(t, g.Admit(stranger))
	}
	require.False(t, g.Admit(stranger))
	require.True(t, g.Admit(netip.MustParseAddr("203.0.113.6")), "another address has its own bucket")
	c.at = c.at.Add(100 * time.Millisecond)
	require.True(t, g.Admit(stranger))
	require.False(t, g.Admit(stranger))
	require.Equal(t, uint64(2), g.Stats().Dropped)
}

func TestManyStrangersTogether(t *testing.T) {
	t.Parallel()
	c := &clock{time.Unix(1e9, 0)}
	carrier := netip.MustParseAddr("198.51.100.1")
	g := guard.New(guard.Limits{TotalRate: 1, TotalBurst: 50, Addresses: 20}, c.now,
		func(a netip.Addr) bool { return a == carrier })
	phone := netip.MustParseAddr("198.51.100.2")
	g.Welcome(phone, c.at.Add(time.Hour))
	admitted := 0
	for i := range 1000 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(0x0b000000+i))
		if g.Admit(netip.AddrFrom4(b)) {
			admitted++
		}
	}
	require.Equal(t, 50, admitted)
	require.LessOrEqual(t, g.Stats().Sources, 20)
	require.True(t, g.Admit(carrier), "carriers are not counted")
	require.True(t, g.Admit(phone), "nor are registered phones, and they are not evicted")
}

func TestBansGrow(t *testing.T) {
	t.Parallel()
	c := &clock{time.Unix(1e9, 0)}
	g := guard.New(guard.Limits{Strikes: 2, Ban: time.Minute, MaxBan: 3 * time.Minute}, c.now, nil)
	for _, ban := range []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute, 3 * time.Minute} {
		require.False(t, g.Strike(stranger))
		require.True(t, g.Strike(stranger))
		require.False(t, g.Admit(stranger))
		c.at = c.at.Add(ban - time.Second)
		require.False(t, g.Admit(stranger), ban)
		require.Equal(t, 1, g.Stats().Banned)
		c.at = c.at.Add(2 * time.Second)
		require.True(t, g.Admit(stranger))
	}
	require.Equal(t, uint64(4), g.Stats().Bans)
}

func TestStrikesAreForgotten(t *testing.T) {
	t.Parallel()
	c := &clock{time.Unix(1e9, 0)}
	g := guard.New(guard.Limits{Strikes: 2, Forget: time.Minute}, c.now, nil)
	require.False(t, g.Strike(stranger))
	c.at = c.at.Add(2 * time.Minute)
	require.False(t, g.Strike(stranger))
	g.Welcome(stranger, c.at.Add(time.Hour)) // the right password after all
	require.False(t, g.Strike(stranger))
	require.True(t, g.Friend(stranger))
	g.Scanner(stranger)
	require.False(t, g.Friend(stranger))
	require.False(t, g.Admit(stranger))
}

func TestScannerNames(t *testing.T) {
	t.Parallel()
	require.True(t, guard.IsScanner("Friendly-Scanner"))
	require.True(t, guard.IsScanner("sipvicious/0.3"))
	require.False(t, guard.IsScanner(""))
	require.False(t, guard.IsScanner("Yealink SIP-T46S 66.86.0.15"))
}
