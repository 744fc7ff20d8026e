package test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// A page that does not get there in this time never will; the machine may be busy with other tests.
const pagePatience = 40 * time.Second

// browser is one Chromium with a profile of its own. Its pages share localStorage, as the tabs of one person do.
type browser struct {
	t   *testing.T
	ctx context.Context
}

// startBrowser skips the test where no Chromium is installed.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromiumPath(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "ru"),
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
	return &browser{t: t, ctx: ctx}
}

func chromiumPath(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "google-chrome", "google-chrome-stable", "chrome", "headless-shell", "chrome-headless-shell", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, "no Chromium is installed")
	return ""
}

// missing skips a test that needs what is not there; where everything is said to be installed, it fails.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// page is one tab. What goes wrong inside it fails the test at the end.
type page struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	troubles []string
	foreign  []string
}

// open opens a tab of the given size, in CSS pixels, at the address.
// Requests to other hosts fail the test, but for the friends, which are beginnings of addresses.
func (b *browser) open(address string, width, height int64, friends ...string) *page {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	p := &page{t: b.t, ctx: ctx}
	origin := strings.Join(strings.SplitN(address, "/", 4)[:3], "/")
	friends = append(friends, origin, "data:", "blob:")
	require.NoError(b.t, chromedp.Listen(ctx, func(event any) { p.note(event, friends) }))
	p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(address))
	b.t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		require.Empty(b.t, p.troubles, "exceptions and refusals in the page")
		require.Empty(b.t, p.foreign, "requests to other hosts")
	})
	return p
}

// note keeps exceptions, violations of the Content-Security-Policy and requests that leave the server.
func (p *page) note(event any, friends []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.troubles = append(p.troubles, describe(e.ExceptionDetails))
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity || e.Entry.Source == log.EntrySourceViolation {
			p.troubles = append(p.troubles, e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		url := e.Request.URL
		known := slices.ContainsFunc(friends, func(friend string) bool { return strings.HasPrefix(url, friend) })
		if !known {
			p.foreign = append(p.foreign, url)
		}
	}
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, pagePatience)
	defer cancel()
	require.NoError(p.t, chromedp.Do(ctx, steps...))
}

// scope gives every script the shadow tree of the widget and a search by selector and text.
const scope = `
const widget = document.querySelector('ekc-chat');
const root = widget && widget.shadowRoot;
const find = (selector, text = '') => root && [...root.querySelectorAll(selector)].find((e) => (e.textContent + ' ' + (e.ariaLabel ?? '')).includes(text));
`

// eval runs the body of a function in the page and reads what it returns (a promise is awaited) into out.
func (p *page) eval(body string, out any) error {
	ctx, cancel := context.WithTimeout(p.ctx, pagePatience)
	defer cancel()
	script := "(async () => {" + scope + body + "})().then((v) => JSON.stringify(v ?? null))"
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		return fmt.Errorf("evaluate %s: %w", body, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal([]byte(text), out)
}

// until waits until the expression is true.
func (p *page) until(expression string) {
	p.t.Helper()
	deadline := time.NewTimer(pagePatience)
	defer deadline.Stop()
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for {
		var ok bool
		if err := p.eval("return Boolean("+expression+")", &ok); err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			p.t.Fatalf("the page never got to %s; it shows:\n%s", expression, p.text())
		}
	}
}

// sees waits until an element of the widget that matches the selector contains the text.
func (p *page) sees(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("find(%s, %s)", quote(selector), quote(text)))
}

// sees no such element, from now on or soon.
func (p *page) loses(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("!find(%s, %s)", quote(selector), quote(text)))
}

// click clicks the element of the widget as a mouse does, once it is there.
func (p *page) click(selector, text string) {
	p.t.Helper()
	p.clickAt(fmt.Sprintf("find(%s, %s)", quote(selector), quote(text)))
}

// clickAt clicks the element that the expression gives, in the widget or outside, once it is there and stands still.
func (p *page) clickAt(expression string) {
	p.t.Helper()
	p.until(expression)
	var at struct{ X, Y float64 }
	require.NoError(p.t, p.eval(`
		const e = `+expression+`;
		e.scrollIntoView({ block: 'center', behavior: 'instant' });
		const frame = () => new Promise(requestAnimationFrame);
		for (let before = {}, b = e.getBoundingClientRect(); before.x !== b.x || before.y !== b.y; before = b, b = e.getBoundingClientRect()) {
			await frame();
		}
		const b = e.getBoundingClientRect();
		return { X: b.x + b.width / 2, Y: b.y + b.height / 2 };`, &at))
	p.do(chromedp.MouseClickXY(at.X, at.Y))
}

// says writes into the composer and sends with Enter, by the keyboard.
func (p *page) says(text string) {
	p.t.Helper()
	p.until("root.querySelector('.composer textarea')")
	require.NoError(p.t, p.eval("root.querySelector('.composer textarea').focus()", nil))
	p.types(text)
	p.press(keyEnter)
}

// types puts the text in where the focus is, as a keyboard does.
func (p *page) types(text string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text})
	require.NoError(p.t, err)
}

// Keys that the tests press. One event carries key and character, so that a page that prevents the key also prevents
// the character; chromedp.KeyEvent sends two.
var (
	keyEnter    = input.DispatchKeyEventParams{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"}
	keySpace    = input.DispatchKeyEventParams{Key: " ", Code: "Space", WindowsVirtualKeyCode: 32, Text: " "}
	keyTab      = input.DispatchKeyEventParams{Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9}
	keyShiftTab = input.DispatchKeyEventParams{Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9, Modifiers: 8}
	keyEscape   = input.DispatchKeyEventParams{Key: "Escape", Code: "Escape", WindowsVirtualKeyCode: 27}
	keyRight    = input.DispatchKeyEventParams{Key: "ArrowRight", Code: "ArrowRight", WindowsVirtualKeyCode: 39}
)

func (p *page) press(key input.DispatchKeyEventParams) {
	p.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		key.Type = kind
		if kind == input.DispatchKeyEventTypeKeyUp {
			key.Text = ""
		}
		_, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, key)
		require.NoError(p.t, err)
	}
}

// focus tells which element has the keyboard focus: its label or its text, with its tag.
func (p *page) focus() string {
	p.t.Helper()
	var words string
	require.NoError(p.t, p.eval(`
		const e = root.activeElement ?? document.activeElement;
		return e.tagName.toLowerCase() + ' ' + (e.ariaLabel ?? e.labels?.[0]?.textContent ?? e.textContent).trim();`, &words))
	return words
}

// messages returns the texts of the messages as the page shows them, without the welcome.
func (p *page) messages() []string {
	p.t.Helper()
	var texts []string
	require.NoError(p.t, p.eval(`return [...root.querySelectorAll('.message[data-id] .bubble')].map((e) => e.textContent)`, &texts))
	return texts
}

// text returns all that the widget shows, for failures.
func (p *page) text() string {
	var text string
	if err := p.eval("return (root ?? document.body).textContent", &text); err != nil {
		return err.Error()
	}
	return text
}

func (p *page) screenshot() []byte {
	p.t.Helper()
	image, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(p.t, err)
	return image
}

func quote(text string) string {
	quoted, _ := json.Marshal(text) // a string cannot fail
	return string(quoted)
}

func describe(details *runtime.ExceptionDetails) string {
	if details.Exception != nil && details.Exception.Description != "" {
		return details.Exception.Description
	}
	return details.Text
}

// onEveryPage runs the script in every page from now on, before the page's own.
func (p *page) onEveryPage(script string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	require.NoError(p.t, err)
}

// emulates makes the page prefer a "light" or a "dark" scheme of colours.
func (p *page) emulates(scheme string) {
	p.t.Helper()
	feature := &emulation.MediaFeature{Name: "prefers-color-scheme", Value: scheme}
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{feature}})
	require.NoError(p.t, err)
}
