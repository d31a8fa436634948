package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// mostInput bounds what is read from standard input.
const mostInput = 1 << 20

// input reads a value from standard input, without its line end: what stands on a command line stands in the list of processes. Somebody at
// a terminal is asked for it, and ends it with Enter.
func input(c *cobra.Command, what string) (string, error) {
	in := c.InOrStdin()
	read := func() (string, error) {
		text, err := io.ReadAll(io.LimitReader(in, mostInput+1))
		return string(text), err
	}
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		_, _ = fmt.Fprintf(c.ErrOrStderr(), "%s: ", what)
		read = func() (string, error) {
			line, err := bufio.NewReader(io.LimitReader(in, mostInput+1)).ReadString('\n')
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return line, err
		}
	}
	type result struct {
		text string
		err  error
	}
	// Nothing can end a read of standard input but what is at its other end: the goroutine may outlive the command that was interrupted.
	done := make(chan result, 1)
	go func() {
		text, err := read()
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		value := strings.TrimSuffix(strings.TrimSuffix(r.text, "\n"), "\r")
		switch {
		case r.err != nil:
			return "", failed(fmt.Errorf("read standard input: %w", r.err))
		case len(r.text) > mostInput:
			return "", usage("standard input holds more than %d bytes", mostInput)
		case value == "":
			return "", usage("standard input is empty; write the %s to it", what)
		}
		return value, nil
	case <-c.Context().Done():
		return "", failed(context.Cause(c.Context()))
	}
}
