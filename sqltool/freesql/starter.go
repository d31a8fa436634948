package freesql

import (
	"os/exec"
	"runtime"
)

// starter starts processes from a thread of its own. On Linux a worker dies with the thread that started it, see isolate, and Go ends a
// thread when a goroutine of the host ends that was locked to it. So the thread that starts workers must be one that nobody else can get.
type starter struct{ jobs chan func() }

func newStarter() *starter {
	s := &starter{make(chan func())}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for job := range s.jobs {
			job()
		}
	}()
	return s
}

// start starts a process. It must not be called after stop.
func (s *starter) start(command *exec.Cmd) error {
	ended := make(chan error, 1)
	s.jobs <- func() { ended <- command.Start() }
	return <-ended
}

// stop gives the thread back. What it started must be gone by then.
func (s *starter) stop() { close(s.jobs) }
