package test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

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
