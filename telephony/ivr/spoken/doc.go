// Package spoken writes numbers, places in a queue, waits, dates, times and digits as Russian words in the right case and
// gender, because a synthesiser guesses both. It is pure, and imports nothing of EKC.
package spoken
