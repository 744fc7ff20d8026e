package main

import "fmt"

// bound is the range of a number that a flag gives.
type bound struct {
	flag            string
	value, min, max float64
}

// within names the first number that is out of its range.
func within(bounds []bound) error {
	for _, n := range bounds {
		if !(n.value >= n.min && n.value <= n.max) { // not a number is out of range too
			return fmt.Errorf("--%s must be from %g to %g", n.flag, n.min, n.max)
		}
	}
	return nil
}
