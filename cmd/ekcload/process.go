package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// clockTicks is USER_HZ, 100 on every Linux that Go runs on (proc(5)).
const clockTicks = 100

// cpuOf is the processor time that a process has used.
func cpuOf(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("process %d: unreadable stat", pid)
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("process %d: unreadable stat", pid)
	}
	return time.Duration(user+system) * time.Second / clockTicks, nil
}

// memoryOf is the resident memory of a process in MiB.
func memoryOf(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		return 0
	}
	return pages * float64(os.Getpagesize()) / (1 << 20)
}

// pidsOf finds processes by the name of their program.
func pidsOf(name string) []int {
	var pids []int
	paths, err := filepath.Glob("/proc/[0-9]*/comm")
	if err != nil {
		return nil
	}
	for _, path := range paths {
		text, err := os.ReadFile(path) //nolint:gosec // a path of ours
		if err != nil || strings.TrimSpace(string(text)) != name {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// onlyServer is the process to measure: the one that was named, or the only program ekc that runs; 0 when that is not clear.
func onlyServer(pid int, say func(format string, args ...any)) int {
	if pid != 0 {
		return pid
	}
	switch pids := pidsOf("ekc"); len(pids) {
	case 0:
		return 0
	case 1:
		return pids[0]
	default:
		say("several programs ekc run here, %v: none is measured; --pid names one", pids)
		return 0
	}
}

// childrenOf are the processes of a program below another process, at any depth.
func childrenOf(pid int, name string) []int {
	var found []int
	for _, candidate := range pidsOf(name) {
		for p := candidate; p > 1; p = parentOf(p) {
			if p == pid {
				found = append(found, candidate)
				break
			}
		}
	}
	return found
}

// parentOf is 0 when there is none.
func parentOf(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return parent
}

// usage is processor time by pid, so that processes that come and go are counted for what they did.
type usage map[int]time.Duration

func usageOf(pids ...int) usage {
	u := usage{}
	for _, pid := range pids {
		if t, err := cpuOf(pid); err == nil {
			u[pid] = t
		}
	}
	return u
}

// since is the processor time used between two readings.
func (u usage) since(before usage) time.Duration {
	var sum time.Duration
	for pid, t := range u {
		sum += t - before[pid]
	}
	return sum
}
