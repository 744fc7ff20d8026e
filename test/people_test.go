package test

import (
	"time"

	"github.com/stretchr/testify/require"
)

// citizen is a client with the token of one interaction.
type citizen struct {
	*client
	id string
}

// said is a message as the tests look at it.
type said struct {
	ID, Author, Kind, Text string
	Sequence               int
	Citations              []struct{ RecordID, Question string }
	Choices                []struct{ ID, Text string }
}

const messageFields = "id sequence author kind text citations { recordId question } choices { id text }"

// state is an interaction as the tests look at it.
type state struct {
	ID, State   string
	Line        int
	CloseReason string
	Rating      int
	Queue       *struct{ ID, Code string }
	Operator    *struct{ ID, DisplayName string }
	Position    *int   `json:"queuePosition"`
	Cursor      string `json:"cursor"`
}

const stateFields = "id state line closeReason rating queue { id code } operator { id displayName } queuePosition cursor"

// starts begins a chat; the input may be nil.
func (c *client) starts(input map[string]any) *citizen {
	c.t.Helper()
	if input == nil {
		input = map[string]any{}
	}
	payload := mutate[struct {
		Interaction *struct{ ID string }
		Token       string
		UserErrors  []userError
	}](c, "chatStart", "ChatStartInput", "interaction { id } token", input)
	require.Empty(c.t, payload.UserErrors)
	return &citizen{client: &client{t: c.t, url: c.url, token: payload.Token}, id: payload.Interaction.ID}
}

// now reads the interaction.
func (c *client) now(id string) state {
	c.t.Helper()
	got := ask[struct{ Interaction *state }](c, "query($id: ID!) { interaction(id: $id) { "+stateFields+" } }", map[string]any{"id": id})
	require.NotNil(c.t, got.Interaction, "no interaction %s", id)
	return *got.Interaction
}

// dialogue reads all messages.
func (c *client) dialogue(id string) []said {
	c.t.Helper()
	got := ask[struct {
		Interaction *struct {
			Messages struct{ Edges []struct{ Node said } }
		}
	}](c, "query($id: ID!) { interaction(id: $id) { messages(first: 100) { edges { node { "+messageFields+" } } } } }", map[string]any{"id": id})
	require.NotNil(c.t, got.Interaction)
	var all []said
	for _, e := range got.Interaction.Messages.Edges {
		all = append(all, e.Node)
	}
	return all
}

// says sends a message into an interaction and returns it.
func (c *client) says(id, text string) said {
	c.t.Helper()
	return c.sends(map[string]any{"interactionId": id, "text": text})
}

func (c *client) sends(input map[string]any) said {
	c.t.Helper()
	payload := mutate[struct {
		Message    *said
		UserErrors []userError
	}](c, "messageSend", "MessageSendInput", "message { "+messageFields+" }", input)
	require.Empty(c.t, payload.UserErrors)
	return *payload.Message
}

func (c *citizen) say(text string) said {
	c.t.Helper()
	return c.says(c.id, text)
}

// hears waits for a message of the kind after the sequence and returns it.
func (c *citizen) hears(kind string, after int) said {
	c.t.Helper()
	var found said
	var all []said
	defer func() {
		if c.t.Failed() {
			c.t.Logf("the dialogue: %+v", all)
		}
	}()
	soon(c.t, "a message of kind "+kind, func() bool {
		all = c.dialogue(c.id)
		for _, m := range all {
			if m.Kind == kind && m.Sequence > after {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// becomes waits until the interaction is in the state.
func (c *client) becomes(id, want string) state {
	c.t.Helper()
	var got state
	soon(c.t, "state "+want, func() bool {
		got = c.now(id)
		return got.State == want
	})
	return got
}

// handedOver asks for a person and waits until the interaction waits for one.
func (c *citizen) handedOver() state {
	c.t.Helper()
	c.do("handoverRequest", "InteractionInput", map[string]any{"interactionId": c.id})
	var got state
	soon(c.t, "the interaction waits for a person", func() bool {
		got = c.now(c.id)
		return got.State != "WITH_ASSISTANT"
	})
	return got
}

// available lets an operator take offers.
func (n *node) available(login string) *client {
	n.t.Helper()
	c := n.as(login)
	c.do("presenceSet", "PresenceSetInput", map[string]any{"state": "AVAILABLE"})
	return c
}

// pending is an offer that waits for an answer.
type pending struct {
	ID          string
	ExpiresAt   time.Time
	Interaction struct{ ID string }
	Queue       struct{ Code string }
}

// offers are those on the operator's desk.
func (c *client) offers() []pending {
	c.t.Helper()
	return ask[struct{ Desk struct{ Offers []pending } }](c,
		"{ desk { offers { id expiresAt interaction { id } queue { code } } } }", nil).Desk.Offers
}

// offered waits until the interaction is offered to the operator.
func (c *client) offered(id string) pending {
	c.t.Helper()
	var found pending
	soon(c.t, "the interaction is offered", func() bool {
		for _, o := range c.offers() {
			if o.Interaction.ID == id {
				found = o
				return true
			}
		}
		return false
	})
	return found
}

// takes waits for the offer of the interaction and accepts it.
func (c *client) takes(id string) {
	c.t.Helper()
	c.do("offerAccept", "OfferInput", map[string]any{"offerId": c.offered(id).ID})
}

// queue is the id of a queue by its code.
func (c *client) queue(code string) string {
	c.t.Helper()
	got := ask[struct {
		Queues struct {
			Edges []struct{ Node struct{ ID, Code string } }
		}
	}](c, "{ queues(first: 100) { edges { node { id code } } } }", nil)
	for _, e := range got.Queues.Edges {
		if e.Node.Code == code {
			return e.Node.ID
		}
	}
	require.Fail(c.t, "no queue "+code)
	return ""
}

// disposition is the id of a topic by its code.
func (c *client) disposition(code string) string {
	c.t.Helper()
	got := ask[struct {
		Dispositions struct {
			Edges []struct{ Node struct{ ID, Code string } }
		}
	}](c, "{ dispositions(first: 100) { edges { node { id code } } } }", nil)
	for _, e := range got.Dispositions.Edges {
		if e.Node.Code == code {
			return e.Node.ID
		}
	}
	require.Fail(c.t, "no disposition "+code)
	return ""
}
