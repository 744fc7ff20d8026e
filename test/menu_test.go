package test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// menuStep is what menuSimulate gives.
type menuStep struct {
	State, Node string
	Said        []string
	UserErrors  []userError
}

// Every question that the shipped menu offers by a key is one that Yana answers from the demo base.
func TestYanaAnswersWhatTheShippedMenuOffers(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../telephony/ivr/default.json")
	require.NoError(t, err)
	var flow struct {
		Nodes map[string]struct {
			Type      string
			Questions []struct{ Digit, Question string }
		}
	}
	require.NoError(t, json.Unmarshal(document, &flow))
	editor := startNode(t).as("content.manager")
	step := func(input map[string]any) menuStep {
		t.Helper()
		input["document"] = string(document)
		s := mutate[menuStep](editor, "menuSimulate", "MenuSimulateInput", "state node said", input)
		require.Empty(t, s.UserErrors)
		return s
	}
	answered := map[string]bool{}
	for _, first := range []string{"1", "2", "3", "4", "5", "6"} {
		asks := step(map[string]any{"at": "2026-11-24T09:00:00Z"})
		for _, keys := range []string{first, "77#", "1"} {
			asks = step(map[string]any{"state": asks.State, "key": keys})
		}
		for _, q := range flow.Nodes[asks.Node].Questions {
			told := step(map[string]any{"state": asks.State, "key": q.Digit})
			require.Equal(t, asks.Node, told.Node, "%q is handed over: %v", q.Question, told.Said)
			require.Contains(t, told.Said[len(told.Said)-1], "Если ответ помог", "%q: %v", q.Question, told.Said)
			answered[q.Question] = true
		}
	}
	require.Len(t, answered, 20)
	for _, q := range flow.Nodes["yana_closed"].Questions {
		require.True(t, answered[q.Question], "outside of hours: %q", q.Question)
	}
}
