package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

const deskDocument = `subscription($after: EventCursor) { desk(after: $after) { __typename cursor
  ... on OfferChanged { offer { id state interaction { id } } }
  ... on MessageAdded { interactionId message { clientKey author } } } }`

// operator is one of the people at work.
type operator struct {
	run    *chatRun
	name   string
	client *client
	stream *stream
}

// signIn opens a session and a desk.
func (r *chatRun) signIn(ctx context.Context, number int, login, password string) (*operator, error) {
	c, err := signIn(ctx, r.o.URL, operatorNumbers+number, login, password)
	if err != nil {
		return nil, err
	}
	return &operator{run: r, name: "o" + login, client: c}, nil
}

// work follows the desk and takes what is offered, until ctx ends.
func (o *operator) work(ctx context.Context, ready *sync.WaitGroup) error {
	var desk struct{ Cursor string }
	if err := o.client.call(ctx, `{ desk { cursor } }`, nil, &desk); err != nil {
		return fmt.Errorf("read desk: %w", err)
	}
	var once sync.Once
	o.stream = &stream{client: o.client, failed: o.run.stats.failed, sub: subscription{
		document: deskDocument, event: func(p json.RawMessage) (string, error) { return o.event(ctx, p) },
		ready: func() { once.Do(ready.Done) },
	}}
	go o.stream.run(ctx, desk.Cursor)
	return nil
}

func (o *operator) available(ctx context.Context) error {
	return o.client.call(ctx, `mutation($i: PresenceSetInput!) { presenceSet(input: $i) { userErrors { code field message } } }`,
		map[string]any{"i": map[string]any{"state": "AVAILABLE"}}, nil)
}

// event is what the desk showed.
type event struct {
	Typename string `json:"__typename"`
	Cursor   string `json:"cursor"`
	Offer    struct {
		ID          string `json:"id"`
		State       string `json:"state"`
		Interaction struct {
			ID string `json:"id"`
		} `json:"interaction"`
	} `json:"offer"`
	Message struct {
		ClientKey string `json:"clientKey"`
		Author    string `json:"author"`
	} `json:"message"`
	Interaction struct {
		State string `json:"state"`
	} `json:"interaction"`
}

func (o *operator) event(ctx context.Context, payload json.RawMessage) (string, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return "", err
	}
	now := time.Now()
	switch {
	case e.Typename == "MessageAdded" && e.Message.ClientKey != "":
		o.run.seen(o.name, e.Message.ClientKey, now, e.Message.Author == "OPERATOR")
	case e.Typename == "OfferChanged" && e.Offer.State == "PENDING":
		o.run.offered(e.Offer.Interaction.ID, now)
		go o.accept(ctx, e.Offer.ID, e.Offer.Interaction.ID)
	}
	return e.Cursor, nil
}

// accept takes an offer and joins the dialogue.
func (o *operator) accept(ctx context.Context, offerID, interactionID string) {
	err := o.client.call(ctx, `mutation($i: OfferInput!) { offerAccept(input: $i) { userErrors { code field message } } }`,
		map[string]any{"i": map[string]any{"offerId": offerID}}, nil)
	if err != nil {
		if ctx.Err() == nil {
			o.run.stats.failed("accept", err)
		}
		return
	}
	o.run.joined(interactionID, o)
}
