package filestore

import (
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"ekc/internal/fail"
)

const maxFileNameRunes = 150

// CleanName keeps the last part of a name, without control characters, short enough to show; the ending is kept.
func CleanName(name string) (string, error) {
	name = strings.ReplaceAll(name, `\`, "/")
	name = filepath.Base(strings.ToValidUTF8(name, ""))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name))
	if name == "" || name == "." || name == "/" {
		return "", fail.Field("file", fail.Invalid, "has no name")
	}
	if utf8.RuneCountInString(name) > maxFileNameRunes {
		ending := filepath.Ext(name)
		if utf8.RuneCountInString(ending) > 10 {
			ending = ""
		}
		keep := maxFileNameRunes - utf8.RuneCountInString(ending)
		name = string([]rune(name)[:keep]) + ending
	}
	for len(name) > 255 { // bytes, as the database counts
		runes := []rune(name)
		name = string(runes[:len(runes)/2]) + filepath.Ext(name)
	}
	return name, nil
}
