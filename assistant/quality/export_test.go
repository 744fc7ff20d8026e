package quality

// Bounds are the bounds of the ids of a period's interactions.
func Bounds(p Period) (low, high string) { return p.ids() }
