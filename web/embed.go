package web

import (
	"embed"
	"io/fs"
)

// The directory always holds .keep, so that the pattern matches before the first web build.
//
//go:embed all:dist
var embedded embed.FS

// Files returns the built files, rooted at the address "/".
func Files() fs.FS {
	files, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path, so this cannot happen
	}
	return files
}

// Built tells whether files holds the web build.
func Built(files fs.FS) bool {
	for _, name := range []string{"index.html", "index.html.gz"} {
		if _, err := fs.Stat(files, name); err == nil {
			return true
		}
	}
	return false
}
