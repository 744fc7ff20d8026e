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

// hostilePage is a site whose own rules reach everything, which loads the script twice, once as a module, and has two
// elements for one dialogue.
func hostilePage(t *testing.T, centreURL *string) *httptest.Server {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><html lang="ru"><title>Ведомство</title><link rel="icon" href="data:,">
			<style>* { font: 40px/3 serif; color: red; text-transform: uppercase; letter-spacing: 9px; direction: rtl; visibility: hidden; }
				ekc-chat { transform: rotate(9deg); opacity: .1; --text: lime; }</style>
			<ekc-chat agency="FSS" region="16"></ekc-chat><ekc-chat agency="FSS" region="16"></ekc-chat>
			<script type="module" src="`+*centreURL+`/widget/ekc-chat.js"></script>
			<script type="module" src="`+*centreURL+`/widget/ekc-chat.js?again"></script></html>`)
	}))
	t.Cleanup(site.Close)
	return site
}

func TestWidgetOnAHostilePage(t *testing.T) {
	var centreURL string
	site := hostilePage(t, &centreURL)
	centre := startCentre(t, func(c *config.Config) { c.AllowedOrigins = []string{site.URL} })
	centreURL = centre.URL
	p := startBrowser(t).open(site.URL+"/", 1100, 800, centreURL)
	p.until("root.querySelector('.launcher')")
	p.until("document.querySelectorAll('ekc-chat')[1].shadowRoot === null") // the second stays away
	p.click(".launcher", "")
	p.says(clearQuestion)
	p.sees(".yana[data-id]", "")
	var style struct{ Size, Line, Case, Spacing, Direction, Visibility, Colour string }
	require.NoError(t, p.eval(`
		const s = getComputedStyle(find('.yana[data-id] .bubble'));
		return { Size: s.fontSize, Line: s.lineHeight, Case: s.textTransform, Spacing: s.letterSpacing, Direction: s.direction,
			Visibility: s.visibility, Colour: s.color };`, &style))
	require.Equal(t, struct{ Size, Line, Case, Spacing, Direction, Visibility, Colour string }{
		"16px", "23.2px", "none", "normal", "ltr", "visible", "rgb(26, 31, 41)",
	}, style)
	p.until("root.querySelector('.panel').getBoundingClientRect().right === 1080") // where it belongs, not turned
	p.picture("hostile")
	// When the first element goes, the second takes its place and the dialogue.
	require.NoError(t, p.eval("widget.remove()", nil))
	p.sees(".yana[data-id]", "")
}

func TestWidgetKeepsWhatIsBeingWritten(t *testing.T) {
	p := startBrowser(t).open(startCentre(t).URL+"/widget/", 1100, 800)
	p.click(".launcher", "")
	p.until("root.activeElement?.matches('.composer textarea')")
	p.types("Я хотела спросить про")
	p.press(keyEscape)
	p.click(".launcher", "")
	p.until("root.activeElement?.matches('.composer textarea') && root.activeElement.value === 'Я хотела спросить про'")
	p.types(" пенсию")
	p.press(keyEnter)
	p.sees(".message.mine", "Я хотела спросить про пенсию")
	p.press(keyEscape)
	p.click(".launcher", "")
	p.until("root.querySelector('.composer textarea').value === ''")
}
