package ivr

import (
	"maps"
	"slices"
	"strings"
)

// checkGraph looks at how nodes hang together: what cannot be reached, what cannot be left, what turns in circles.
func checkGraph(r *report, f *Flow) {
	reached := map[string]bool{}
	walk(f, f.Start, reached)
	walk(f, f.Fallback, reached)
	ends := leadingToAnEnd(f)
	for _, name := range slices.Sorted(maps.Keys(f.Nodes)) {
		switch {
		case f.Nodes[name] == nil:
		case !reached[name]:
			r.add("nodes."+name, CodeUnreachable, "no way leads here")
		case !ends[name]:
			r.add("nodes."+name, CodeNoExit, "from here no way leads to a queue, a transfer or the end of the call")
		}
	}
	checkLoops(r, f)
}

func walk(f *Flow, name string, reached map[string]bool) {
	if reached[name] || f.Nodes[name] == nil {
		return
	}
	reached[name] = true
	for _, e := range f.Nodes[name].exits() {
		walk(f, e.target, reached)
	}
}

// leadingToAnEnd finds the nodes from which a caller can get somewhere.
func leadingToAnEnd(f *Flow) map[string]bool {
	ends := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for name, node := range f.Nodes {
			if node == nil || ends[name] {
				continue
			}
			good := terminal(node)
			for _, e := range node.exits() {
				good = good || ends[e.target]
			}
			if good {
				ends[name], grown = true, true
			}
		}
	}
	return ends
}

func terminal(node Node) bool {
	switch node.(type) {
	case *HangupNode, *TransferNode, *QueueNode:
		return true
	}
	return false
}

// checkLoops reports each circle of free exits once, at its first node by name.
func checkLoops(r *report, f *Flow) {
	const (
		unseen = iota
		open
		done
	)
	state := map[string]int{}
	var path []string
	var visit func(name string)
	visit = func(name string) {
		if f.Nodes[name] == nil || state[name] == done {
			return
		}
		if state[name] == open {
			circle := append([]string{}, path[slices.Index(path, name):]...)
			at := slices.Index(circle, slices.Min(circle))
			circle = append(circle[at:], circle[:at]...)
			r.add("nodes."+circle[0], CodeLoop, "%s → %s goes round without the caller doing anything",
				strings.Join(circle, " → "), circle[0])
			return
		}
		state[name] = open
		path = append(path, name)
		for _, e := range f.Nodes[name].exits() {
			if e.free {
				visit(e.target)
			}
		}
		path = path[:len(path)-1]
		state[name] = done
	}
	for _, name := range slices.Sorted(maps.Keys(f.Nodes)) {
		visit(name)
	}
}
