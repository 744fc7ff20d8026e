package tokenizer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Load reads the tokenizer of a model's folder: tokenizer.json, or else vocab.txt with tokenizer_config.json.
func Load(folder string) (*Tokenizer, error) {
	data, err := os.ReadFile(filepath.Join(folder, "tokenizer.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return loadVocabulary(folder)
	}
	if err != nil {
		return nil, fmt.Errorf("read the tokenizer: %w", err)
	}
	t, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return t, nil
}

// file is a tokenizer.json.
type file struct {
	Added []struct {
		ID      int64  `json:"id"`
		Content string `json:"content"`
		Special bool   `json:"special"`
	} `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Padding       *struct {
		ID int64 `json:"pad_id"`
	} `json:"padding"`
	Model struct {
		Type         string          `json:"type"`
		Vocabulary   json.RawMessage `json:"vocab"`
		Unknown      string          `json:"unk_token"`
		Prefix       *string         `json:"continuing_subword_prefix"`
		Longest      int             `json:"max_input_chars_per_word"`
		UnknownID    *int64          `json:"unk_id"`
		ByteFallback bool            `json:"byte_fallback"`
	} `json:"model"`
}

// Parse reads a tokenizer.json. What it does not know how to do exactly, it refuses.
func Parse(data []byte) (*Tokenizer, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, err
	}
	t := &Tokenizer{}
	special := make(map[string]bool, len(f.Added))
	for _, a := range f.Added {
		special[a.Content] = a.Special
		if a.Content == "[PAD]" || a.Content == "<pad>" {
			t.pad = a.ID
		}
	}
	if f.Padding != nil {
		t.pad = f.Padding.ID
	}
	err := t.normaliserOf(f.Normalizer)
	if err == nil {
		err = t.splitterOf(f.PreTokenizer)
	}
	if err == nil {
		err = t.surroundings(f.PostProcessor)
	}
	if err == nil {
		t.model, err = f.model(func(token string) bool { return special[token] })
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

const bertLongest = 100

func (f *file) model(special func(string) bool) (model, error) {
	m := f.Model
	switch m.Type {
	case "WordPiece", "":
		w := &wordPiece{prefix: "##", longest: m.Longest}
		if err := json.Unmarshal(m.Vocabulary, &w.vocabulary); err != nil {
			return nil, fmt.Errorf("model.vocab: %w", err)
		}
		if m.Prefix != nil {
			w.prefix = *m.Prefix
		}
		if w.longest == 0 {
			w.longest = bertLongest
		}
		return w.complete(m.Unknown, special)
	case "Unigram":
		var pairs [][2]any
		if err := json.Unmarshal(m.Vocabulary, &pairs); err != nil {
			return nil, fmt.Errorf("model.vocab: %w", err)
		}
		vocabulary := make([]scored, len(pairs))
		for i, p := range pairs {
			text, isText := p[0].(string)
			score, isNumber := p[1].(float64)
			if !isText || !isNumber {
				return nil, fmt.Errorf("model.vocab: entry %d is not a piece with its score", i)
			}
			vocabulary[i] = scored{text, score}
		}
		if m.UnknownID == nil || *m.UnknownID < 0 || *m.UnknownID >= int64(len(vocabulary)) {
			return nil, errors.New("model.unk_id is missing: without it unknown characters have no piece")
		}
		return newUnigram(vocabulary, *m.UnknownID, m.ByteFallback, special), nil
	}
	return nil, fmt.Errorf("the model %q is not known: WordPiece and Unigram are", m.Type)
}

// complete finds the unknown piece and takes the special tokens out: no text means them.
func (w *wordPiece) complete(unknown string, special func(string) bool) (*wordPiece, error) {
	if unknown == "" {
		unknown = "[UNK]"
	}
	id, ok := w.vocabulary[unknown]
	if !ok {
		return nil, fmt.Errorf("the vocabulary has no %q", unknown)
	}
	w.unknown = id
	for token := range w.vocabulary {
		if special(token) {
			delete(w.vocabulary, token)
		}
	}
	return w, nil
}

// loadVocabulary reads a BERT tokenizer of the older form: a line for each piece, its number is the id.
func loadVocabulary(folder string) (*Tokenizer, error) {
	list, err := os.Open(filepath.Join(folder, "vocab.txt"))
	if err != nil {
		return nil, fmt.Errorf("the folder has neither tokenizer.json nor vocab.txt: %w", err)
	}
	defer func() { _ = list.Close() }() // it was only read
	w := &wordPiece{vocabulary: make(map[string]int64), prefix: "##", longest: bertLongest}
	lines := bufio.NewScanner(list)
	for id := int64(0); lines.Scan(); id++ {
		w.vocabulary[lines.Text()] = id
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("vocab.txt: %w", err)
	}
	settings := struct {
		Lower   *bool `json:"do_lower_case"`
		Strip   *bool `json:"strip_accents"`
		Chinese *bool `json:"tokenize_chinese_chars"`
	}{}
	data, err := os.ReadFile(filepath.Join(folder, "tokenizer_config.json"))
	if err == nil {
		err = json.Unmarshal(data, &settings)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("tokenizer_config.json: %w", err)
	}
	or := func(b *bool) bool { return b == nil || *b }
	bert := bertSettings{Clean: true, Chinese: or(settings.Chinese), Strip: settings.Strip, Lower: or(settings.Lower)}
	t := &Tokenizer{normalise: []normaliser{bert.normalise}, split: []splitter{bertWords}}
	for token, into := range map[string]*[]int64{"[CLS]": &t.before, "[SEP]": &t.after} {
		id, ok := w.vocabulary[token]
		if !ok {
			return nil, fmt.Errorf("vocab.txt has no %q", token)
		}
		*into = []int64{id}
	}
	t.pad = w.vocabulary["[PAD]"]
	t.model, err = w.complete("[UNK]", func(token string) bool {
		return len(token) > 2 && token[0] == '[' && token[len(token)-1] == ']'
	})
	return t, err
}
