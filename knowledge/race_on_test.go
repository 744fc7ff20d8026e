//go:build race

package knowledge_test

// raceDetector says that the tests run with the race detector, which makes a measurement several times slower.
const raceDetector = true
