package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMalformedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	c := n.nobody()
	quoted := func(query string) string {
		body, err := json.Marshal(map[string]string{"query": query})
		require.NoError(t, err)
		return string(body)
	}
	var aliases strings.Builder
	for i := range 500 {
		fmt.Fprintf(&aliases, "a%d: viewer { account { id } } ", i)
	}
	for name, request := range map[string]struct {
		contentType, body string
		status            int
	}{
		"no JSON":         {"application/json", "{", http.StatusBadRequest},
		"empty":           {"application/json", "", http.StatusBadRequest},
		"no object":       {"application/json", "[1]", http.StatusBadRequest},
		"no query":        {"application/json", "{}", http.StatusBadRequest},
		"not GraphQL":     {"application/json", quoted("{ viewer "), http.StatusBadRequest},
		"unknown field":   {"application/json", quoted("{ nonsense }"), http.StatusBadRequest},
		"wrong type":      {"application/json", quoted(`{ regions(first: "many") { totalCount } }`), http.StatusBadRequest},
		"form":            {"application/x-www-form-urlencoded", "query=%7Bviewer%7Baccount%7Bid%7D%7D%7D", http.StatusUnsupportedMediaType},
		"deep":            {"application/json", quoted("{ interaction(id: \"1\") " + strings.Repeat("{ queue { overflowQueue ", 20) + "{ id }" + strings.Repeat("} }", 20) + " }"), http.StatusBadRequest},
		"many aliases":    {"application/json", quoted("{ " + aliases.String() + "}"), http.StatusBadRequest},
		"costly":          {"application/json", quoted(`{ queues(first: 100) { edges { node { members { queues { members { queues { id } } } } } } } }`), http.StatusBadRequest},
		"bad UTF-8":       {"application/json", "{\"query\":\"{ \xff }\"}", http.StatusBadRequest},
		"huge":            {"application/json", quoted("{ viewer { account { id } } } # " + strings.Repeat("x", 2<<20)), http.StatusRequestEntityTooLarge},
		"bad variables":   {"application/json", `{"query":"query($id: ID!) { node(id: $id) { id } }","variables":[1]}`, http.StatusBadRequest},
		"missing operand": {"application/json", `{"query":"query($id: ID!) { node(id: $id) { id } }"}`, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.post(request.contentType, strings.NewReader(request.body), nil)
			require.Equal(t, request.status, a.Status, "%v", a.Errors)
			require.NotEmpty(t, a.Errors)
			require.NotEmpty(t, a.Errors[0].Message)
			require.NotContains(t, a.Errors[0].Message, "pq:")
		})
	}
	require.Equal(t, 6, ask[struct{ Agencies struct{ TotalCount int } }](c, "{ agencies { totalCount } }", nil).Agencies.TotalCount, "it still serves")
}

func TestWrongTokensAreRefused(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	for _, token := range []string{"nonsense", strings.Repeat("x", 5000), "ekc_a_00000000000000000000000000000000", "a b"} {
		c := &client{t: t, url: n.URL, token: token}
		a := c.send("{ agencies { totalCount } }", nil)
		require.Equal(t, http.StatusUnauthorized, a.Status)
		require.Equal(t, "UNAUTHENTICATED", a.Errors[0].Extensions.Code)
		_, closed := c.tryDial()
		require.Error(t, closed, "a websocket too")
	}
	out := n.as("operator1")
	out.do("signOutEverywhere", "", nil)
	require.Equal(t, http.StatusUnauthorized, out.send("{ viewer { account { id } } }", nil).Status)
}

func TestForeignIdsAndUnknownCodesAreRefused(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	mine, other := n.nobody().starts(nil), n.nobody().starts(nil)
	for _, id := range []string{other.id, "int_01jd0000000000000000000000", "nonsense", "", "acc_" + other.id[4:], strings.Repeat("x", 3000)} {
		mine.refuses("NOT_FOUND", "messageSend", "MessageSendInput", map[string]any{"interactionId": id, "text": "Слово"})
		mine.refuses("NOT_FOUND", "handoverRequest", "InteractionInput", map[string]any{"interactionId": id})
		require.Equal(t, "NOT_FOUND", codeOf(mine.client, "interaction", "query($id: ID!) { interaction(id: $id) { id } }", map[string]any{"id": id}))
	}
	require.Empty(t, own(other.dialogue(other.id)), "nothing was written")
	for field, input := range map[string]map[string]any{
		"regionCode": {"regionCode": "99"}, "agencyCode": {"agencyCode": "CIA"}, "phone": {"phone": "call me"},
		"text": {"text": strings.Repeat("я", 4001)}, "idempotencyKey": {"idempotencyKey": "short"},
	} {
		errors := n.nobody().try("chatStart", "ChatStartInput", input)
		require.NotEmpty(t, errors, field)
		require.Equal(t, field, errors[0].Field)
	}
	mine.refuses("INVALID", "messageSend", "MessageSendInput", map[string]any{"interactionId": mine.id, "text": "  "})
	mine.refuses("INVALID", "messageSend", "MessageSendInput", map[string]any{"interactionId": mine.id, "text": strings.Repeat("я", 4001)})
}

// upload sends a file by the GraphQL multipart request specification.
func (c *citizen) upload(name string, content []byte) answer {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	operations, err := json.Marshal(map[string]any{
		"query":     `mutation($input: AttachmentUploadInput!) { attachmentUpload(input: $input) { attachment { id mediaType url } userErrors { field code message } } }`,
		"variables": map[string]any{"input": map[string]any{"interactionId": c.id, "file": nil}},
	})
	require.NoError(c.t, err)
	require.NoError(c.t, form.WriteField("operations", string(operations)))
	require.NoError(c.t, form.WriteField("map", `{"0":["variables.input.file"]}`))
	file, err := form.CreateFormFile("0", name)
	require.NoError(c.t, err)
	_, err = file.Write(content)
	require.NoError(c.t, err)
	require.NoError(c.t, form.Close())
	return c.post(form.FormDataContentType(), &body, nil)
}

type uploaded struct {
	AttachmentUpload struct {
		Attachment *struct{ ID, MediaType, URL string }
		UserErrors []userError
	}
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	c := n.nobody().starts(nil)
	for name, content := range map[string][]byte{
		"virus.exe": []byte("MZ\x90\x00\x03\x00\x00\x00"), "page.png": []byte("<html><script>alert(1)</script></html>"),
		"empty.pdf": {}, "archive.zip": []byte("PK\x03\x04nothing of a document"),
	} {
		a := c.upload(name, content)
		var got uploaded
		require.NoError(t, json.Unmarshal(a.Data, &got), name)
		require.Nil(t, got.AttachmentUpload.Attachment, name)
		require.NotEmpty(t, got.AttachmentUpload.UserErrors, name)
		require.Equal(t, "INVALID", got.AttachmentUpload.UserErrors[0].Code, name)
	}
	require.Equal(t, http.StatusRequestEntityTooLarge, c.upload("big.txt", bytes.Repeat([]byte("a"), 12<<20)).Status)

	var got uploaded
	require.NoError(t, json.Unmarshal(c.upload("справка.png", tinyPNG).Data, &got))
	require.NotNil(t, got.AttachmentUpload.Attachment, "%v", got.AttachmentUpload.UserErrors)
	require.Equal(t, "image/png", got.AttachmentUpload.Attachment.MediaType)
	status, content := fetch(t, n.URL+got.AttachmentUpload.Attachment.URL)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, tinyPNG, content)
	status, _ = fetch(t, n.URL+strings.Replace(got.AttachmentUpload.Attachment.URL, "signature=", "signature=x", 1))
	require.Equal(t, http.StatusNotFound, status)
	other := n.nobody().starts(nil)
	other.refuses("NOT_FOUND", "messageSend", "MessageSendInput", map[string]any{
		"interactionId": other.id, "attachmentIds": []string{got.AttachmentUpload.Attachment.ID},
	})
	c.sends(map[string]any{"interactionId": c.id, "attachmentIds": []string{got.AttachmentUpload.Attachment.ID}})
}

func fetch(t *testing.T, url string) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, body
}

// A broken import file: what is good goes in, what is not is told by line, and a file that is none changes nothing.
func TestBrokenImportFiles(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	load := func(name, content string) (string, int) {
		file := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		return s.run(t, "", "knowledge", "import", file)
	}
	good := `{"id":"own-1","question":"Когда работает бюро находок?","answer":"Бюро работает по будням.","topic":""}`
	said, status := load("rows.jsonl", strings.Join([]string{
		good, `{"id":"own-2"`, `{"id":"own-3","question":"","answer":"x","topic":""}`,
		`{"id":"own-4","question":"Вопрос?","answer":"Ответ.","topic":"","region":"99"}`, good,
	}, "\n"))
	require.Equal(t, 3, status, said)
	for _, text := range []string{"line 2", "line 3: question", "line 4: region", "line 5: id", "1 new", "4 refused"} {
		require.Contains(t, said, text)
	}
	said, status = load("rows.jsonl", good)
	require.Zero(t, status, said)
	require.Contains(t, said, "1 unchanged")
	for name, content := range map[string]string{
		"picture.jsonl": string(tinyPNG), "broken.jsonl.gz": "\x1f\x8b\x08\x00broken", "empty.csv": "", "what.docx": "x",
		"header.csv": "id;question;answer;surprise\n1;2;3;4\n",
	} {
		said, status = load(name, content)
		require.NotZero(t, status, "%s: %s", name, said)
		require.NotContains(t, said, "goroutine", name)
	}
	hits := ask[struct {
		RecordSearch []struct{ Record struct{ ID string } }
	}](s.start(t).as("operator1"), `{ recordSearch(input: { text: "Когда работает бюро находок?" }) { record { id } } }`, nil)
	require.Equal(t, "own-1", hits.RecordSearch[0].Record.ID)
}
