// Command testreport reads `go test -json` from its standard input and tells a person what they need: a line for each
// package as it ends, the whole output of what failed, and, last of all, the numbers with every skipped test and its reason.
// It exits with 1 when anything failed.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
)

func main() {
	report := newReport(os.Stdout)
	if err := report.read(os.Stdin); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(1)
	}
	if !report.summary() {
		os.Exit(1)
	}
}

// read takes events until the end. Lines that are no events are what the go command itself has to say.
func (r *report) read(in io.Reader) error {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		r.line(scanner.Bytes())
	}
	return scanner.Err()
}
