package test

import (
	"os"
	"testing"

	"ekc/internal/config"
)

// centre is a running server with the demo data.
type centre struct {
	URL             string
	login, password string
}

// startCentre starts a node of its own for the test, or gives the server that EKC_TEST_URL names.
func startCentre(t *testing.T, change ...func(*config.Config)) *centre {
	t.Helper()
	if url := os.Getenv("EKC_TEST_URL"); url != "" {
		if len(change) > 0 {
			t.Skip("the server of EKC_TEST_URL has other settings")
		}
		return &centre{URL: url, login: os.Getenv("EKC_TEST_LOGIN"), password: os.Getenv("EKC_TEST_PASSWORD")}
	}
	return &centre{URL: newStore(t).start(t, change...).URL, login: "operator1", password: demoPassword}
}

// operator signs in the demo operator who takes chats, and makes them available.
func (c *centre) operator(t *testing.T) operator {
	t.Helper()
	o := operator{(&client{t: t, url: c.URL}).signIn(c.login, c.password)}
	o.do("presenceSet", "PresenceSetInput", map[string]any{"state": "AVAILABLE"})
	return o
}
