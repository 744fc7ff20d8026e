//go:build cgo && linux

package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// libraryName is how the system calls the library.
const libraryName = "libonnxruntime.so.1"

// loading loads the library once for the process; it has one environment.
var loading sync.Mutex

func loadLibrary(path string) error {
	loading.Lock()
	defer loading.Unlock()
	if ort.IsInitialized() {
		return nil
	}
	if path == "" {
		path = beside()
	}
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelWarning()); err != nil {
		return fmt.Errorf("ONNX Runtime 1.24 or newer cannot be loaded from %s: %w; `make onnxruntime` puts it beside the programs, EKC_ONNXRUNTIME names another place", path, err)
	}
	return nil
}

// beside is the library beside the program, or the system's.
func beside() string {
	if program, err := os.Executable(); err == nil {
		path := filepath.Join(filepath.Dir(program), "libonnxruntime.so")
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return libraryName
}

// loaded is a model in memory.
type loaded struct {
	session *ort.DynamicAdvancedSession
	inputs  []string
	pooled  bool
}

func load(model, library string, threads int) (session, error) {
	if err := loadLibrary(library); err != nil {
		return nil, err
	}
	inputs, outputs, err := ort.GetInputOutputInfo(model)
	if err != nil {
		return nil, fmt.Errorf("read the model: %w", err)
	}
	l := &loaded{}
	for _, in := range inputs {
		if !slices.Contains([]string{"input_ids", "attention_mask", "token_type_ids"}, in.Name) || in.DataType != ort.TensorElementDataTypeInt64 {
			return nil, fmt.Errorf("the model wants the input %s, which nobody knows", in.String())
		}
		l.inputs = append(l.inputs, in.Name)
	}
	if !slices.Contains(l.inputs, "input_ids") {
		return nil, errors.New("the model has no input input_ids")
	}
	wanted, err := l.choose(outputs)
	if err != nil {
		return nil, err
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer func() { _ = options.Destroy() }() // the session has its own copy
	if err := errors.Join(options.SetIntraOpNumThreads(threads), options.SetInterOpNumThreads(1)); err != nil {
		return nil, err
	}
	l.session, err = ort.NewDynamicAdvancedSession(model, l.inputs, []string{wanted}, options)
	if err != nil {
		return nil, fmt.Errorf("load the model: %w", err)
	}
	return l, nil
}

// choose takes the output: the vectors of the pieces, whatever they are called, or else those of whole texts.
func (l *loaded) choose(outputs []ort.InputOutputInfo) (string, error) {
	var names []string
	for _, rank := range []int{3, 2} {
		for _, out := range outputs {
			if len(out.Dimensions) == rank && out.DataType == ort.TensorElementDataTypeFloat {
				l.pooled = rank == 2
				return out.Name, nil
			}
		}
	}
	for _, out := range outputs {
		names = append(names, out.String())
	}
	return "", fmt.Errorf("the model has no output of vectors, only %s", strings.Join(names, "; "))
}

func (l *loaded) run(ids, mask []int64, texts, length int) (output, error) {
	shape := ort.NewShape(int64(texts), int64(length))
	var in []ort.Value
	defer func() {
		for _, v := range in {
			_ = v.Destroy() // nothing can be done about it
		}
	}()
	for _, name := range l.inputs {
		data := make([]int64, len(ids)) // the types of tokens: all of the first sentence
		switch name {
		case "input_ids":
			data = ids
		case "attention_mask":
			data = mask
		}
		tensor, err := ort.NewTensor(shape, data)
		if err != nil {
			return output{}, err
		}
		in = append(in, tensor)
	}
	out := []ort.Value{nil}
	if err := l.session.Run(in, out); err != nil {
		return output{}, err
	}
	defer func() { _ = out[0].Destroy() }() // as above
	tensor, ok := out[0].(*ort.Tensor[float32])
	if !ok {
		return output{}, errors.New("the model has given no numbers")
	}
	given := tensor.GetShape()
	return output{values: slices.Clone(tensor.GetData()), dimensions: int(given[len(given)-1]), pooled: l.pooled}, nil
}

func (l *loaded) close() error { return l.session.Destroy() }
