package test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

func TestWidgetByKeyboardAlone(t *testing.T) {
	centre := startCentre(t)
	p := startBrowser(t).open(centre.URL+"/widget/", 1100, 800)
	p.until("root.querySelector('.launcher')")
	tabTo := func(key string, want string) {
		for range 40 {
			if strings.Contains(p.focus(), want) {
				return
			}
			if key == "forth" {
				p.press(keyTab)
			} else {
				p.press(keyShiftTab)
			}
		}
		t.Fatalf("Tab never reached %q; focus is on %q", want, p.focus())
	}
	tabTo("forth", "Открыть чат")
	p.press(keyEnter)
	p.until("root.activeElement?.matches('.composer textarea')")
	p.types(vagueQuestion)
	p.press(keyEnter)
	p.sees(".choice", "")
	var choice string
	require.NoError(t, p.eval("return find('.choice').textContent", &choice))
	tabTo("back", choice)
	p.press(keySpace)
	p.loses(".choice", "")
	p.until("root.activeElement?.matches('.composer textarea')")
	tabTo("back", "Действия")
	p.press(keyEnter)
	tabTo("forth", "Завершить диалог")
	p.press(keyEnter)
	p.until("root.activeElement?.textContent === 'Продолжить диалог'")
	p.press(keyTab)
	require.Contains(t, p.focus(), "Завершить")
	p.press(keyTab)
	require.Contains(t, p.focus(), "Продолжить", "the focus stays in the question")
	p.press(keyShiftTab)
	p.press(keyEnter)
	p.sees(".rating", "")
	tabTo("forth", "input 1 – очень плохо")
	p.press(keySpace)
	for range 3 {
		p.press(keyRight)
	}
	tabTo("forth", "Отправить оценку")
	p.press(keyEnter)
	p.until("root.activeElement?.textContent.includes('Спасибо за оценку')")
	id, token := p.session()
	require.Equal(t, 4, (&client{t: t, url: centre.URL, token: token}).now(id).Rating)
	p.press(keyEscape)
	p.until("root.activeElement?.matches('.launcher')")
}

func TestWidgetIsAccessible(t *testing.T) {
	centre := startCentre(t)
	b := startBrowser(t)
	for _, scheme := range []string{"light", "dark"} {
		p := b.open(centre.URL+"/widget/", 1100, 800)
		p.emulates(scheme)
		p.until("root.querySelector('.launcher, .panel')")
		p.isAccessible(scheme + ": demo page")
		require.NoError(t, p.eval("widget.show()", nil))
		p.isAccessible(scheme + ": empty chat")
		p.says(clearQuestion)
		p.sees(".yana[data-id]", "")
		p.gives("drop", "a.exe", "", []byte("x"))
		p.sees(".tray", "")
		p.isAccessible(scheme + ": answer")
		p.do(chromedp.EmulateViewport(320, 640))
		p.until("document.documentElement.scrollWidth <= 320 && root.querySelector('.panel').scrollWidth <= 320")
		p.isAccessible(scheme + ": 320 pixels")
		p.picture("narrow-" + scheme)
		p.do(chromedp.EmulateViewport(320, 256))
		p.until("root.querySelector('.panel').scrollWidth <= 320")
		p.do(chromedp.EmulateViewport(1100, 800))
		p.click(".actions .icon", "")
		p.isAccessible(scheme + ": actions")
		p.click(".action-list button", "Завершить диалог")
		p.isAccessible(scheme + ": question")
		p.click(".question .primary", "")
		p.sees(".rating", "")
		p.isAccessible(scheme + ": rating")
		p.picture("ended-" + scheme)
		p.click(".ending .plain", "новый диалог")
		p.sees(".composer", "")
		require.NoError(t, p.eval("widget.hide()", nil))
	}
}
