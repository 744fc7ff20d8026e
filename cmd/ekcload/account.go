package main

import (
	"context"
	"fmt"
	"strings"
)

// signIn opens a session for a user of the network address that number stands for. Who was given the password by somebody else
// is asked for one of their own first.
func signIn(ctx context.Context, base string, number int, login, password string) (*client, error) {
	c, err := newClient(base, number)
	if err != nil {
		return nil, err
	}
	var signed struct {
		Tokens    struct{ AccessToken string }
		Challenge *struct{ Token, Step string }
	}
	err = c.call(ctx, `mutation($i: SignInInput!) { signIn(input: $i) { tokens { accessToken } challenge { token step } userErrors { code field message } } }`,
		map[string]any{"i": map[string]any{"login": login, "password": password}}, &signed)
	if err == nil && signed.Challenge != nil && signed.Challenge.Step == "NEW_PASSWORD" {
		err = c.change(ctx, "signInPassword", "SignInPasswordInput", "tokens { accessToken }",
			map[string]any{"challenge": signed.Challenge.Token, "new": password + " of their own"}, &signed)
	}
	if err != nil {
		return nil, fmt.Errorf("sign in %s: %w", login, err)
	}
	c.token = signed.Tokens.AccessToken
	return c, nil
}

// change runs a mutation that takes an input and gives a payload; fields are those of the payload that out wants.
func (c *client) change(ctx context.Context, name, kind, fields string, input, out any) error {
	query := "mutation($i: " + kind + "!) { " + name + "(input: $i) { " + fields + " userErrors { code field message } } }"
	if err := c.call(ctx, query, map[string]any{"i": input}, out); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// idOf finds an agency or a region by its code.
func (c *client) idOf(ctx context.Context, list, code string) (string, error) {
	var page struct {
		Edges []struct {
			Node struct{ ID, Code string }
		}
	}
	if err := c.call(ctx, `{ `+list+`(first: 100) { edges { node { id code } } } }`, nil, &page); err != nil {
		return "", fmt.Errorf("list %s: %w", list, err)
	}
	for _, e := range page.Edges {
		if e.Node.Code == code {
			return e.Node.ID, nil
		}
	}
	return "", fmt.Errorf("no %s in %s", code, list)
}

// retireQueues takes the queues of earlier runs out of work, so that everything comes to those of this one.
func (c *client) retireQueues(ctx context.Context, keep ...string) error {
	var page struct {
		Edges []struct {
			Node struct{ ID, Code string }
		}
	}
	err := c.call(ctx, `{ queues(first: 100, filter: {active: true}) { edges { node { id code } } } }`, nil, &page)
	if err != nil {
		return fmt.Errorf("list queues: %w", err)
	}
	kept := strings.Join(keep, " ")
	for _, e := range page.Edges {
		if !strings.HasPrefix(e.Node.Code, "load-") || strings.Contains(kept, e.Node.ID) {
			continue
		}
		err := c.change(ctx, "queueUpdate", "QueueUpdateInput", "",
			map[string]any{"queueId": e.Node.ID, "settings": map[string]any{"active": false}}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// retireTrunks takes the trunks of earlier runs that could not clean up out of work: calls of this run come from the same address.
func (c *client) retireTrunks(ctx context.Context) error {
	var trunks []struct {
		ID, Name string
		Active   bool
	}
	if err := c.call(ctx, `{ trunks { id name active } }`, nil, &trunks); err != nil {
		return fmt.Errorf("list trunks: %w", err)
	}
	for _, t := range trunks {
		if !t.Active || !strings.HasPrefix(t.Name, "load-") {
			continue
		}
		err := c.change(ctx, "trunkUpdate", "TrunkUpdateInput", "",
			map[string]any{"trunkId": t.ID, "settings": map[string]any{"active": false}}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// addMembers lets accounts work in a queue, some at a time.
func (c *client) addMembers(ctx context.Context, queueID string, ids []string) error {
	const atOnce = 100
	for len(ids) > 0 {
		n := min(atOnce, len(ids))
		err := c.change(ctx, "queueMembersAdd", "QueueMembersInput", "", map[string]any{"queueId": queueID, "accountIds": ids[:n]}, nil)
		if err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}
