package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

const callTimeout = 30 * time.Second

// client is one user's connection to the server, from a network address of its own.
type client struct {
	endpoint string
	token    string
	http     *http.Client
	source   net.IP
}

// newClient returns a client of the server at base. number picks its address within 127.0.0.0/8, so that the server's
// limits per address see as many addresses as there are users.
func newClient(base string, number int) (*client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("server address: %w", err)
	}
	ip := net.ParseIP(u.Hostname())
	if ip == nil || !ip.IsLoopback() {
		return nil, errors.New("ekcload talks to a loopback address only, such as http://127.0.0.1:8080")
	}
	source := net.IPv4(127, byte(1+number>>16), byte(number>>8), byte(number))
	transport := &http.Transport{DialContext: dialer(source).DialContext, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute}
	return &client{
		endpoint: u.JoinPath("/graphql").String(), source: source,
		http: &http.Client{Transport: transport, Timeout: callTimeout},
	}, nil
}

func dialer(source net.IP) *net.Dialer {
	return &net.Dialer{LocalAddr: &net.TCPAddr{IP: source}, Timeout: callTimeout}
}

// userError is an expected failure in a payload.
type userError struct {
	Code    string `json:"code"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

type response struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message string `json:"message"`
	} `json:"errors"`
}

// call runs one operation with a single root field and decodes that field's payload into out.
func (c *client) call(ctx context.Context, query string, variables map[string]any, out any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	var r response
	if err := json.NewDecoder(answer.Body).Decode(&r); err != nil {
		return fmt.Errorf("%s: %w", answer.Status, err)
	}
	if len(r.Errors) > 0 {
		return fmt.Errorf("%s: %s", answer.Status, r.Errors[0].Message)
	}
	return decode(r.Data, out)
}

// decode takes the payload out of its single root field and turns its user errors into an error.
func decode(data json.RawMessage, out any) error {
	var root map[string]json.RawMessage
	if err := json.Unmarshal(data, &root); err != nil {
		return err
	}
	for _, payload := range root {
		var failed struct {
			UserErrors []userError `json:"userErrors"`
		}
		if err := json.Unmarshal(payload, &failed); err == nil && len(failed.UserErrors) > 0 {
			e := failed.UserErrors[0]
			return fmt.Errorf("%s %s: %s", e.Code, e.Field, e.Message)
		}
		if out != nil {
			return json.Unmarshal(payload, out)
		}
	}
	return nil
}
