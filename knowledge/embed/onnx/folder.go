package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// pooling says how the vectors of a text's pieces become one.
type pooling int

const (
	poolMean  pooling = iota // their mean
	poolFirst                // the first, [CLS]
)

// folder is what a model's folder says of it.
type folder struct {
	path, model string
	// longest is how many pieces the model takes, with the special ones.
	longest int
	pool    pooling
	// query and passage stand before a text.
	query, passage string
	digest         string
}

// Limits of what is read.
const (
	mostPieces  = 512
	leastPieces = 8
	largestJSON = 64 << 20
)

// models are the places of the model's file, the first that is there counts.
var models = []string{"model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx", "onnx/model_qint8_avx512.onnx"}

func readFolder(path string) (folder, error) {
	f := folder{path: path}
	for _, name := range models {
		if info, err := os.Stat(filepath.Join(path, name)); err == nil && info.Mode().IsRegular() {
			f.model = filepath.Join(path, name)
			break
		}
	}
	if f.model == "" {
		return f, fmt.Errorf("%s has no model: looked for %s", path, strings.Join(models, ", "))
	}
	for _, step := range []func() error{f.readLimits, f.readPooling, f.readPrompts, f.readDigest} {
		if err := step(); err != nil {
			return f, fmt.Errorf("%s: %w", path, err)
		}
	}
	return f, nil
}

// read fills a value from a file of the folder; false: there is no such file.
func (f *folder) read(name string, into any) (bool, error) {
	file, err := os.Open(filepath.Join(f.path, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }() // it was only read
	if err := json.NewDecoder(io.LimitReader(file, largestJSON)).Decode(into); err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	return true, nil
}

// readLimits takes the smallest of the lengths that the files name. A RoBERTa counts its places from 2.
func (f *folder) readLimits() error {
	var model struct {
		Type   string `json:"model_type"`
		Places int    `json:"max_position_embeddings"`
	}
	var cut struct {
		Length float64 `json:"model_max_length"` // a huge number stands for none
	}
	var sentence struct {
		Length int `json:"max_seq_length"`
	}
	for name, into := range map[string]any{"config.json": &model, "tokenizer_config.json": &cut, "sentence_bert_config.json": &sentence} {
		if _, err := f.read(name, into); err != nil {
			return err
		}
	}
	if strings.Contains(model.Type, "roberta") {
		model.Places -= 2
	}
	f.longest = mostPieces
	for _, n := range []int{model.Places, int(min(cut.Length, mostPieces)), sentence.Length} {
		if n > 0 {
			f.longest = min(f.longest, n)
		}
	}
	if f.longest < leastPieces {
		return fmt.Errorf("texts of %d pieces are too short to be embedded", f.longest)
	}
	return nil
}

// readPooling follows modules.json; a folder without one means the mean.
func (f *folder) readPooling() error {
	var modules []struct {
		Path string `json:"path"`
		Type string `json:"type"`
	}
	if _, err := f.read("modules.json", &modules); err != nil {
		return err
	}
	for _, m := range modules {
		switch kind := m.Type[strings.LastIndexByte(m.Type, '.')+1:]; kind {
		case "Transformer", "Normalize":
		case "Pooling":
			if err := f.readPoolingOf(m.Path); err != nil {
				return err
			}
		default:
			return fmt.Errorf("modules.json: a module %q is not known, and without it the vectors would be wrong", kind)
		}
	}
	return nil
}

func (f *folder) readPoolingOf(path string) error {
	if !filepath.IsLocal(path) {
		return fmt.Errorf("modules.json: the path %q leaves the folder", path)
	}
	var p map[string]any
	if there, err := f.read(filepath.Join(path, "config.json"), &p); err != nil || !there {
		return errors.Join(err, fmt.Errorf("modules.json names %s, whose config.json cannot be read", path))
	}
	var chosen []string
	for name, value := range p {
		if on, ok := value.(bool); ok && on && strings.HasPrefix(name, "pooling_mode_") {
			chosen = append(chosen, strings.TrimPrefix(name, "pooling_mode_"))
		}
	}
	switch {
	case len(chosen) == 1 && chosen[0] == "mean_tokens":
		f.pool = poolMean
	case len(chosen) == 1 && chosen[0] == "cls_token":
		f.pool = poolFirst
	default:
		return fmt.Errorf("%s: the pooling %v is not known: one of mean_tokens and cls_token is", path, chosen)
	}
	return nil
}

// readPrompts finds what stands before texts: what the folder says, or what the e5 models were trained with.
func (f *folder) readPrompts() error {
	var c struct {
		Prompts map[string]string `json:"prompts"`
	}
	var m struct {
		Name string `json:"_name_or_path"`
	}
	if _, err := f.read("config_sentence_transformers.json", &c); err != nil {
		return err
	}
	if _, err := f.read("config.json", &m); err != nil {
		return err
	}
	f.query, f.passage = c.Prompts["query"], c.Prompts["passage"]
	for _, other := range []string{"document", "corpus"} {
		if f.passage == "" {
			f.passage = c.Prompts[other]
		}
	}
	if f.query == "" && f.passage == "" && (isE5(m.Name) || isE5(filepath.Base(f.path))) {
		f.query, f.passage = "query: ", "passage: "
	}
	return nil
}

// isE5 knows the family by its names: multilingual-e5-small, e5-base-v2.
func isE5(name string) bool {
	name = strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	return strings.HasPrefix(name, "e5-") || strings.Contains(name, "-e5-") || strings.HasSuffix(name, "-e5")
}

// readDigest tells this model from others of its name: vectors of two models must not meet.
func (f *folder) readDigest() error {
	sum := sha256.New()
	for _, name := range []string{f.model, filepath.Join(f.path, "tokenizer.json"), filepath.Join(f.path, "vocab.txt")} {
		file, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = io.Copy(sum, file)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprint(sum, f.longest, f.pool, f.query, "\x00", f.passage) // a hash takes all that is written
	f.digest = hex.EncodeToString(sum.Sum(nil)[:4])
	return nil
}
