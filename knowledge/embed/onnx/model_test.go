package onnx_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
)

// A model in ONNX, written by hand (onnx.proto, IR version 8, opset 13): Gather(table, input_ids) → last_hidden_state. Each row
// of the table is the vector of a piece.
func model(table [][]float32) []byte {
	text := func(b []byte, n protowire.Number, s string) []byte {
		return protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), s)
	}
	message := func(b []byte, n protowire.Number, m []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), m)
	}
	number := func(b []byte, n protowire.Number, v uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), v)
	}
	const float, int64s = 1, 7
	value := func(name string, kind uint64, dims ...string) []byte {
		var shape []byte
		for _, d := range dims {
			shape = message(shape, 1, text(nil, 2, d))
		}
		tensor := message(number(nil, 1, kind), 2, shape)
		return message(text(nil, 1, name), 2, message(nil, 1, tensor))
	}
	node := func(op string, out string, in ...string) []byte {
		var b []byte
		for _, i := range in {
			b = text(b, 1, i)
		}
		return text(text(b, 2, out), 4, op)
	}
	var raw []byte
	for _, row := range table {
		for _, x := range row {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
		}
	}
	weights := number(number(number(nil, 1, uint64(len(table))), 1, uint64(len(table[0]))), 2, float)
	weights = message(text(weights, 8, "table"), 9, raw)
	graph := message(nil, 1, node("Gather", "last_hidden_state", "table", "input_ids"))
	graph = message(text(graph, 2, "tiny"), 5, weights)
	graph = message(graph, 11, value("input_ids", int64s, "batch", "length"))
	graph = message(graph, 11, value("attention_mask", int64s, "batch", "length"))
	graph = message(graph, 12, value("last_hidden_state", float, "batch", "length", "width"))
	return message(message(number(nil, 1, 8), 7, graph), 8, number(text(nil, 1, ""), 2, 13))
}

// pieces of the tiny model, with their vectors.
var (
	pieces = []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "пенсия", "стаж", "отпуск", "query", "passage", ":"}
	table  = [][]float32{{9, 9, 9}, {0, 0, 1}, {0, 0, 0.5}, {0, 0, 0.5}, {1, 0, 0}, {0.8, 0.2, 0}, {0, 1, 0}, {0, 0, 2}, {0, 0, -2}, {0, 0, 0}}
)

// folder is a model's folder with the files given beside the necessary ones.
func folder(t *testing.T, name string, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	vocabulary := make(map[string]int)
	for i, p := range pieces {
		vocabulary[p] = i
	}
	tokenizer, err := json.Marshal(map[string]any{
		"normalizer":     map[string]any{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "lowercase": true, "strip_accents": false},
		"pre_tokenizer":  map[string]any{"type": "BertPreTokenizer"},
		"post_processor": map[string]any{"type": "BertProcessing", "cls": []any{"[CLS]", 2}, "sep": []any{"[SEP]", 3}},
		"model":          map[string]any{"type": "WordPiece", "unk_token": "[UNK]", "vocab": vocabulary},
	})
	require.NoError(t, err)
	all := map[string]string{"tokenizer.json": string(tokenizer), "onnx/model.onnx": string(model(table))}
	for name, content := range files {
		all[name] = content
	}
	for name, content := range all {
		if content == "" {
			continue
		}
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return dir
}
