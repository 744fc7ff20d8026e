package sdp_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/sdp"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"session's":       {body("m=audio 4000 RTP/AVP 8"), "198.51.100.7:4000"},
		"stream's own":    {body("m=audio 4000 RTP/AVP 8", "c=IN IP4 192.0.2.3"), "192.0.2.3:4000"},
		"of IPv6":         {body("m=audio 4000 RTP/AVP 8", "c=IN IP6 2001:db8::1"), "[2001:db8::1]:4000"},
		"first audio":     {body("m=video 5000 RTP/AVP 96", "m=audio 0 RTP/AVP 8", "m=audio 4002 RTP/AVP 8", "m=audio 4004 RTP/AVP 8"), "198.51.100.7:4002"},
		"held":            {body("m=audio 4000 RTP/AVP 8", "c=IN IP4 0.0.0.0"), ""},
		"name":            {body("m=audio 4000 RTP/AVP 8", "c=IN IP4 gateway.example"), ""},
		"multicast":       {body("m=audio 4000 RTP/AVP 8", "c=IN IP4 224.2.36.42/127"), ""},
		"no audio":        {body("m=video 4000 RTP/AVP 96"), ""},
		"not a body":      {[]byte("hello"), ""},
		"no body":         {nil, ""},
		"another profile": {body("m=audio 4000 TCP/MRCPv2 1"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := netip.AddrPort{}
			if c.want != "" {
				want = netip.MustParseAddrPort(c.want)
			}
			require.Equal(t, want, sdp.Address(c.body))
		})
	}
}
