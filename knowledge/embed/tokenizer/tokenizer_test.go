package tokenizer_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/embed/tokenizer"
)

// golden.json was made with Hugging Face's tokenizers.js 0.1 from the same small tokenizer.json files.
func TestAgreesWithHuggingFace(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	var golden map[string][]struct {
		Text string
		IDs  []int64
	}
	require.NoError(t, json.Unmarshal(data, &golden))
	require.Len(t, golden, 3)
	for name, cases := range golden {
		file, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		require.NoError(t, err)
		tok, err := tokenizer.Parse(file)
		require.NoError(t, err, name)
		for _, c := range cases {
			require.Equal(t, c.IDs, tok.Encode(c.Text, 512), "%s: %q", name, c.Text)
		}
	}
}

// unigramOf is a tokenizer of a vocabulary with nothing around it. The cases are those of Hugging Face's own tests of the Unigram
// model (tokenizers, models/unigram/model.rs, test_encode and test_encode2).
func unigramOf(t *testing.T, bytes bool, vocabulary ...any) func(string) []string {
	t.Helper()
	var pieces [][]any
	names := map[int64]string{}
	for i := 0; i < len(vocabulary); i += 2 {
		names[int64(len(pieces))] = vocabulary[i].(string)
		pieces = append(pieces, []any{vocabulary[i], vocabulary[i+1]})
	}
	data, err := json.Marshal(map[string]any{"model": map[string]any{"type": "Unigram", "unk_id": 0, "vocab": pieces, "byte_fallback": bytes}})
	require.NoError(t, err)
	tok, err := tokenizer.Parse(data)
	require.NoError(t, err)
	return func(s string) []string {
		var out []string
		for _, id := range tok.Encode(s, 100) {
			out = append(out, names[id])
		}
		return out
	}
}

func TestUnigramTakesTheLikeliestPath(t *testing.T) {
	t.Parallel()
	encode := unigramOf(t, false, "<unk>", 0.0, "a", 0.0, "b", 0.0, "c", 0.0, "d", 0.0, "cd", 1.0, "ab", 2.0, "abc", 5.0, "abcd", 10.0)
	require.Equal(t, []string{"abcd"}, encode("abcd"))
	encode = unigramOf(t, false, "<unk>", 0.0, "ab", 0.0, "cd", -0.1, "abc", -0.2, "a", -0.3, "b", -0.4, "c", -0.5, "ABC", -0.5,
		"abcdabcd", 20.0, "q", 20.5, "r", 20.5, "qr", -0.5)
	for text, want := range map[string]string{
		"abc": "abc", "AB": "<unk>", "abcd": "ab cd", "abcc": "abc c", "xabcabaabcdd": "<unk> abc ab a ab cd <unk>", "xyz東京": "<unk>",
		"ABC": "ABC", "abABCcd": "ab ABC cd", "ababcdabcdcd": "ab abcdabcd cd", "abqrcd": "ab q r cd",
	} {
		require.Equal(t, strings.Fields(want), encode(text), text)
	}
}

func TestUnknownCharactersBecomeBytes(t *testing.T) {
	t.Parallel()
	vocabulary := []any{"<unk>", 0.0, "a", -1.0}
	const digits = "0123456789ABCDEF"
	for b := range 256 {
		vocabulary = append(vocabulary, "<0x"+string(digits[b>>4])+string(digits[b&15])+">", -20.0)
	}
	require.Equal(t, []string{"a", "<0xD0>", "<0xB9>", "<0xD1>", "<0x91>", "a"}, unigramOf(t, true, vocabulary...)("aйёa"))
	require.Equal(t, []string{"a", "<unk>", "a"}, unigramOf(t, true, vocabulary[:100]...)("aйёa"), "without all bytes there is no falling back")
}

// charsmap packs rules into SentencePiece's form. Each node's children lie in a block of 256 of their own.
func charsmap(rules [][2]string) string {
	type node struct {
		children map[byte]*node
		value    int
		block    uint32
	}
	root := &node{children: map[byte]*node{}, value: -1}
	texts := ""
	var all []*node
	all = append(all, root)
	for _, r := range rules {
		n := root
		for i := range len(r[0]) {
			next, ok := n.children[r[0][i]]
			if !ok {
				next = &node{children: map[byte]*node{}, value: -1}
				n.children[r[0][i]] = next
				all = append(all, next)
			}
			n = next
		}
		n.value = len(texts)
		texts += r[1] + "\x00"
	}
	units := make([]uint32, 256*(len(all)+1))
	for i, n := range all {
		n.block = uint32(256 * (i + 1))
	}
	var place func(n *node, at uint32)
	place = func(n *node, at uint32) {
		// The offset is relative: at ^ offset is the children's block.
		units[at] |= (at ^ n.block) << 10
		if n.value >= 0 {
			units[at] |= 1 << 8
			units[n.block] = uint32(n.value) | 1<<31
		}
		for b, child := range n.children {
			units[n.block^uint32(b)] |= uint32(b)
			place(child, n.block^uint32(b))
		}
	}
	place(root, 0)
	blob := binary.LittleEndian.AppendUint32(nil, uint32(4*len(units)))
	for _, u := range units {
		blob = binary.LittleEndian.AppendUint32(blob, u)
	}
	return base64.StdEncoding.EncodeToString(append(blob, texts...))
}

func TestPrecompiledCharsmap(t *testing.T) {
	t.Parallel()
	parse := func(m string) (*tokenizer.Tokenizer, error) {
		data, err := json.Marshal(map[string]any{
			"normalizer": map[string]any{"type": "Precompiled", "precompiled_charsmap": m},
			"model": map[string]any{"type": "Unigram", "unk_id": 0, "vocab": [][]any{
				{"<unk>", 0.0}, {"й", -1.0}, {"и", -1.0}, {"fi", -1.0}, {"N", -1.0}, {"o", -1.0}, {" ", -1.0}, {"a", -1.0},
			}},
		})
		require.NoError(t, err)
		return tokenizer.Parse(data)
	}
	tok, err := parse(charsmap([][2]string{{"й", "й"}, {"ﬁ", "fi"}, {"№", "No"}, {"\u00a0", " "}, {"\u200b", ""}}))
	require.NoError(t, err)
	require.Equal(t, []int64{1, 3, 4, 5, 6, 7, 2}, tok.Encode("йﬁ№\u00a0a\u200bи", 20))
	for name, broken := range map[string]string{
		"not base64": "%%", "too short": "AAA=", "no array": base64.StdEncoding.EncodeToString([]byte{8, 0, 0, 0, 1, 2, 3, 4}),
	} {
		_, err := parse(broken)
		require.Error(t, err, name)
	}
	// A damaged array must not take the program down.
	damaged := binary.LittleEndian.AppendUint32(nil, 1024)
	for range 256 {
		damaged = binary.LittleEndian.AppendUint32(damaged, 0xfffffdd0)
	}
	tok, err = parse(base64.StdEncoding.EncodeToString(damaged))
	require.NoError(t, err)
	require.NotPanics(t, func() { tok.Encode("йцукен №", 20) })
}

func TestLimitsAndRefusals(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/wordpiece-cased.json")
	require.NoError(t, err)
	tok, err := tokenizer.Parse(file)
	require.NoError(t, err)
	require.Equal(t, []int64{2, 213, 214, 3}, tok.Encode("как оформить пенсию", 4), "the end is cut, not [SEP]")
	require.Equal(t, []int64{2, 3}, tok.Encode("как", 1))
	require.NotContains(t, tok.Encode("[SEP] [MASK]", 20)[1:3], int64(4), "what somebody writes is no special token")
	for _, broken := range []string{
		`{`, `{"model":{"type":"BPE","vocab":{}}}`, `{"model":{"type":"WordPiece","vocab":{"a":0}}}`,
		`{"model":{"type":"Unigram","vocab":[["a",0]]}}`, `{"normalizer":{"type":"Magic"},"model":{"type":"Unigram","unk_id":0,"vocab":[["a",0]]}}`,
		`{"pre_tokenizer":{"type":"Magic"},"model":{"type":"Unigram","unk_id":0,"vocab":[["a",0]]}}`,
		`{"post_processor":{"type":"Magic"},"model":{"type":"Unigram","unk_id":0,"vocab":[["a",0]]}}`,
	} {
		_, err := tokenizer.Parse([]byte(broken))
		require.Error(t, err, broken)
	}
}

// The older form of a BERT tokenizer gives what the newer one does.
func TestVocabularyFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, err := tokenizer.Load(folder)
	require.ErrorContains(t, err, "neither tokenizer.json nor vocab.txt")
	list := "[PAD]\n[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\nпенс\n##ия\n!\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "vocab.txt"), []byte(list), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "tokenizer_config.json"), []byte(`{"do_lower_case":true}`), 0o600))
	tok, err := tokenizer.Load(folder)
	require.NoError(t, err)
	require.Equal(t, []int64{2, 4, 5, 6, 9, 7, 8, 3}, tok.Encode("UNaffable! Пенсия", 50))
	require.Zero(t, tok.Pad())
}
