package guard

import "time"

// Limits bound what one address may do. Zero values mean the defaults.
type Limits struct {
	// Rate and Burst are requests a second and at once from one unknown address. Default 20 and 60.
	Rate  float64
	Burst int
	// TotalRate and TotalBurst bound all unknown addresses together, so that a flood from many, or forged, addresses leaves
	// room for carriers and phones, which are not counted. Default 500 and 1000.
	TotalRate  float64
	TotalBurst int
	// Strikes is the number of failures (wrong passwords, refused calls, malformed requests) that ban an address. Default 10.
	Strikes int
	// Ban is the first ban; each further one is twice as long, up to MaxBan. Default 5 minutes and 24 hours.
	Ban, MaxBan time.Duration
	// Forget is the quiet time after which an address's failures no longer count. Default 1 hour.
	Forget time.Duration
	// Addresses bounds the table; the least recently seen goes first, banned ones last. Default 20000.
	Addresses int
}
