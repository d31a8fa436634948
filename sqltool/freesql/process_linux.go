package freesql

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// isolate gives a worker a process group of its own, and has the kernel kill it when the server dies.
func isolate(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// killGroup kills a process and its children.
func killGroup(command *exec.Cmd) {
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // it may be gone already
	_ = command.Process.Kill()
}

// confine is called in the worker, before it opens anything: it closes what it inherited, and bounds what it may take. Memory is what the
// process may hold in all; address space that Go reserved at its start and does not use does not count.
func confine(memory int64) error {
	if err := closeInherited(); err != nil {
		return err
	}
	size, resident, err := ownMemory()
	if err != nil {
		return err
	}
	if resident >= memory-memory/8 {
		return fmt.Errorf("a worker takes %d MiB before it opens anything: allow it more than %d MiB", resident>>20, memory>>20)
	}
	// Some of the space that was reserved comes into use after all: an eighth is kept for that. Measured without: 808 of 768 MiB, once.
	space := uint64(size - resident + memory - memory/8) //nolint:gosec // resident is the smallest of them
	for _, limit := range []struct {
		what  string
		which int
		most  uint64
	}{
		{"its memory", unix.RLIMIT_AS, space},
		{"core dumps", unix.RLIMIT_CORE, 0}, // they would hold what callers may not read
		{"writing files", unix.RLIMIT_FSIZE, 0},
	} {
		if err := unix.Setrlimit(limit.which, &unix.Rlimit{Cur: limit.most, Max: limit.most}); err != nil {
			return fmt.Errorf("limit %s: %w", limit.what, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	return nil
}

// ownMemory is the address space and the resident memory of this process, in bytes.
func ownMemory() (size, resident int64, err error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, 0, err
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0, 0, fmt.Errorf("/proc/self/statm reads %q", text)
	}
	pages := [2]int64{}
	for i := range pages {
		if pages[i], err = strconv.ParseInt(string(fields[i]), 10, 64); err != nil {
			return 0, 0, fmt.Errorf("/proc/self/statm: %w", err)
		}
	}
	page := int64(os.Getpagesize())
	return pages[0] * page, pages[1] * page, nil
}

// closeInherited closes every file the server left open in its child, but for standard input, output and error. Go marks its own files so
// that children do not get them; C libraries and other runtimes may not.
func closeInherited() error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || fd <= 2 {
			continue
		}
		target, err := os.Readlink("/proc/self/fd/" + entry.Name())
		if err != nil || strings.HasPrefix(target, "anon_inode:[event") { // gone, or what Go's own scheduler waits with
			continue
		}
		if err := unix.Close(fd); err != nil {
			return fmt.Errorf("close the inherited file %d: %w", fd, err)
		}
	}
	return nil
}

// yieldToServer lets the server, and workers that start, go before the statements of this worker where processors are short: answers must
// be on time when statements are not.
func yieldToServer() {
	const niceness = 5
	_ = unix.Setpriority(unix.PRIO_PGRP, 0, niceness) // all threads of this process; without it answers are later, not wrong
}

// memoryIsBounded says whether confine bounds memory on this system.
const memoryIsBounded = true
