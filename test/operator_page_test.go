package test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

// console serves the operators' page from an origin of its own, as a front-end team would.
type console struct {
	*browser
	address string
}

// startConsole starts a Chromium whose microphone says a tone.
func startConsole(t *testing.T) *console {
	t.Helper()
	tone := filepath.Join(t.TempDir(), "microphone.wav")
	require.NoError(t, os.WriteFile(tone, wave(sine(hzOperator, 10*media.SampleRate)), 0o600))
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromiumPath(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-audio-capture", tone), chromedp.Flag("allow-loopback-in-peer-connection", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(pagePatience),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the end of the browser before its directory is removed
		cancel()
		stop()
	})
	require.NoError(t, chromedp.Do(ctx), "start Chromium")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(out http.ResponseWriter, in *http.Request) {
		http.ServeFile(out, in, filepath.Join("testdata", "operator.html"))
	})
	mux.HandleFunc("GET /favicon.ico", func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusNoContent) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &console{browser: &browser{t: t, ctx: ctx}, address: server.URL}
}

// seat is a tab with the operators' page, of somebody who has signed in.
type seat struct {
	*page
}

// seat opens one on the nodes; tone replaces the microphone unless it is 0.
func (c *console) seat(login string, nodes ...*process) *seat {
	c.t.Helper()
	urls := make([]string, len(nodes))
	for n, one := range nodes {
		urls[n] = one.URL
	}
	p := c.open(c.address+"/?api="+url.QueryEscape(strings.Join(urls, ",")), 400, 300, urls...)
	s := &seat{page: p}
	s.run(fmt.Sprintf("await signIn(%s, %s, %t)", quote(login), quote(demoPassword), login != "supervisor")) // who has no desk
	return s
}

// run runs a piece of JavaScript, which must succeed, and waits for its promise.
func (s *seat) run(script string) string {
	s.t.Helper()
	var out json.RawMessage
	require.NoError(s.t, s.eval(script, &out), script)
	return string(out)
}

// do runs a mutation of an interaction.
func (s *seat) do(name, inputType string, input map[string]any, fields string) {
	s.t.Helper()
	text, err := json.Marshal(input)
	require.NoError(s.t, err)
	s.run(fmt.Sprintf("await change(%s, %s, %s, %s)", quote(name), quote(inputType), text, quote(fields)))
}

// on runs a mutation that takes nothing but the interaction.
func (s *seat) on(id, name string) {
	s.t.Helper()
	s.do(name, "InteractionInput", map[string]any{"interactionId": id}, "interaction { id }")
}

// join brings the page into the call with its microphone, or with a tone.
func (s *seat) join(id string, tone float64) {
	s.t.Helper()
	s.run(fmt.Sprintf("return join(%s, %v)", quote(id), tone))
}

// hears waits until the page hears a tone; deaf until it does not.
func (s *seat) hears(tone float64) { s.t.Helper(); s.until(fmt.Sprintf("loud(%v) > -45", tone)) }
func (s *seat) deaf(tone float64)  { s.t.Helper(); s.until(fmt.Sprintf("loud(%v) < -65", tone)) }

// offered waits for an offer of the subscription and tells its interaction.
func (s *seat) offered() string {
	s.t.Helper()
	s.until("offered()")
	return strings.Trim(s.run("return offered().interaction.id"), `"`)
}

// shut closes the tab, as people do.
func (s *seat) shut() {
	s.t.Helper()
	require.NoError(s.t, chromedp.Cancel(s.ctx))
}
