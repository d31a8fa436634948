package freesql

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
)

// child is one worker process as the server sees it. It answers one question at a time, and is killed rather than waited for.
type child struct {
	command *exec.Cmd
	in      io.WriteCloser
	opened  opened
	replies chan reply    // what it answers; closed when it says no more
	silent  chan struct{} // closed with replies
	gone    chan struct{} // closed when the process is gone and reaped
	once    sync.Once
}

// startChild starts a worker and waits until it has opened its database.
func startChild(ctx context.Context, from *starter, program []string, setup workerSetup) (*child, error) {
	//nolint:gosec,noctx // the program is the host's own, or the one its developer names; it outlives ctx, which bounds only the start
	command := exec.Command(program[0], program[1:]...)
	command.Env = workerEnvironment() // nothing of the server's environment, which may hold secrets
	command.Dir = "/"
	isolate(command)
	in, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	if err := from.start(command); err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	c := &child{command: command, in: in, replies: make(chan reply), silent: make(chan struct{}), gone: make(chan struct{})}
	hello := make(chan error, 1)
	go func() {
		if err := send(in, setup); err != nil {
			hello <- err
			return
		}
		hello <- receive(out, &c.opened)
	}()
	select {
	case err = <-hello:
	case <-ctx.Done():
		err = ctx.Err()
	}
	switch {
	case err != nil:
		err = fmt.Errorf("the worker %s does not answer (does its main call freesql.ServeWorker first?): %w", program[0], err)
	case c.opened.Fault != "":
		err = fmt.Errorf("a worker cannot serve: %s", c.opened.Fault)
	default:
		go c.listen(out, setup.Settings.MaxBytes+headerLimit)
		return c, nil
	}
	c.end()
	return nil, err
}

// listen passes on what the worker answers until it is dead.
func (c *child) listen(out io.Reader, limit int) {
	defer close(c.replies)
	defer close(c.silent)
	for {
		var r reply
		if receive(out, &r) != nil {
			return
		}
		rows, err := readFrame(out, limit)
		if err != nil {
			return
		}
		r.Rows = rows
		select {
		case c.replies <- r:
		case <-c.gone:
			return
		}
	}
}

// ask sends a question. What it sends into its pipe is small, but a worker may not read: the deadline is the caller's affair, see kill.
func (c *child) ask(q question) (reply, error) {
	if err := send(c.in, q); err != nil {
		return reply{}, err
	}
	r, ok := <-c.replies
	if !ok {
		return reply{}, errDied
	}
	return r, nil
}

// kill ends the process and all it may have started, at once. Reads and writes of its pipes then end too.
func (c *child) kill() { killGroup(c.command) }

// end kills the process, and returns when it is gone.
func (c *child) end() {
	c.once.Do(func() {
		c.kill()
		_ = c.command.Wait() // that it was killed is no news
		close(c.gone)
	})
	<-c.gone
}

var errDied = errors.New("it said nothing more")
