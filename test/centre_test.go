package test

import (
	"os"
	"testing"
)

// centre is a running server with the demo data.
type centre struct {
	URL             string
	login, password string
}

// startCentre gives the server that EKC_TEST_URL names.
func startCentre(t *testing.T) *centre {
	t.Helper()
	url := os.Getenv("EKC_TEST_URL")
	if url == "" {
		t.Skip("EKC_TEST_URL is not set")
	}
	return &centre{URL: url, login: os.Getenv("EKC_TEST_LOGIN"), password: os.Getenv("EKC_TEST_PASSWORD")}
}

// operator signs in the demo operator who takes chats.
func (c *centre) operator(t *testing.T) *operator {
	t.Helper()
	return signIn(t, c.URL, c.login, c.password)
}
