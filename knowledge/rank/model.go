package rank

import (
	_ "embed" // model.json
	"encoding/json"
	"fmt"
	"math"
	"sync"
)

//go:embed model.json
var modelFile []byte

// Model is what the fitting command writes: how to order candidates, how to tell the probability of each, and where the
// bands of probability end.
type Model struct {
	// Inputs are the names of the inputs that the model was fitted on; they must be today's.
	Inputs     []string `json:"inputs"`
	Order      Order    `json:"order"`
	Confidence Forest   `json:"confidence"`
	AnswerAt   float64  `json:"answerAt"`
	ClarifyAt  float64  `json:"clarifyAt"`
}

// Thresholds are the least probability to answer and the least sum of three to ask.
func (m *Model) Thresholds() (answerAt, clarifyAt float64) { return m.AnswerAt, m.ClarifyAt }

// Order scores candidates by the sum of its parts, which err in different places. The probabilities are fitted to the forest's scores alone: with
// the networks' in them less can be answered.
type Order struct {
	Forest  Forest  `json:"forest"`
	Network Network `json:"network"`
}

// Forest is a sum of linear weights and of small regression trees.
type Forest struct {
	Bias   float64   `json:"bias"`
	Linear []float64 `json:"linear,omitempty"`
	Trees  []Tree    `json:"trees,omitempty"`
}

// Tree is a binary tree in arrays: node i asks whether input Feature[i] is below Threshold[i] and goes to Left[i] or
// Right[i]; a negative Feature marks a leaf, with its value in Threshold.
type Tree struct {
	Feature   []int     `json:"f"`
	Threshold []float32 `json:"t"`
	Left      []int     `json:"l"`
	Right     []int     `json:"r"`
}

func (f *Forest) score(v []float32) float64 {
	s := f.Bias
	for i, w := range f.Linear {
		s += w * float64(v[i])
	}
	for i := range f.Trees {
		s += float64(f.Trees[i].Value(v))
	}
	return s
}

// Score is the sum for one vector of inputs.
func (f *Forest) Score(v []float32) float64 { return f.score(v) }

// Value walks down the tree.
func (t *Tree) Value(v []float32) float32 {
	i := 0
	for t.Feature[i] >= 0 {
		if v[t.Feature[i]] < t.Threshold[i] {
			i = t.Left[i]
		} else {
			i = t.Right[i]
		}
	}
	return t.Threshold[i]
}

// Default is the fitted model that ships with the program.
var Default = sync.OnceValue(func() *Model {
	m, err := Parse(modelFile)
	if err != nil {
		panic(fmt.Sprintf("knowledge/rank/model.json: %v", err)) // embedded and tested: cannot happen in a released program
	}
	return m
})

// Parse reads a model and refuses one that was fitted on other inputs.
func Parse(data []byte) (*Model, error) {
	m := &Model{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("parse ranking model: %w", err)
	}
	names := InputNames()
	if len(names) != len(m.Inputs) {
		return nil, fmt.Errorf("the model has %d inputs, the program %d: run the fitting command", len(m.Inputs), len(names))
	}
	for i, n := range names {
		if m.Inputs[i] != n {
			return nil, fmt.Errorf("input %d is %q in the model and %q in the program: run the fitting command", i, m.Inputs[i], n)
		}
	}
	if err := m.Order.Network.check(len(names)); err != nil {
		return nil, err
	}
	return m, nil
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
