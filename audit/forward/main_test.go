package forward_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

// TestMain checks that no goroutine of the package outlives the sinks, and is the process that crashes for TestCrash.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDirectory); dir != "" {
		os.Exit(appendUntilKilled(dir, os.Getenv(crashCollector)))
	}
	result := m.Run()
	if left := leftRunning(); result == 0 && left != "" {
		fmt.Fprintln(os.Stderr, "a goroutine was left behind:\n"+left)
		result = 1
	}
	os.Exit(result)
}

// leftRunning returns the stacks of the package's own goroutines. One that has told of its end may need a moment to be gone.
func leftRunning() string {
	for range 1000 {
		if stacks() == "" {
			return ""
		}
		runtime.Gosched()
	}
	return stacks()
}

func stacks() string {
	text := make([]byte, 1<<20)
	text = text[:runtime.Stack(text, true)]
	var ours []string
	for stack := range strings.SplitSeq(string(text), "\n\n") {
		if strings.Contains(stack, "/audit/forward.(*queue).run") || strings.Contains(stack, "/audit/forward.(*buffer).run") {
			ours = append(ours, stack)
		}
	}
	return strings.Join(ours, "\n\n")
}
