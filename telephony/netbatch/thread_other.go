//go:build !linux

package netbatch

// RaisePriority does nothing where threads have no priority of their own.
func RaisePriority() {}
