package test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// operator is a person of the centre with nothing but GraphQL over HTTP.
type operator struct {
	t     *testing.T
	url   string
	token string
}

// signIn signs a person in and makes them available.
func signIn(t *testing.T, url, login, password string) *operator {
	t.Helper()
	o := &operator{t: t, url: url}
	var signedIn struct {
		SignIn struct {
			Tokens     *struct{ AccessToken string }
			UserErrors []struct{ Message string }
		}
	}
	o.ask(`mutation($login: String!, $password: String!) {
		signIn(input: { login: $login, password: $password }) { tokens { accessToken } userErrors { message } }
	}`, map[string]any{"login": login, "password": password}, &signedIn)
	require.NotNil(t, signedIn.SignIn.Tokens, "sign in: %v", signedIn.SignIn.UserErrors)
	o.token = signedIn.SignIn.Tokens.AccessToken
	o.act("presenceSet", `mutation { presenceSet(input: { state: AVAILABLE }) { userErrors { message code } } }`, nil)
	return o
}

// ask sends an operation and reads its data; errors end the test.
func (o *operator) ask(query string, variables map[string]any, data any) {
	o.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(o.t, err)
	request, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, o.url+"/graphql", bytes.NewReader(body))
	require.NoError(o.t, err)
	request.Header.Set("Content-Type", "application/json")
	if o.token != "" {
		request.Header.Set("Authorization", "Bearer "+o.token)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(o.t, err)
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	require.NoError(o.t, json.NewDecoder(response.Body).Decode(&answer))
	require.Empty(o.t, answer.Errors)
	require.NoError(o.t, json.Unmarshal(answer.Data, data))
}

// act runs a mutation that must succeed.
func (o *operator) act(field, query string, variables map[string]any) {
	o.t.Helper()
	var data map[string]struct {
		UserErrors []struct{ Message, Code string }
	}
	o.ask(query, variables, &data)
	require.Empty(o.t, data[field].UserErrors, field)
}

// accept waits until the interaction is offered and takes it.
func (o *operator) accept(interactionID string) {
	o.t.Helper()
	var offerID string
	eventually(o.t, "the interaction is offered", func() bool {
		var seen struct {
			Desk struct {
				Offers []struct {
					ID          string
					Interaction struct{ ID string }
				}
			}
		}
		o.ask(`{ desk { offers { id interaction { id } } } }`, nil, &seen)
		for _, offer := range seen.Desk.Offers {
			if offer.Interaction.ID == interactionID {
				offerID = offer.ID
			}
		}
		return offerID != ""
	})
	o.act("offerAccept", `mutation($id: ID!) { offerAccept(input: { offerId: $id }) { userErrors { message code } } }`,
		map[string]any{"id": offerID})
}

func (o *operator) says(interactionID, text string) {
	o.t.Helper()
	o.act("messageSend", `mutation($id: ID!, $text: String!) {
		messageSend(input: { interactionId: $id, text: $text }) { userErrors { message code } }
	}`, map[string]any{"id": interactionID, "text": text})
}

func (o *operator) typing(interactionID string) {
	o.t.Helper()
	o.act("typingSignal", `mutation($id: ID!) { typingSignal(input: { interactionId: $id }) { userErrors { message code } } }`,
		map[string]any{"id": interactionID})
}

// finish ends the talk.
func (o *operator) finish(interactionID string) {
	o.t.Helper()
	o.act("interactionFinish", `mutation($id: ID!) {
		interactionFinish(input: { interactionId: $id }) { userErrors { message code } }
	}`, map[string]any{"id": interactionID})
}

// reads returns the whole dialogue, a message a line.
func (o *operator) reads(interactionID string) string {
	o.t.Helper()
	var seen struct {
		Interaction struct {
			Messages struct {
				Edges []struct{ Node struct{ Author, Text string } }
			}
		}
	}
	o.ask(`query($id: ID!) { interaction(id: $id) { messages(last: 50) { edges { node { author text } } } } }`,
		map[string]any{"id": interactionID}, &seen)
	var lines []string
	for _, edge := range seen.Interaction.Messages.Edges {
		lines = append(lines, edge.Node.Author+": "+edge.Node.Text)
	}
	return strings.Join(lines, "\n")
}

func (o *operator) rating(interactionID string) int {
	o.t.Helper()
	var seen struct{ Interaction struct{ Rating int } }
	o.ask(`query($id: ID!) { interaction(id: $id) { rating } }`, map[string]any{"id": interactionID}, &seen)
	return seen.Interaction.Rating
}

// closes records a topic and the outcome.
func (o *operator) closes(interactionID string) {
	o.t.Helper()
	var topics struct {
		Dispositions struct {
			Edges []struct{ Node struct{ ID string } }
		}
	}
	o.ask(`{ dispositions(first: 1) { edges { node { id } } } }`, nil, &topics)
	require.NotEmpty(o.t, topics.Dispositions.Edges)
	o.act("interactionClose", `mutation($id: ID!, $topic: ID!) {
		interactionClose(input: { interactionId: $id, dispositionId: $topic, outcome: RESOLVED }) { userErrors { message code } }
	}`, map[string]any{"id": interactionID, "topic": topics.Dispositions.Edges[0].Node.ID})
}
