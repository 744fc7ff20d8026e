package graph_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// attach uploads a file for records and returns what became of it.
func (n *newsroom) attach(token, name string, content []byte) answer {
	n.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(n, form.WriteField("operations", `{"query":"mutation($f: Upload!) { r: recordFileUpload(input: {file: $f}) { file { id fileName mediaType size url } userErrors { code } } }","variables":{"f":null}}`))
	require.NoError(n, form.WriteField("map", `{"0":["variables.f"]}`))
	part, err := form.CreateFormFile("0", name)
	require.NoError(n, err)
	_, err = part.Write(content)
	require.NoError(n, err)
	require.NoError(n, form.Close())
	return n.send(http.MethodPost, "/graphql", body.String(), header("Content-Type", form.FormDataContentType()),
		func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
}

func TestAFileComesAlongWithTheAnswer(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	blank := []byte("Заявление о назначении пенсии\n")
	require.Equal(t, "FORBIDDEN", n.attach(n.operator, "a.txt", blank).path("r", "userErrors").([]any)[0].(map[string]any)["code"])
	require.Equal(t, "INVALID", n.attach(n.author, "a.exe", []byte("MZ\x00\x01")).path("r", "userErrors").([]any)[0].(map[string]any)["code"])
	got := n.attach(n.author, "бланк.txt", blank)
	file := got.path("r", "file").(map[string]any)
	require.Equal(t, "text/plain", file["mediaType"], got.raw)

	got = n.ask(n.author, `mutation { r: recordDraft(input: {recordId: "rec-1"}) { recordVersion { id revision } userErrors { code } } }`, nil)
	draft := got.path("r", "recordVersion").(map[string]any)
	content := map[string]any{
		"question": "Как назначить пенсию по старости?", "answer": "Подайте заявление по образцу.", "topic": "Пенсии", "intent": true,
		"links": []any{map[string]any{"title": "Портал", "url": "https://example.ru/"}},
		"files": []any{map[string]any{"fileId": file["id"], "title": "Образец заявления"}},
	}
	wrong := map[string]any{"question": "Вопрос?", "files": []any{map[string]any{"fileId": "rfl_none"}}}
	_, code := n.step(n.author, "recordEdit", draft, map[string]any{"content": wrong})
	require.Equal(t, "NOT_FOUND", code)
	v, code := n.step(n.author, "recordEdit", draft, map[string]any{"content": content})
	require.Nil(t, code)
	v, code = n.step(n.author, "recordSubmit", v, nil)
	require.Nil(t, code)
	got = n.ask(n.reviewer, `mutation($i: RecordPublishInput!) { r: recordPublish(input: $i) {
		recordVersion { id files { title url } links { url } } warnings { kind } userErrors { code } } }`,
		map[string]any{"i": map[string]any{"versionId": v["id"], "revision": v["revision"]}})
	require.Equal(t, "Образец заявления", got.path("r", "recordVersion", "files").([]any)[0].(map[string]any)["title"], got.raw)
	require.Empty(t, got.path("r", "warnings"), got.raw)

	n.downloads(blank)
}

// downloads has a citizen told the record by an operator, and load what comes along.
func (n *newsroom) downloads(want []byte) {
	_, operator := n.world.operator("clerk", n.line1)
	id, citizen := n.talk(operator)
	got := n.ask(operator, `mutation($i: ID!) { r: messageSend(input: {interactionId: $i, recordId: "rec-1"}) { message { id } userErrors { code message } } }`,
		map[string]any{"i": id})
	require.Empty(n, got.path("r", "userErrors"), got.raw)
	got = n.ask(citizen, `query($m: ID!) { node(id: $m) { ... on Message { citations { links { title url } files { title fileName url } } } } }`,
		map[string]any{"m": got.path("r", "message", "id")})
	cited := got.path("node", "citations").([]any)[0].(map[string]any)
	require.Equal(n, []any{map[string]any{"title": "Портал", "url": "https://example.ru/"}}, cited["links"], got.raw)
	url := cited["files"].([]any)[0].(map[string]any)["url"].(string)
	loaded, err := http.Get(n.server.URL + url) //nolint:noctx // the test's own server
	require.NoError(n, err)
	defer func() { require.NoError(n, loaded.Body.Close()) }()
	content, err := io.ReadAll(loaded.Body)
	require.NoError(n, err)
	require.Equal(n, want, content)
	require.Contains(n, loaded.Header.Get("Content-Disposition"), "attachment")
	forged, err := http.Get(n.server.URL + url + "x") //nolint:noctx // the test's own server
	require.NoError(n, err)
	require.NoError(n, forged.Body.Close())
	require.Equal(n, http.StatusNotFound, forged.StatusCode)
}

func TestTopicsBelongToTheirAgency(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	create := func(token, agencyID, name string) answer {
		return n.ask(token, `mutation($a: ID, $n: String!) { r: recordTopicCreate(input: {agencyId: $a, name: $n}) { topic { id name agency { code } } userErrors { code } } }`,
			map[string]any{"a": agencyID, "n": name})
	}
	refused := func(got answer) any {
		if errs, ok := got.path("r", "userErrors").([]any); ok && len(errs) > 0 {
			return errs[0].(map[string]any)["code"]
		}
		return got.code()
	}
	made := create(n.author, n.pfr.ID, "Стаж")
	require.Equal(t, "PFR", made.path("r", "topic", "agency", "code"), made.raw)
	require.Equal(t, "CONFLICT", refused(create(n.author, n.pfr.ID, "Стаж")))
	require.Equal(t, "FORBIDDEN", refused(create(n.other, n.pfr.ID, "Чужая")))
	require.Equal(t, "FORBIDDEN", refused(create(n.operator, n.pfr.ID, "Чужая")))
	topic := made.path("r", "topic", "id")
	rename := `mutation($t: ID!) { r: recordTopicRename(input: {topicId: $t, name: "Страховой стаж"}) { topic { name } userErrors { code } } }`
	require.Equal(t, "FORBIDDEN", refused(n.ask(n.other, rename, map[string]any{"t": topic})))
	got := n.ask(n.author, rename, map[string]any{"t": topic})
	require.Equal(t, "Страховой стаж", got.path("r", "topic", "name"), got.raw)
	list := n.ask(n.operator, `query($a: ID) { recordTopics(agencyId: $a) { name records } recordTags(agencyId: $a) { name } }`, map[string]any{"a": n.pfr.ID})
	require.Equal(t, []any{map[string]any{"name": "Пенсии", "records": 1.0}, map[string]any{"name": "Страховой стаж", "records": 0.0}},
		list.path("recordTopics"), list.raw)
	require.Empty(t, list.path("recordTags"))
	sets := n.ask(n.author, `{ knowledgeVectors { embedder state done total share } }`, nil).path("knowledgeVectors").([]any)
	require.Equal(t, "ACTIVE", sets[0].(map[string]any)["state"])
	require.InDelta(t, 3, sets[0].(map[string]any)["total"], 0)
	require.Equal(t, "NOT_FOUND", n.ask(n.operator, `{ knowledgeVectors { embedder } }`, nil).code())
}

func TestAReviewerIsWarned(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	kept := n.ask(n.author, `mutation($a: ID) { r: benchCaseKeep(input: {agencyId: $a, query: "как назначить пенсию по старости", recordId: "rec-1"}) { userErrors { code } } }`,
		map[string]any{"a": n.pfr.ID})
	require.Empty(t, kept.path("r", "userErrors"), kept.raw)
	draft := n.ask(n.author, `mutation { r: recordDraft(input: {recordId: "rec-1"}) { recordVersion { id revision } userErrors { code } } }`, nil).
		path("r", "recordVersion").(map[string]any)
	v, code := n.step(n.author, "recordEdit", draft, map[string]any{"content": map[string]any{
		"question": "Как зарегистрировать кошку на выставку?", "answer": "В клубе любителей кошек.", "intent": true,
	}})
	require.Nil(t, code)
	v, code = n.step(n.author, "recordSubmit", v, nil)
	require.Nil(t, code)
	got := n.ask(n.reviewer, `mutation($i: RecordMoveInput!) { r: recordApprove(input: $i) {
		recordVersion { status } warnings { kind message result { case { query recordId } now { right } then { right } } } userErrors { code } } }`,
		map[string]any{"i": map[string]any{"versionId": v["id"], "revision": v["revision"]}})
	require.Equal(t, "APPROVED", got.path("r", "recordVersion", "status"), "a warning hinders nothing")
	warnings := got.path("r", "warnings").([]any)
	require.Len(t, warnings, 1, got.raw)
	require.Equal(t, "BREAKS", warnings[0].(map[string]any)["kind"])
	require.Contains(t, warnings[0].(map[string]any)["message"], "пенсию")
}
