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

// What the demo base answers at once, and what it has to ask about first.
const (
	clearQuestion = "Как узнать остаток материнского капитала?"
	vagueQuestion = "материнский капитал"
)

func TestWidgetAnswersFromTheBase(t *testing.T) {
	centre := startCentre(t)
	p := startBrowser(t).chat(centre.URL)
	require.Contains(t, p.text(), "виртуальный помощник")
	p.says(clearQuestion)
	p.sees(".mine .text", clearQuestion)
	p.sees(".yana[data-id] .helpful", "Помог ли ответ?")
	require.NoError(t, p.eval("find('.basis summary').click()", nil))
	p.until("find('.basis li')?.offsetParent")
	p.click(".helpful button", "Да")
	p.sees(".helpful button[aria-pressed=true]", "Да")
	p.sees(".helpful .thanks", "Спасибо")
	p.picture("answer")
	requireOnce(t, p.messages(), clearQuestion)
}

func TestWidgetAsksAndTakesAChoice(t *testing.T) {
	centre := startCentre(t)
	p := startBrowser(t).chat(centre.URL)
	p.says(vagueQuestion)
	p.sees(".choice", "")
	p.picture("choices")
	var choice string
	require.NoError(t, p.eval("return find('.choice').textContent", &choice))
	p.click(".choice", choice)
	p.sees(".mine[data-id] .text", choice)
	p.loses(".choice", choice)
	p.until("root.activeElement.matches('.composer textarea')")
}

func TestWidgetHandsOverToAnOperator(t *testing.T) {
	centre := startCentre(t)
	p := startBrowser(t).chat(centre.URL)
	p.says(clearQuestion)
	p.sees(".mine[data-id] .text", clearQuestion)
	p.click(".human", "Позвать специалиста")
	p.sees(".banner.queue", "в очереди")
	p.sees(".companion", "Ожидание специалиста")
	p.loses(".human", "")
	p.picture("queue")

	id, _ := p.session()
	operator := centre.operator(t)
	operator.accept(id)
	p.sees(".companion", "На связи")
	p.loses(".banner.queue", "")
	operator.typing(id)
	p.sees(".typing", "печатает")
	operator.says(id, "Здравствуйте! Чем помочь? <b>Смотрите</b> https://example.org/a")
	p.sees(".operator .text", "<b>Смотрите</b>")
	p.loses(".typing", "печатает")
	var link map[string]string
	require.NoError(t, p.eval(`
		const a = root.querySelector('.operator .text a');
		return { href: a.href, rel: a.rel, target: a.target, bold: String(root.querySelector('.operator b')) };`, &link))
	require.Equal(t, map[string]string{
		"href": "https://example.org/a", "rel": "noopener noreferrer nofollow", "target": "_blank", "bold": "null",
	}, link)
	p.says("Спасибо, понятно")
	eventually(t, "the operator reads the citizen", func() bool { return strings.Contains(operator.reads(id), "Спасибо, понятно") })
	p.picture("operator")

	operator.finish(id)
	p.click(".star", "5")
	p.picture("rating-asked")
	p.click(".rating .primary", "Отправить оценку")
	p.sees(".over", "Спасибо за оценку")
	require.Equal(t, 5, operator.now(id).Rating)
	operator.closes(id)
	p.sees(".over", "Диалог завершён")
	p.click(".ending .primary", "Начать новый диалог")
	p.loses(".message[data-id]", "")
	p.sees(".composer", "")
}

func TestWidgetEndsOnlyWhenToldTwice(t *testing.T) {
	centre := startCentre(t)
	p := startBrowser(t).chat(centre.URL)
	p.says("Здравствуйте")
	p.sees(".yana[data-id]", "")
	end := func() {
		p.click(".actions .icon", "")
		p.click(".action-list button", "Завершить диалог")
		p.sees(".question", "Завершить диалог?")
	}
	end()
	p.press(keyEscape)
	p.loses(".question", "")
	p.sees(".panel", "")
	end()
	p.click(".question .primary", "Завершить")
	p.sees(".over", "Диалог завершён")
	p.picture("rating")
}

func TestWidgetSendsFiles(t *testing.T) {
	centre := startCentre(t)
	p := startBrowser(t).chat(centre.URL)
	p.gives("drop", "вирус.exe", "application/x-msdownload", []byte("MZ"))
	p.sees(".tray .problem", "Такой тип файла не принимается")
	p.gives("choose", "справка.png", "image/png", tinyPNG)
	p.sees(".tray li.ready", "справка.png")
	p.gives("paste", "письмо.txt", "text/plain", []byte("Добрый день"))
	p.sees(".tray li.ready", "письмо.txt")
	p.picture("files")
	p.says("Посмотрите файлы")
	p.sees(".mine[data-id] .file", "справка.png")
	p.sees(".mine[data-id] .file", "письмо.txt")
	p.loses(".tray", "")
	requireOnce(t, p.messages(), "Посмотрите файлы")
	var size int
	require.NoError(t, p.eval(`
		const opened = new Promise((resolve) => { HTMLAnchorElement.prototype.click = function () { resolve(this.href); }; });
		find('.mine[data-id] .file', 'справка.png').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
		return (await (await fetch(await opened)).arrayBuffer()).byteLength;`, &size))
	require.Equal(t, len(tinyPNG), size, "the link gives the file back")
}

func TestWidgetSurvivesALossOfNetwork(t *testing.T) {
	centre := startCentre(t)
	line := newCable(t, centre.URL)
	p := startBrowser(t).chat(line.URL)
	p.says("Первое сообщение")
	p.sees(".mine[data-id] .text", "Первое сообщение")
	p.click(".human", "")
	id, _ := p.session()
	operator := centre.operator(t)
	operator.accept(id)
	p.sees(".companion", "На связи")

	line.cut()
	p.says("Второе, без связи")
	p.says("Третье, без связи")
	p.sees(".pending", "Второе, без связи")
	p.sees(".banner.warning", "Нет связи")
	operator.says(id, "Ответ, пока связи нет")
	p.picture("offline")
	line.mend()
	p.loses(".banner.warning", "")
	p.loses(".pending", "")
	p.sees(".operator[data-id]", "Ответ, пока связи нет")
	messages := p.messages()
	requireOnce(t, messages, "Первое сообщение", "Второе, без связи", "Третье, без связи")
	requireOnce(t, messages, "Первое сообщение", "Ответ, пока связи нет")
	operator.says(id, "Связь есть")
	p.sees(".operator[data-id]", "Связь есть")
}

func TestWidgetSurvivesAReload(t *testing.T) {
	centre := startCentre(t)
	b := startBrowser(t)
	p := b.chat(centre.URL)
	p.says(clearQuestion)
	p.sees(".yana[data-id]", "")
	id, _ := p.session()
	p.do(chromedp.Reload())
	p.sees(".mine[data-id] .text", clearQuestion)
	p.sees(".yana[data-id]", "")
	p.says("Ещё вопрос")
	p.sees(".mine[data-id] .text", "Ещё вопрос")
	again, _ := p.session()
	require.Equal(t, id, again, "the dialogue goes on")
	requireOnce(t, p.messages(), clearQuestion, "Ещё вопрос")

	second := b.open(centre.URL+"/widget/", 1100, 800)
	second.sees(".mine[data-id] .text", "Ещё вопрос")
	p.says("Из первой вкладки")
	second.sees(".mine[data-id] .text", "Из первой вкладки")
}

func TestWidgetBeginsAnewWhenItsTokenIsRefused(t *testing.T) {
	centre := startCentre(t)
	p := startBrowser(t).chat(centre.URL)
	p.says("Здравствуйте")
	p.sees(".yana[data-id]", "")
	first, _ := p.session()
	require.NoError(t, p.eval(`
		const key = Object.keys(localStorage).find((k) => k.endsWith(':session'));
		localStorage[key] = JSON.stringify({ ...JSON.parse(localStorage[key]), token: 'forged' });`, nil))
	p.do(chromedp.Reload())
	p.sees(".banner.error", "Срок прежнего диалога истёк")
	p.says("Начнём снова")
	p.sees(".mine[data-id] .text", "Начнём снова")
	second, _ := p.session()
	require.NotEqual(t, first, second)
	require.Equal(t, "Начнём снова", p.messages()[0])
}

func TestWidgetWorksWithoutWebsockets(t *testing.T) {
	centre := startCentre(t)
	b := startBrowser(t)
	p := b.open(centre.URL+"/widget/icon.svg", 1100, 800)
	p.onEveryPage(`window.WebSocket = class { constructor() { setTimeout(() => this.onclose?.({ code: 1006, reason: '' })); } close() {} };`)
	p.do(chromedp.Navigate(centre.URL + "/widget/"))
	p.click(".launcher", "")
	p.says(clearQuestion)
	p.sees(".yana[data-id] .helpful", "")
	p.says("Позовите человека")
	p.sees(".mine[data-id] .text", "Позовите человека")
	p.loses(".banner.warning", "")
}

// agencySite is another site with a strict policy, as an agency may have one.
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
	p.sees(".badge", "1")
	p.until("document.title === '(1) Ведомство'")
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

func TestPlaygroundNeedsNothingFromOutside(t *testing.T) {
	centre := startCentre(t)
	p := startBrowser(t).open(centre.URL+"/", 1300, 800)
	p.until("document.querySelector('.graphiql-query-editor .view-line')?.textContent.includes('citizen')")
	p.picture("playground")
	p.clickAt("document.querySelector('.graphiql-execute-button')")
	p.clickAt("[...document.querySelectorAll('[role=menuitem]')].find((e) => e.textContent.includes('Start'))")
	p.until("document.querySelector('.graphiql-response').textContent.replace(/\\s/g, '').includes('\"chatStart\":{\"token\":\"')")
	p.picture("playground-answer")
}

func TestPlaygroundSubscribesWithTheTokenOfTheHeadersEditor(t *testing.T) {
	centre := startCentre(t)
	chat := (&client{t: t, url: centre.URL}).starts(nil)
	p := startBrowser(t).open(centre.URL+"/", 1300, 800)
	p.until("document.querySelector('.graphiql-query-editor .view-line')?.textContent.includes('citizen')")
	p.rewrites(".graphiql-query-editor", `subscription { dialogue(interactionId: "`+chat.id+`") { __typename ... on MessageAdded { message { text } } } }`)
	p.rewrites(".graphiql-editor-tool .graphiql-editor:not(.hidden)", `{ "Authorization": "Bearer `+chat.token+`" }`)
	p.clickAt("document.querySelector('.graphiql-execute-button')")
	p.until("document.querySelector('.graphiql-execute-button[aria-label*=Stop]')")
	chat.say("Слышно?")
	p.until("document.querySelector('.graphiql-response').textContent.includes('MessageAdded')") // the newest event alone is shown
	p.picture("playground-subscription")
}
