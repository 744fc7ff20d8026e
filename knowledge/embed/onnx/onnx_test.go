package onnx_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/embed"
	"ekc/knowledge/embed/onnx"
)

// library is ONNX Runtime as `make onnxruntime` leaves it.
func library(t *testing.T) string {
	t.Helper()
	path := os.Getenv("EKC_ONNXRUNTIME")
	if path == "" {
		path = filepath.Join("..", "..", "..", "bin", "libonnxruntime.so")
	}
	if _, err := os.Stat(path); err != nil {
		t.Skip("no ONNX Runtime: make onnxruntime installs it")
	}
	return path
}

func openModel(t *testing.T, dir string) *onnx.Embedder {
	t.Helper()
	e, err := onnx.Open(t.Context(), dir, library(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e
}

func cosine(a, b []float32) float64 {
	s := 0.0
	for i := range a {
		s += float64(a[i]) * float64(b[i])
	}
	return s
}

func TestMeanOfThePiecesWithoutPadding(t *testing.T) {
	t.Parallel()
	e := openModel(t, folder(t, "tiny", nil))
	require.Equal(t, 3, e.Dimensions())
	require.True(t, strings.HasPrefix(e.Name(), "onnx-tiny-"), e.Name())
	var texts []string
	for range 20 { // more than one batch, of different lengths
		texts = append(texts, "пенсия", "Стаж, пенсия пенсия стаж", "отпуск")
	}
	together, err := e.Embed(t.Context(), texts)
	require.NoError(t, err)
	for i, text := range texts {
		alone, err := e.EmbedQuery(t.Context(), text)
		require.NoError(t, err)
		require.InDelta(t, 1, cosine(alone, together[i]), 1e-5, "%d: the place and the padding change nothing", i)
		require.InDelta(t, 1, cosine(alone, alone), 1e-5)
	}
	// [CLS] пенсия [SEP]: (1, 0, 0.5 + 0.5) / √2.
	require.InDeltaSlice(t, []float32{0.70711, 0, 0.70711}, together[0], 1e-4)
	require.Greater(t, cosine(together[0], together[1]), cosine(together[0], together[2]))
}

func TestFirstPieceWhereTheFolderSaysSo(t *testing.T) {
	t.Parallel()
	e := openModel(t, folder(t, "tiny", map[string]string{
		"modules.json": `[{"path":"","type":"sentence_transformers.models.Transformer"},{"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
			{"path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]`,
		"1_Pooling/config.json": `{"word_embedding_dimension":3,"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}`,
	}))
	v, err := e.EmbedQuery(t.Context(), "пенсия")
	require.NoError(t, err)
	require.Equal(t, []float32{0, 0, 1}, v, "the vector of [CLS]")
}

func TestPrefixesOfE5(t *testing.T) {
	t.Parallel()
	for name, dir := range map[string]string{
		"by its name":   folder(t, "multilingual-e5-small", nil),
		"by its config": folder(t, "model", map[string]string{"config.json": `{"_name_or_path":"intfloat/multilingual-e5-base"}`}),
		"by prompts":    folder(t, "other", map[string]string{"config_sentence_transformers.json": `{"prompts":{"query":"query: ","document":"passage: "}}`}),
	} {
		e := openModel(t, dir)
		query, err := e.EmbedQuery(t.Context(), "пенсия")
		require.NoError(t, err)
		passages, err := e.Embed(t.Context(), []string{"пенсия"})
		require.NoError(t, err)
		require.Greater(t, query[2], float32(0.5), name)
		require.Less(t, passages[0][2], float32(0), name)
	}
}

func TestModelsOfOneNameAreToldApart(t *testing.T) {
	t.Parallel()
	one, same := openModel(t, folder(t, "tiny", nil)), openModel(t, folder(t, "tiny", nil))
	other := openModel(t, folder(t, "tiny", map[string]string{"sentence_bert_config.json": `{"max_seq_length":16}`}))
	require.Equal(t, one.Name(), same.Name())
	require.NotEqual(t, one.Name(), other.Name())
	require.Equal(t, "onnx:", embed.SourceOf(one)[:5])
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	e := openModel(t, folder(t, "tiny", nil))
	want, err := e.EmbedQuery(t.Context(), "отпуск")
	require.NoError(t, err)
	var wait sync.WaitGroup
	failures := make(chan error, 32)
	for range 32 {
		wait.Go(func() {
			got, err := e.EmbedQuery(context.Background(), "отпуск")
			if err == nil && cosine(got, want) < 0.999 {
				err = errors.New("another vector")
			}
			failures <- err
		})
	}
	wait.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = e.EmbedQuery(gone, "отпуск")
	require.ErrorIs(t, err, context.Canceled)
}

func TestIncompleteFolders(t *testing.T) {
	t.Parallel()
	for want, dir := range map[string]string{
		"has no model":              folder(t, "a", map[string]string{"onnx/model.onnx": ""}),
		"neither tokenizer.json":    folder(t, "b", map[string]string{"tokenizer.json": ""}),
		"whose config.json cannot":  folder(t, "c", map[string]string{"modules.json": `[{"path":"1_Pooling","type":"x.Pooling"}]`}),
		"a module \"Dense\"":        folder(t, "d", map[string]string{"modules.json": `[{"path":"2_Dense","type":"x.Dense"}]`}),
		"leaves the folder":         folder(t, "e", map[string]string{"modules.json": `[{"path":"../x","type":"x.Pooling"}]`}),
		"config.json":               folder(t, "f", map[string]string{"config.json": `{`}),
		"no such file or directory": filepath.Join(t.TempDir(), "nowhere"),
	} {
		_, err := onnx.Open(t.Context(), dir, "")
		if want == "no such file or directory" {
			want = "has no model"
		}
		require.ErrorContains(t, err, want)
	}
}

func TestNoModelAtAll(t *testing.T) {
	t.Parallel()
	_, err := onnx.Open(t.Context(), folder(t, "tiny", map[string]string{"onnx/model.onnx": "not a model"}), library(t))
	require.ErrorContains(t, err, "read the model")
}
