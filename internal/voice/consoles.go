package voice

import (
	"context"
	"errors"
	"sync"
	"time"
)

// consoles are the operators' pages that are open on this node: those that follow their desk, and those that have asked for it lately.
type consoles struct {
	mu        sync.Mutex
	following map[string]int
	asked     map[string]time.Time
}

// askedFor is how long a page counts as open that asks for its desk instead of following it, mostKept how many such are kept in mind.
const (
	askedFor = 30 * time.Second
	mostKept = 10_000
)

// open reports whether an account has a page open here.
func (c *consoles) open(accountID string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, asks := c.asked[accountID]
	return c.following[accountID] > 0 || asks && now.Sub(at) < askedFor
}

// ConsoleOpens notes that a page follows the desk of an account on this node, until close is called.
func (s *Service) ConsoleOpens(accountID string) (closes func()) {
	c := &s.consoles
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.following == nil {
		c.following = map[string]int{}
	}
	c.following[accountID]++
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.following[accountID]--; c.following[accountID] <= 0 {
			delete(c.following, accountID)
		}
	})
}

// ConsoleAsks notes that a page has asked for the desk of an account: one that does not follow it asks again and again.
func (s *Service) ConsoleAsks(accountID string) {
	c, now := &s.consoles, s.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked == nil {
		c.asked = map[string]time.Time{}
	}
	if len(c.asked) >= mostKept {
		for id, at := range c.asked {
			if now.Sub(at) >= askedFor {
				delete(c.asked, id)
			}
		}
	}
	if _, known := c.asked[accountID]; known || len(c.asked) < mostKept {
		c.asked[accountID] = now
	}
}

// Console reports whether an account has a page open on any node. An error: not here, and a node that may know did not answer.
func (s *Service) Console(ctx context.Context, accountID string) (bool, error) {
	if s.consoles.open(accountID, s.now()) {
		return true, nil
	}
	all, err := s.nodes(ctx)
	if err != nil {
		return false, err
	}
	var wait sync.WaitGroup
	answers, errs := make([]bool, len(all)), make([]error, len(all))
	for n, node := range all {
		if node.ID == s.node || !node.Alive {
			continue
		}
		wait.Go(func() {
			errs[n] = s.ask(ctx, node.ID, order{Kind: "console", AccountID: accountID}, glance, &answers[n])
		})
	}
	wait.Wait()
	for n := range all {
		if answers[n] {
			return true, nil
		}
	}
	return false, errors.Join(errs...)
}
