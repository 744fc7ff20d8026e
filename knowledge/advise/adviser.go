package advise

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"

	"ekc/knowledge/outbound"
)

// The tasks, stable words of logs and metrics.
const (
	TaskShorten = "shorten"
	TaskChoose  = "choose"
)

// How a task ended, stable words of metrics.
const (
	OutcomeAdvice  = "advice"
	OutcomeMemory  = "memory"  // the same was asked a short time ago
	OutcomeTimeout = "timeout" // the model was too slow
	OutcomeFailure = "failure" // the server answered with an error, or not at all
	OutcomeGarbage = "garbage" // the answer was not of the form that was asked for
	OutcomeOpen    = "open"    // not asked: it has failed too often just before
	OutcomeBusy    = "busy"    // not asked: enough questions are under way
	OutcomeGone    = "gone"    // the asker did not wait
)

// Options make an Adviser.
type Options struct {
	// BaseURL is the server's address that ends in /v1.
	BaseURL, Key string
	// Model is its chat model.
	Model string
	// ShortenTime and ChooseTime bound one answer. Zero: 1.5 and 2 seconds.
	ShortenTime, ChooseTime time.Duration
	// Recover is how long a task rests after failing too often. Zero: 30 seconds.
	Recover time.Duration
	// Observe is told of every question; nil: nobody is. It may be called from many goroutines.
	Observe func(task, outcome string, took time.Duration)
}

const (
	shortenTime = 1500 * time.Millisecond
	chooseTime  = 2 * time.Second
	rest        = 30 * time.Second
	// failuresInARow open the breaker.
	failuresInARow = 5
	// atOnce bounds the questions under way on this node.
	atOnce = 8
	// remembered bounds the memory of each task, in answers, and memoryTime their age.
	remembered = 2048
	memoryTime = 10 * time.Minute
	// largestAnswer bounds a response, in bytes, and longestAnswer what the model may write, in pieces.
	largestAnswer = 256 << 10
	longestAnswer = 300
)

// Adviser asks the model. It may be used from many goroutines and needs no closing.
type Adviser struct {
	client  *openai.Client
	model   string
	observe func(task, outcome string, took time.Duration)
	slots   chan struct{}
	shorten task[string]
	choose  task[[]int]
}

// task is one of the things asked.
type task[T any] struct {
	name    string
	limit   time.Duration
	breaker *gobreaker.CircuitBreaker[T]
	memory  *lru.Cache[[sha256.Size]byte, kept[T]]
}

// kept is an answer in the memory.
type kept[T any] struct {
	answer T
	at     time.Time
}

// New makes an adviser; it does not connect before it is asked.
func New(o Options) *Adviser {
	config := openai.DefaultConfig(o.Key)
	config.BaseURL = o.BaseURL
	config.HTTPClient = outbound.NewClient(outbound.Options{Timeout: max(o.ShortenTime, o.ChooseTime, chooseTime), MaxBody: largestAnswer})
	if o.Observe == nil {
		o.Observe = func(string, string, time.Duration) {}
	}
	pause := orElse(o.Recover, rest)
	return &Adviser{
		client: openai.NewClientWithConfig(config), model: o.Model, observe: o.Observe, slots: make(chan struct{}, atOnce),
		shorten: newTask[string](TaskShorten, orElse(o.ShortenTime, shortenTime), pause),
		choose:  newTask[[]int](TaskChoose, orElse(o.ChooseTime, chooseTime), pause),
	}
}

func orElse(d, standard time.Duration) time.Duration {
	if d <= 0 {
		return standard
	}
	return d
}

// errGone tells that the asker did not wait, which says nothing of the model.
var errGone = errors.New("the asker is gone")

func newTask[T any](name string, limit, pause time.Duration) task[T] {
	memory, err := lru.New[[sha256.Size]byte, kept[T]](remembered)
	if err != nil {
		panic(err) // the size is a constant above zero
	}
	return task[T]{
		name: name, limit: limit, memory: memory,
		breaker: gobreaker.NewCircuitBreaker[T](gobreaker.Settings{
			Name: name, MaxRequests: 1, Timeout: pause,
			ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failuresInARow },
			IsExcluded:  func(err error) bool { return errors.Is(err, errGone) },
		}),
	}
}

// errGarbage tells that an answer was not of the form asked for.
var errGarbage = errors.New("the model's answer is not of the form asked for")

// ask gives the task's answer from memory or from the model; false: there is none, for whatever reason.
func ask[T any](ctx context.Context, a *Adviser, t *task[T], order, about string, read func(answer string) (T, error)) (T, bool) {
	begin := time.Now()
	key := sha256.Sum256([]byte(about))
	if known, ok := t.memory.Get(key); ok && begin.Sub(known.at) < memoryTime {
		a.observe(t.name, OutcomeMemory, time.Since(begin))
		return known.answer, true
	}
	var none T
	select {
	case a.slots <- struct{}{}:
	default:
		a.observe(t.name, OutcomeBusy, time.Since(begin))
		return none, false
	}
	defer func() { <-a.slots }()
	limited, cancel := context.WithTimeout(ctx, t.limit)
	defer cancel()
	found, err := t.breaker.Execute(func() (T, error) {
		answer, err := a.chat(limited, order, about)
		if err != nil {
			if ctx.Err() != nil {
				return none, errors.Join(errGone, err)
			}
			return none, err
		}
		return read(answer)
	})
	a.observe(t.name, outcomeOf(limited, err), time.Since(begin))
	if err != nil {
		return none, false
	}
	t.memory.Add(key, kept[T]{found, time.Now()})
	return found, true
}

func outcomeOf(limited context.Context, err error) string {
	switch {
	case err == nil:
		return OutcomeAdvice
	case errors.Is(err, errGone):
		return OutcomeGone
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		return OutcomeOpen
	case errors.Is(err, errGarbage):
		return OutcomeGarbage
	case limited.Err() != nil:
		return OutcomeTimeout
	default:
		return OutcomeFailure
	}
}

// chat asks for one answer as a JSON object.
func (a *Adviser) chat(ctx context.Context, order, about string) (string, error) {
	r, err := a.client.CreateChatCompletion(ctx, openai.ChatCompletionRequest{
		Model: a.model, MaxTokens: longestAnswer,
		Messages: []openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleSystem, Content: order},
			{Role: openai.ChatMessageRoleUser, Content: about},
		},
		ResponseFormat: &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject},
	})
	if err != nil {
		return "", fmt.Errorf("ask the chat model: %w", err)
	}
	if len(r.Choices) != 1 {
		return "", fmt.Errorf("%w: %d answers", errGarbage, len(r.Choices))
	}
	return r.Choices[0].Message.Content, nil
}
