package interaction_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent/attachment"
	"ekc/interaction"
	"ekc/internal/fail"
)

const pdf = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"

// office makes the least zip that is recognised as an office document.
func office(t *testing.T, part string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", part} {
		f, err := z.Create(name)
		require.NoError(t, err)
		_, err = f.Write([]byte("<x/>"))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.String()
}

func TestUploadTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Вопрос")
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
	for content, want := range map[string]string{
		pdf:                            "application/pdf",
		png:                            "image/png",
		"Просто текст\n":               "text/plain",
		office(t, "word/document.xml"): "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		office(t, "xl/workbook.xml"):   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	} {
		a, err := w.Upload(citizen, i.ID, "справка.pdf", strings.NewReader(content))
		require.NoError(t, err, want)
		require.Equal(t, want, a.MediaType)
		require.EqualValues(t, len(content), a.Size)
	}
	for name, content := range map[string]string{
		"html":       "<!DOCTYPE html><html><script>alert(1)</script></html>",
		"executable": "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 64),
		"zip":        "PK\x03\x04" + strings.Repeat("\x00", 40),
		"svg":        `<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`,
		"empty":      "",
		"text tail":  strings.Repeat("слова ", 2000) + "\x00\xff",
	} {
		_, err := w.Upload(citizen, i.ID, "image.png", strings.NewReader(content))
		require.Equal(t, fail.Invalid, fail.CodeOf(err), "%s: %v", name, err)
	}
	_, err := w.Upload(citizen, i.ID, "big.txt", io.LimitReader(endless{}, interaction.MaxAttachmentBytes+1))
	require.Equal(t, fail.TooLarge, fail.CodeOf(err))
	left, err := os.ReadDir(filepath.Join(w.dir, "attachments", "incoming"))
	require.NoError(t, err)
	require.Empty(t, left, "refused files stay on disk")
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = 'a'
	}
	return len(p), nil
}

func TestAttachmentIsSentOnceAndServedBySignedLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Вопрос")
	a, err := w.Upload(citizen, i.ID, "../../etc/\u202eсправка\n.pdf", strings.NewReader(pdf))
	require.NoError(t, err)
	require.Equal(t, "справка.pdf", a.FileName)
	_, err = w.Send(citizen, interaction.SendInput{InteractionID: i.ID, AttachmentIDs: []string{a.ID}})
	require.NoError(t, err)
	_, err = w.Send(citizen, interaction.SendInput{InteractionID: i.ID, AttachmentIDs: []string{a.ID}})
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "a file is sent once")

	get := func(url string) *http.Response {
		r := httptest.NewRecorder()
		w.AttachmentHandler(nil).ServeHTTP(r, httptest.NewRequest(http.MethodGet, url, nil))
		return r.Result()
	}
	link := w.AttachmentURL(a)
	response := get(link)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, pdf, string(body))
	require.Contains(t, response.Header.Get("Content-Disposition"), "attachment")
	require.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
	require.Equal(t, http.StatusNotFound, get(strings.Replace(link, "signature=", "signature=A", 1)).StatusCode)
	require.Equal(t, http.StatusNotFound, get(strings.Replace(link, a.ID, "att_other", 1)).StatusCode)
	w.clock.Advance(16 * time.Minute)
	require.Equal(t, http.StatusNotFound, get(link).StatusCode)
}

func TestForeignAndForgottenFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Вопрос")
	other, otherCitizen := w.chat("Другой")
	a, err := w.Upload(citizen, i.ID, "a.pdf", strings.NewReader(pdf))
	require.NoError(t, err)
	_, err = w.Send(otherCitizen, interaction.SendInput{InteractionID: other.ID, AttachmentIDs: []string{a.ID}})
	require.Equal(t, fail.NotFound, fail.CodeOf(err))

	path := filepath.Join(w.dir, "attachments", a.ID)
	old := w.clock.Now().Add(-48 * time.Hour)
	require.NoError(t, os.Chtimes(path, old, old))
	w.clock.Advance(25 * time.Hour)
	require.NoError(t, w.SweepFiles(context.Background()))
	require.Zero(t, w.client.Attachment.Query().Where(attachment.ID(a.ID)).CountX(w.system))
	require.NoFileExists(t, path)
}
