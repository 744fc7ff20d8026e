// Package demo is the question base that a newcomer meets: some 400 records written for this project, free to use under
// CC BY 4.0. It imports nothing of the project.
package demo

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
)

//go:embed *.jsonl
var files embed.FS

// Records are all records, one JSON object a line, as `ekc knowledge import` reads them.
func Records() io.Reader { return bytes.NewReader(content()) }

// Digest changes with the records.
func Digest() string {
	sum := sha256.Sum256(content())
	return hex.EncodeToString(sum[:8])
}

func content() []byte {
	var all []byte
	for _, name := range names() {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(fmt.Sprintf("demo base: %v", err)) // embedded files cannot fail
		}
		all = append(all, text...)
		if len(text) > 0 && text[len(text)-1] != '\n' {
			all = append(all, '\n')
		}
	}
	return all
}

func names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(fmt.Sprintf("demo base: %v", err)) // embedded files cannot fail
	}
	list := make([]string, 0, len(entries))
	for _, e := range entries {
		list = append(list, e.Name())
	}
	slices.Sort(list)
	return list
}
