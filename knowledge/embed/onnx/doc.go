// Package onnx is the embedder of a local model: a folder as sentence-transformers keeps it, with the model in ONNX and its
// tokenizer, run by ONNX Runtime, whose shared library is loaded when the first model is opened and not before. It imports
// packages embed and tokenizer only.
package onnx
