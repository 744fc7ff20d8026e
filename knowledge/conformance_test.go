package knowledge_test

import (
	"testing"

	"ekc/knowledge"
	"ekc/knowledge/conformance"
)

func TestConformanceInProcess(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T) knowledge.Service { return baseOf(t) })
}
