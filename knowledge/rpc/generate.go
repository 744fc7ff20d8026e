// Package rpc holds the contract of the knowledge service, in proto/, and what is generated from it. Package
// knowledge/remote speaks it; nobody else does.
package rpc

//go:generate go run github.com/bufbuild/buf/cmd/buf@v1.75.0 generate
