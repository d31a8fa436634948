//go:build !unix

package freesql

import "os/exec"

// isolate does nothing here. A worker ends with the server because its standard input does.
func isolate(*exec.Cmd) {}

// killGroup kills a process. A worker starts none of its own.
func killGroup(command *exec.Cmd) { _ = command.Process.Kill() }

// confine does nothing here: this system has no such limits.
func confine(int64) error { return nil }

// yieldToServer does nothing here.
func yieldToServer() {}

// memoryIsBounded says whether confine bounds memory on this system.
const memoryIsBounded = false
