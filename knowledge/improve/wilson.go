package improve

import "math"

// z95 is the 0.975 quantile of the normal distribution, for intervals of 95 %.
const z95 = 1.959964

// Wilson is the 95 % score interval of a share of which k of n were seen (E. B. Wilson, 1927); 0 and 1 when nothing was seen.
func Wilson(k, n int) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	p, m := float64(k)/float64(n), float64(n)
	middle := p + z95*z95/(2*m)
	half := z95 * math.Sqrt(p*(1-p)/m+z95*z95/(4*m*m))
	scale := 1 + z95*z95/m
	return max(0, (middle-half)/scale), min(1, (middle+half)/scale)
}
