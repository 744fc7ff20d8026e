package ivr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
)

const maxDepth = 32

// readTree reads JSON into maps and slices and reports names that occur twice in one object, which encoding/json lets pass.
func readTree(data []byte, r *report) any {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	tree, err := readValue(d, "", 0, r)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = fmt.Errorf("something follows the flow")
		}
	}
	if err != nil {
		r.add("", CodeSyntax, "%v (at byte %d)", err, d.InputOffset())
		return nil
	}
	return tree
}

func readValue(d *json.Decoder, path string, depth int, r *report) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			key, _ := name.(string) // a name in an object is a string
			at := join(path, key)
			if _, twice := object[key]; twice {
				r.add(at, CodeDuplicateField, "the name is there twice")
			}
			if object[key], err = readValue(d, at, depth+1, r); err != nil {
				return nil, err
			}
		}
		_, err = d.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := readValue(d, fmt.Sprintf("%s[%d]", path, len(list)), depth+1, r)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	}
	return token, nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func typeOf(v any) reflect.Type {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

var (
	promptType = reflect.TypeFor[Prompt]()
	rawType    = reflect.TypeFor[json.RawMessage]()
)

// matches reports where a tree does not fit a type: unknown fields and values of another kind.
func matches(tree any, t reflect.Type, path string, r *report) {
	switch {
	case t == rawType:
	case t == promptType:
		matchPrompt(tree, path, r)
	case t.Kind() == reflect.Struct:
		matchStruct(tree, t, path, r)
	case t.Kind() == reflect.Map:
		object, ok := tree.(map[string]any)
		if !ok {
			r.add(path, CodeSyntax, "want an object")
			return
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			matches(object[name], t.Elem(), join(path, name), r)
		}
	case t.Kind() == reflect.Slice:
		list, ok := tree.([]any)
		if !ok {
			r.add(path, CodeSyntax, "want a list")
			return
		}
		for i, v := range list {
			matches(v, t.Elem(), fmt.Sprintf("%s[%d]", path, i), r)
		}
	default:
		matchPlain(tree, t.Kind(), path, r)
	}
}

func matchStruct(tree any, t reflect.Type, path string, r *report) {
	object, ok := tree.(map[string]any)
	if !ok {
		r.add(path, CodeSyntax, "want an object")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		field, ok := fieldNamed(t, name)
		if !ok {
			r.add(join(path, name), CodeUnknownField, "there is no such field")
			continue
		}
		matches(object[name], field, join(path, name), r)
	}
}

func fieldNamed(t reflect.Type, name string) (reflect.Type, bool) {
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if tag == name {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}

func matchPlain(tree any, kind reflect.Kind, path string, r *report) {
	switch kind {
	case reflect.String:
		if _, ok := tree.(string); !ok {
			r.add(path, CodeSyntax, "want a string")
		}
	case reflect.Bool:
		if _, ok := tree.(bool); !ok {
			r.add(path, CodeSyntax, "want true or false")
		}
	case reflect.Int:
		number, ok := tree.(json.Number)
		if !ok {
			r.add(path, CodeSyntax, "want a number")
		} else if n, err := number.Int64(); err != nil || n != int64(int32(n)) {
			r.add(path, CodeRange, "want a whole number")
		}
	}
}

func matchPrompt(tree any, path string, r *report) {
	data, err := json.Marshal(tree)
	if err == nil {
		err = new(Prompt).UnmarshalJSON(data)
	}
	if err != nil {
		r.add(path, CodeSyntax, "%v", err)
	}
}
