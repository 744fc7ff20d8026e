package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

const dialogueDocument = `subscription($id: ID!, $after: EventCursor) { dialogue(interactionId: $id, after: $after) { __typename cursor
  ... on MessageAdded { message { clientKey author } }
  ... on InteractionChanged { interaction { state } } } }`

// citizen is one of the people who ask.
type citizen struct {
	run           *chatRun
	name          string
	client        *client
	interactionID string
	stream        *stream

	mu       sync.Mutex
	asked    time.Time // when a person was asked for
	operator *operator // who answers
}

// begin opens a chat and follows its dialogue.
func (r *chatRun) begin(ctx context.Context, number int) (*citizen, error) {
	c, err := newClient(r.o.URL, number)
	if err != nil {
		return nil, err
	}
	var started struct {
		Token       string
		Interaction struct{ ID, Cursor string }
	}
	err = c.call(ctx, `mutation($i: ChatStartInput!) { chatStart(input: $i) {
			token interaction { id cursor } userErrors { code field message } } }`,
		map[string]any{"i": map[string]any{"agencyCode": r.o.Agency, "regionCode": r.o.Region, "name": "Нагрузка"}}, &started)
	if err != nil {
		return nil, fmt.Errorf("start chat: %w", err)
	}
	c.token = started.Token
	z := &citizen{run: r, client: c, interactionID: started.Interaction.ID, name: "c" + started.Interaction.ID}
	r.register(z)
	var ready sync.WaitGroup
	ready.Add(1)
	var once sync.Once
	z.stream = &stream{client: c, failed: r.stats.failed, sub: subscription{
		document: dialogueDocument, variables: map[string]any{"id": z.interactionID}, event: z.event,
		ready: func() { once.Do(ready.Done) },
	}}
	go z.stream.run(ctx, started.Interaction.Cursor)
	ready.Wait()
	return z, nil
}

// askForPerson hands the chat over and notes when.
func (z *citizen) askForPerson(ctx context.Context) error {
	z.mu.Lock()
	z.asked = time.Now()
	z.mu.Unlock()
	return z.client.call(ctx, `mutation($i: InteractionInput!) { handoverRequest(input: $i) { userErrors { code field message } } }`,
		map[string]any{"i": map[string]any{"interactionId": z.interactionID}}, nil)
}

func (z *citizen) event(payload json.RawMessage) (string, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return "", err
	}
	if e.Typename == "MessageAdded" && e.Message.ClientKey != "" {
		z.run.seen(z.name, e.Message.ClientKey, time.Now(), e.Message.Author == "CITIZEN")
	}
	return e.Cursor, nil
}
