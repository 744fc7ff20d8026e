package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// event is one line of `go test -json` (go doc test2json).
type event struct {
	Action, Package, Test, Output, ImportPath, FailedBuild string
	Elapsed                                                float64
}

// test names a test within a package; an empty name is the package itself.
type test struct{ pkg, name string }

type report struct {
	out    io.Writer
	output map[test][]string // of tests that have not ended yet
	builds map[string][]string
	shown  map[string]bool // builds
	// What has ended, by result.
	passed, failed int
	skipped        map[test]string
	failures       []string
	packages       map[string]int
}

func newReport(out io.Writer) *report {
	return &report{
		out: out, output: map[test][]string{}, builds: map[string][]string{}, shown: map[string]bool{},
		skipped: map[test]string{}, packages: map[string]int{},
	}
}

func (r *report) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(r.out, format, args...) // to the terminal; nothing could be done
}

func (r *report) line(text []byte) {
	var e event
	if err := json.Unmarshal(text, &e); err != nil || e.Action == "" {
		r.printf("%s\n", text)
		return
	}
	key := test{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		r.builds[e.ImportPath] = append(r.builds[e.ImportPath], e.Output)
	case "output":
		r.output[key] = append(r.output[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
		} else {
			r.endTest(e, key)
		}
		delete(r.output, key)
	}
}

func (r *report) endTest(e event, key test) {
	switch e.Action {
	case "pass":
		r.passed++
	case "skip":
		r.skipped[key] = reason(r.output[key])
	case "fail":
		r.failed++
		r.failures = append(r.failures, e.Package+" "+e.Test)
		r.printf("%s", strings.Join(r.output[key], ""))
	}
}

func (r *report) endPackage(e event) {
	r.packages[e.Action]++
	switch e.Action {
	case "pass":
		r.printf("ok    %-45s %6.1fs\n", e.Package, e.Elapsed)
	case "fail":
		if lines, ok := r.builds[e.FailedBuild]; ok && !r.shown[e.FailedBuild] {
			r.shown[e.FailedBuild] = true
			r.printf("%s", strings.Join(lines, ""))
		}
		r.dumpUnfinished(e.Package)
		r.printf("%s", strings.Join(r.output[test{e.Package, ""}], ""))
		r.printf("FAIL  %-45s %6.1fs\n", e.Package, e.Elapsed)
		r.failures = append(r.failures, e.Package)
	}
}

// dumpUnfinished shows what tests said that a panic or a timeout has cut off: they get no event of their own.
func (r *report) dumpUnfinished(pkg string) {
	for _, key := range slices.SortedFunc(maps.Keys(r.output), compare) {
		if key.pkg == pkg && key.name != "" {
			r.failures = append(r.failures, pkg+" "+key.name+" (did not end)")
			r.printf("%s", strings.Join(r.output[key], ""))
			delete(r.output, key)
		}
	}
}

func compare(a, b test) int {
	return strings.Compare(a.pkg+" "+a.name, b.pkg+" "+b.name)
}

// reason is what a test said when it was skipped.
func reason(output []string) string {
	var lines []string
	for _, line := range output {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}

// summary prints the totals and reports whether all is well. No package at all is not.
func (r *report) summary() bool {
	r.printf("\n")
	for _, key := range slices.SortedFunc(maps.Keys(r.skipped), compare) {
		r.printf("skipped: %s %s: %s\n", key.pkg, key.name, r.skipped[key])
	}
	for _, failure := range r.failures {
		r.printf("failed: %s\n", failure)
	}
	word := "PASS"
	good := len(r.failures) == 0 && r.packages["fail"] == 0 && r.packages["pass"] > 0
	if !good {
		word = "FAIL"
	}
	r.printf("%s: %d tests passed, %d failed, %d skipped; %d packages passed, %d failed, %d without tests\n", word,
		r.passed, r.failed, len(r.skipped), r.packages["pass"], r.packages["fail"], r.packages["skip"])
	return good
}
