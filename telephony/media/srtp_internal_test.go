package media

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/stretchr/testify/require"
)

func testKeys(profile SRTPProfile, seed byte) *SRTP {
	in, out := make([]byte, SRTPKeyLength), make([]byte, SRTPKeyLength)
	for i := range in {
		in[i], out[i] = seed+byte(i), seed+100+byte(i)
	}
	return &SRTP{Profile: profile, Inbound: in, Outbound: out}
}

// peer is the party's half, by pion alone.
func peer(t *testing.T, keys *SRTP) (in, out *srtp.Context) {
	t.Helper()
	profile := srtp.ProtectionProfileAes128CmHmacSha1_80
	if keys.Profile == AES128SHA32 {
		profile = srtp.ProtectionProfileAes128CmHmacSha1_32
	}
	in, err := srtp.CreateContext(keys.Outbound[:16], keys.Outbound[16:], profile)
	require.NoError(t, err)
	out, err = srtp.CreateContext(keys.Inbound[:16], keys.Inbound[16:], profile)
	require.NoError(t, err)
	return in, out
}

func TestSRTPConversation(t *testing.T) {
	t.Parallel()
	for _, profile := range []SRTPProfile{AES128SHA80, AES128SHA32} {
		p := newLoop(t)
		keys := testKeys(profile, 1)
		var raw [][]byte
		b := p.join(nil)
		a, err := p.engine.NewPipe(LegOptions{}, func(packet []byte) { raw = append(raw, append([]byte(nil), packet...)) })
		require.NoError(t, err)
		c := testConfig()
		c.SRTP = keys
		require.NoError(t, a.Configure(c))
		require.NoError(t, p.engine.Bridge(a, b.Leg))
		p.turn()
		in, out := peer(t, keys)
		say := func(seq uint16) []byte {
			plain, err := (&rtp.Packet{Header: rtp.Header{
				Version: 2, PayloadType: 8, SequenceNumber: seq, Timestamp: uint32(seq) * 160, SSRC: 5,
			}, Payload: frame(byte(seq))}).Marshal()
			require.NoError(t, err)
			sealed, err := out.EncryptRTP(nil, plain, nil)
			require.NoError(t, err)
			p.thread.receive(a, false, append([]byte(nil), sealed...), testAddress, false)
			return sealed
		}
		b.seq = 65533 // the rollover counter turns on the way
		for i := range uint16(10) {
			sealed := say(65530 + i)
			require.Len(t, b.out, int(i)+1)
			require.Equal(t, frame(byte(65530+int(i))), b.out[i].payload)
			p.thread.receive(a, false, sealed, testAddress, false) // replayed
			require.Len(t, b.out, int(i)+1)

			b.say(frame(byte(i)))
			plain, err := in.DecryptRTP(nil, raw[i], nil)
			require.NoError(t, err)
			require.Equal(t, frame(byte(i)), plain[headerSize:])
			p.run(FrameDuration)
		}
		forged := say(4)
		forged[20] ^= 1
		rejected := a.stats.Rejected
		p.thread.receive(a, false, forged, testAddress, false)
		require.Equal(t, rejected+1, a.stats.Rejected)

		c.Direction = SendRecv // a re-INVITE with the same keys
		require.NoError(t, a.Configure(c))
		p.turn()
		n := len(b.out)
		say(5)
		require.Len(t, b.out, n+1)

		raw = nil
		p.run(10 * time.Second)
		plain, err := in.DecryptRTCP(nil, raw[0], nil)
		require.NoError(t, err)
		reports, err := rtcp.Unmarshal(plain)
		require.NoError(t, err)
		require.IsType(t, &rtcp.SenderReport{}, reports[0])

		fresh := testKeys(profile, 77)
		c.SRTP = fresh
		require.NoError(t, a.Configure(c))
		p.turn()
		_, out = peer(t, fresh)
		n = len(b.out)
		say(6)
		require.Len(t, b.out, n+1, "new keys")
	}
}

func TestStrangerCannotMoveAProtectedLeg(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(func(c *LegConfig) { c.SRTP = testKeys(AES128SHA80, 1) })
	for i := range uint16(10) {
		a.as(stranger, 5, i)
	}
	require.Equal(t, testAddress, a.to.addr)
	require.Equal(t, uint64(10), a.stats.Rejected)
}
