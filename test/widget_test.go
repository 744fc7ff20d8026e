package test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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

// agencySite is another site with a strict policy, as an agency may have one.
