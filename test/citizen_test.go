package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// chat goes to the demo page and opens the chat.
func (b *browser) chat(url string) *page {
	b.t.Helper()
	p := b.open(url+"/widget/", 1100, 800)
	p.click(".launcher", "")
	p.sees(".panel", "")
	return p
}

// session reads the session of the widget: what it would resume from.
func (p *page) session() (interactionID, token string) {
	p.t.Helper()
	var session struct{ InteractionID, Token string }
	require.NoError(p.t, p.eval(`
		const key = Object.keys(localStorage).find((k) => k.endsWith(':session'));
		return JSON.parse(localStorage[key] ?? '{}');`, &session))
	require.NotEmpty(p.t, session.InteractionID, "the widget has no session")
	return session.InteractionID, session.Token
}

// gives hands the widget a file in the named way: "choose", "drop" or "paste".
func (p *page) gives(way, name, mediaType string, content []byte) {
	p.t.Helper()
	encoded, err := json.Marshal(content) // base64
	require.NoError(p.t, err)
	require.NoError(p.t, p.eval(fmt.Sprintf(`
		const bytes = Uint8Array.from(atob(%s), (c) => c.charCodeAt(0));
		const transfer = new DataTransfer();
		transfer.items.add(new File([bytes], %s, { type: %s }));
		const chooser = root.querySelector('input[type=file]');
		const area = root.querySelector('.composer textarea');
		switch (%s) {
		case 'choose':
			chooser.files = transfer.files;
			chooser.dispatchEvent(new Event('change', { bubbles: true }));
			break;
		case 'drop':
			area.dispatchEvent(new DragEvent('dragover', { dataTransfer: transfer, bubbles: true, cancelable: true }));
			area.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
			break;
		case 'paste':
			area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
		}`, encoded, quote(name), quote(mediaType), quote(way)), nil))
}

// isAccessible runs axe-core over the whole page, the widget's shadow tree included.
func (p *page) isAccessible(where string) {
	p.t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "web", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		missing(p.t, "axe-core is not installed: run npm ci in web/")
	}
	_, err = chromedp.Run(p.ctx, chromedp.Evaluate[chromedp.Void](string(source)+"; undefined"))
	require.NoError(p.t, err)
	var violations []struct {
		ID    string
		Help  string
		Nodes []struct {
			HTML           string
			FailureSummary string
		}
	}
	require.NoError(p.t, p.eval(`
		await Promise.all(root.getAnimations().map((a) => a.effect.getTiming().iterations === Infinity ? null : a.finished));
		const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
		return (await axe.run(document, { runOnly: { type: 'tag', values: tags } })).violations;`, &violations))
	for _, violation := range violations {
		for _, node := range violation.Nodes {
			p.t.Errorf("%s: %s (%s)\n%s\n%s", where, violation.Help, violation.ID, node.HTML, node.FailureSummary)
		}
	}
}

// rewrites replaces the text of an editor of the playground.
func (p *page) rewrites(selector, text string) {
	p.t.Helper()
	p.clickAt("document.querySelector(" + quote(selector+" .view-lines") + ")")
	p.press(input.DispatchKeyEventParams{Key: "a", Code: "KeyA", WindowsVirtualKeyCode: 65, Modifiers: 2, Commands: []string{"selectAll"}})
	p.types(text)
}

// tinyPNG is a picture of one pixel.
var tinyPNG = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")

// requireOnce checks that each text is among the messages exactly once, in this order.
func requireOnce(t *testing.T, messages []string, texts ...string) {
	t.Helper()
	last := -1
	for _, text := range texts {
		found := []int{}
		for i, message := range messages {
			if strings.Contains(message, text) {
				found = append(found, i)
			}
		}
		require.Len(t, found, 1, "%q in %q", text, messages)
		require.Greater(t, found[0], last, "%q is out of order in %q", text, messages)
		last = found[0]
	}
}

// eventually tries until the condition holds; it is asked again every 50 milliseconds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, pagePatience, 50*time.Millisecond, what)
}

// picture keeps a screenshot in the directory that EKC_TEST_PICTURES names, to be looked at.
func (p *page) picture(name string) {
	p.t.Helper()
	directory := os.Getenv("EKC_TEST_PICTURES")
	if directory == "" {
		return
	}
	require.NoError(p.t, os.MkdirAll(directory, 0o755))
	require.NoError(p.t, os.WriteFile(filepath.Join(directory, name+".png"), bytes.Clone(p.screenshot()), 0o600))
}
