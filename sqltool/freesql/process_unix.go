//go:build unix && !linux

package freesql

import (
	"os/exec"
	"syscall"
)

// isolate gives a worker a process group of its own. Here it ends with the server because its standard input does.
func isolate(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills a process and its children.
func killGroup(command *exec.Cmd) {
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // it may be gone already
	_ = command.Process.Kill()
}

// confine does nothing here: this system either has no limit on address space or does not keep it.
func confine(int64) error { return nil }

// yieldToServer does nothing here.
func yieldToServer() {}

// memoryIsBounded says whether confine bounds memory on this system.
const memoryIsBounded = false
