package test

import (
	"testing"
)

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
	soon(t, "a message arrives", func() bool { // those of before the server had the subscription do not
		chat.say("Слышно?")
		var shown bool // the newest event alone is
		return p.eval("return document.querySelector('.graphiql-response').textContent.includes('MessageAdded')", &shown) == nil && shown
	})
	p.picture("playground-subscription")
}
