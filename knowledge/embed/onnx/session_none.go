//go:build !cgo || !linux

package onnx

import "errors"

func load(string, string, int) (session, error) {
	return nil, errors.New("this program was built without cgo, which a local model needs: build it on Linux with a C compiler")
}
