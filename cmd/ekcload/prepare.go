package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// prepare makes the queue and the operators of the load through the API, and signs them in.
func (r *chatRun) prepare(ctx context.Context) error {
	admin, err := r.signIn(ctx, 0, r.o.AdminLogin, r.o.AdminPassword)
	if err != nil {
		return err
	}
	password := "load-" + rand.Text()
	run := strings.ToLower(rand.Text()[:8])
	queueID, err := r.createQueue(ctx, admin, run)
	if err != nil {
		return err
	}
	r.say("creating and signing in %d operators", r.o.Operators)
	if err := r.createOperators(ctx, admin, run, password); err != nil {
		return err
	}
	if err := r.addMembers(ctx, admin, queueID); err != nil {
		return err
	}
	var ready sync.WaitGroup
	for _, o := range r.operators {
		ready.Add(1)
		if err := o.work(ctx, &ready); err != nil {
			return err
		}
	}
	ready.Wait()
	for _, o := range r.operators {
		if err := o.available(ctx); err != nil {
			return fmt.Errorf("set presence: %w", err)
		}
	}
	return nil
}

func (r *chatRun) createQueue(ctx context.Context, admin *operator, run string) (string, error) {
	agency, err := admin.client.idOf(ctx, "agencies", r.o.Agency)
	if err != nil {
		return "", err
	}
	region, err := admin.client.idOf(ctx, "regions", r.o.Region)
	if err != nil {
		return "", err
	}
	var made struct{ Queue struct{ ID string } }
	err = admin.client.call(ctx, `mutation($i: QueueCreateInput!) { queueCreate(input: $i) { queue { id } userErrors { code field message } } }`,
		map[string]any{"i": map[string]any{
			"code": "load-" + run, "name": "Нагрузка " + run, "channel": "CHAT", "line": 1, "agencyId": agency, "regionId": region,
			"settings": map[string]any{"offerSeconds": 30},
		}}, &made)
	if err != nil {
		return "", fmt.Errorf("create queue: %w", err)
	}
	return made.Queue.ID, admin.client.retireQueues(ctx, made.Queue.ID)
}

// createOperators makes accounts with room for all chats and signs them in.
func (r *chatRun) createOperators(ctx context.Context, admin *operator, run, password string) error {
	capacity := min(20, (r.o.Citizens+r.o.Operators-1)/r.o.Operators+1)
	r.operators = make([]*operator, r.o.Operators)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for n := range r.operators {
		group.Go(func() error {
			login := fmt.Sprintf("load.%s.%04d", run, n+1)
			err := admin.client.call(ctx, `mutation($i: AccountCreateInput!) { accountCreate(input: $i) { userErrors { code field message } } }`,
				map[string]any{"i": map[string]any{
					"login": login, "displayName": login, "password": password, "chatCapacity": capacity,
					"role": map[string]any{"role": "OPERATOR", "line": 1},
				}}, nil)
			if err != nil {
				return fmt.Errorf("create %s: %w", login, err)
			}
			r.operators[n], err = r.signIn(ctx, n+1, login, password)
			return err
		})
	}
	return group.Wait()
}

// addMembers lets the operators work in the queue.
func (r *chatRun) addMembers(ctx context.Context, admin *operator, queueID string) error {
	var ids []string
	for _, o := range r.operators {
		var viewer struct{ Account struct{ ID string } }
		if err := o.client.call(ctx, `{ viewer { account { id } } }`, nil, &viewer); err != nil {
			return fmt.Errorf("read account: %w", err)
		}
		ids = append(ids, viewer.Account.ID)
	}
	return admin.client.addMembers(ctx, queueID, ids)
}
