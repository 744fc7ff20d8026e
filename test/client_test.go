package test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// client is somebody with nothing but GraphQL over HTTP.
type client struct {
	t     *testing.T
	url   string
	token string
}

// failure is an error of a GraphQL answer.
type failure struct {
	Message    string
	Path       []any
	Extensions struct{ Code string }
}

// answer is a GraphQL answer with its HTTP status.
type answer struct {
	Status int
	Header http.Header
	Data   json.RawMessage
	Errors []failure
}

// userError is an expected failure of a mutation.
type userError struct{ Field, Message, Code string }

// nobody is a client without a token.
func (n *node) nobody() *client { return &client{t: n.t, url: n.URL} }

// as signs a demo account in.
func (n *node) as(login string) *client {
	n.t.Helper()
	return n.nobody().signIn(login, demoPassword)
}

// signIn returns a client with the account's token. Who was given the password by somebody else sets one of their own first.
func (c *client) signIn(login, password string) *client {
	c.t.Helper()
	type signed struct {
		Tokens     *struct{ AccessToken string }
		Challenge  *struct{ Token, Step string }
		UserErrors []userError
	}
	const fields = "tokens { accessToken } challenge { token step }"
	payload := mutate[signed](c, "signIn", "SignInInput", fields, map[string]any{"login": login, "password": password})
	require.Empty(c.t, payload.UserErrors)
	if payload.Challenge != nil {
		require.Equal(c.t, "NEW_PASSWORD", payload.Challenge.Step)
		payload = mutate[signed](c, "signInPassword", "SignInPasswordInput", fields,
			map[string]any{"challenge": payload.Challenge.Token, "new": password + " of their own"})
		require.Empty(c.t, payload.UserErrors)
	}
	require.NotNil(c.t, payload.Tokens)
	return &client{t: c.t, url: c.url, token: payload.Tokens.AccessToken}
}

// send posts an operation and returns the answer, whatever it is.
func (c *client) send(query string, variables map[string]any) answer {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(c.t, err)
	return c.post("application/json", bytes.NewReader(body), nil)
}

// post posts a body and returns the answer, whatever it is.
func (c *client) post(contentType string, body io.Reader, header map[string]string) answer {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/graphql", body)
	require.NoError(c.t, err)
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Accept", "application/graphql-response+json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	a := answer{Status: response.StatusCode, Header: response.Header}
	require.NoError(c.t, json.Unmarshal(text, &a), "%s", text)
	a.Status = response.StatusCode
	return a
}

// ask runs an operation that must succeed and reads its data.
func ask[T any](c *client, query string, variables map[string]any) T {
	c.t.Helper()
	a := c.send(query, variables)
	for range 60 { // many sign in at once from one address, and wait when they are told to
		if len(a.Errors) == 0 || a.Errors[0].Extensions.Code != "RATE_LIMITED" {
			break
		}
		<-time.After(time.Second)
		a = c.send(query, variables)
	}
	require.Empty(c.t, a.Errors, query)
	var data T
	require.NoError(c.t, json.Unmarshal(a.Data, &data))
	return data
}

// mutate runs one mutation with an input and returns its payload, user errors included. An empty inputType means that it
// takes none.
func mutate[T any](c *client, name, inputType, selection string, input map[string]any) T {
	c.t.Helper()
	fields := "{ " + selection + " userErrors { field message code } }"
	query, variables := "mutation { "+name+" "+fields+" }", map[string]any(nil)
	if inputType != "" {
		query = "mutation($input: " + inputType + "!) { " + name + "(input: $input) " + fields + " }"
		variables = map[string]any{"input": input}
	}
	return ask[map[string]T](c, query, variables)[name]
}

// try runs a mutation and returns its user errors; nothing else of the payload matters.
func (c *client) try(name, inputType string, input map[string]any) []userError {
	c.t.Helper()
	return mutate[struct{ UserErrors []userError }](c, name, inputType, "", input).UserErrors
}

// do runs a mutation that must succeed.
func (c *client) do(name, inputType string, input map[string]any) {
	c.t.Helper()
	require.Empty(c.t, c.try(name, inputType, input), name)
}

// refuses runs a mutation that must fail with the code.
func (c *client) refuses(code, name, inputType string, input map[string]any) {
	c.t.Helper()
	errors := c.try(name, inputType, input)
	require.NotEmpty(c.t, errors, "%s should be refused", name)
	require.Equal(c.t, code, errors[0].Code, "%s: %s", name, errors[0].Message)
	require.NotEmpty(c.t, errors[0].Message)
}
