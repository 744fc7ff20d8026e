package telephony_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/ivr/numbering"
)

func TestRegionOfTheCallerIsAskedOfTheRegister(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *telephony.Options) {
		o.Region = func(number string) (numbering.Region, bool) {
			return numbering.Region{Code: "16"}, number == citizenNumber
		}
	})
	w.queued()
	require.Equal(t, "16", w.centre.only().call.RegionCode)
}
