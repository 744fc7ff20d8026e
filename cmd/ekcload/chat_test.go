package main

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNumbersOutOfRangeAreNamed(t *testing.T) {
	t.Parallel()
	good := chatCommand{Citizens: 2000, Operators: 300, Rate: 50, Duration: time.Minute, StartRate: 10, DropRate: 2}
	require.NoError(t, good.validate())
	for flag, spoil := range map[string]func(*chatCommand){
		"--citizens":   func(o *chatCommand) { o.Citizens = 1 << 16 },
		"--operators":  func(o *chatCommand) { o.Operators = 0 },
		"--rate":       func(o *chatCommand) { o.Rate = 5e9 }, // a ticker of no time at all panics
		"--start-rate": func(o *chatCommand) { o.StartRate = math.NaN() },
		"--drop-rate":  func(o *chatCommand) { o.DropRate = -1 },
		"--duration":   func(o *chatCommand) { o.Duration = 2 * time.Hour },
	} {
		bad := good
		spoil(&bad)
		require.ErrorContains(t, bad.validate(), flag)
	}
}
