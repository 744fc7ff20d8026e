package test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"ekc/internal/config"
)

func agencySite(t *testing.T, centreURL *string) *httptest.Server {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		live := strings.Replace(*centreURL, "http", "ws", 1)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src data:; script-src "+*centreURL+"; connect-src "+*centreURL+" "+live)
		_, _ = io.WriteString(w, `<!doctype html><html lang="ru"><title>Ведомство</title><h1>Ведомство</h1>
			<link rel="icon" href="data:,">
			<ekc-chat agency="FSS" region="16" title="Помощь" accent="#ffd400" position="left"></ekc-chat>
			<script src="`+*centreURL+`/widget/ekc-chat.js" async></script></html>`)
	}))
	t.Cleanup(site.Close)
	return site
}

func TestWidgetOnAnAgencysOwnSite(t *testing.T) {
	var centreURL string
	site := agencySite(t, &centreURL)
	centre := startCentre(t, func(c *config.Config) { c.AllowedOrigins = []string{site.URL} })
	centreURL = centre.URL
	p := startBrowser(t).open(site.URL+"/", 1100, 800, centreURL)
	p.click(".launcher", "")
	p.sees(".titles h2", "Помощь")
	p.says(clearQuestion)
	p.sees(".yana[data-id]", "")
	p.gives("choose", "справка.png", "image/png", tinyPNG)
	p.sees(".tray li.ready", "справка.png")
	p.isAccessible("an agency's colour")
	p.picture("agency")
	p.press(keyEscape)
	id, token := p.session()
	_, err := chromedp.Call(p.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	require.NoError(t, err)
	(&client{t: t, url: centre.URL, token: token}).says(id, "Спасибо, до свидания")
	p.sees(".badge", "2") // Yana's farewell and her request for a rating
	p.until("document.title === '(2) Ведомство'")
	p.click(".launcher", "")
	p.until("document.title === 'Ведомство'")
}

func TestWidgetOnASiteThatIsNotAllowedSendsNothing(t *testing.T) {
	var centreURL string
	site := agencySite(t, &centreURL)
	centreURL = startCentre(t).URL
	p := startBrowser(t).open(site.URL+"/", 1100, 800, centreURL)
	p.click(".launcher", "")
	p.says(clearQuestion)
	p.sees(".message.mine", clearQuestion)
	p.sees(".banner.warning, .failed", "")
	require.Empty(t, p.messages())
}
