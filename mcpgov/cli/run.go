package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/mcpgov/go-sdk/audit"
)

// The exit codes of every command.
const (
	ExitOK       = 0 // done
	ExitFailed   = 1 // it could not be done: the message says why
	ExitUsage    = 2 // the command was not understood: flags, arguments, a filter, a time
	ExitTampered = 3 // the log is not as it was written, or not as a witness saw it
	ExitFindings = 4 // it was done, and found what --fail asked about: anomalies, controls that are not met

	ExitInterrupted = 130 // it was interrupted, as by Ctrl-C, and nothing half-done is left
)

// Streams are where a command reads and writes. A nil one is empty, or swallows what is written.
type Streams struct {
	In  io.Reader
	Out io.Writer // results
	Err io.Writer // faults and progress
}

// Run runs the command mcpgov with arguments, those after the program's name, and returns its exit code. It ends early, as
// interrupted, when ctx does.
func Run(ctx context.Context, args []string, streams Streams) int {
	root := &cobra.Command{
		Use: "mcpgov", Short: "Governed MCP servers: ask and keep their audit logs",
		SilenceErrors: true, SilenceUsage: true, Args: noSuchCommand, RunE: help, Version: version(),
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(Audit())
	return Execute(ctx, root, args, streams)
}

// version is that of the module, as the program was built with it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}

// Execute runs a command that is made of those of this package, for programs that carry them under their own name, and returns its exit code.
// Faults are printed to streams.Err, one line each.
func Execute(ctx context.Context, root *cobra.Command, args []string, streams Streams) int {
	if streams.Out == nil {
		streams.Out = io.Discard
	}
	if streams.Err == nil {
		streams.Err = io.Discard
	}
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	root.SetArgs(args)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &failure{ExitUsage, err} })
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return ExitOK
	}
	code := ExitUsage // what cobra itself finds: an unknown command, too many arguments
	if f, ok := errors.AsType[*failure](err); ok {
		code = f.code
	}
	nobodyReads := code == ExitFailed && errors.Is(err, syscall.EPIPE)
	if code == ExitFailed && ctx.Err() != nil {
		code, err = ExitInterrupted, errInterrupted // whatever else it says comes of that
	}
	if nobodyReads {
		return code // whoever reads has enough, and says so in this way
	}
	_, _ = fmt.Fprintf(streams.Err, "%s: %s\n", command.CommandPath(), visible(err.Error()))
	if code == ExitUsage {
		_, _ = fmt.Fprintf(streams.Err, "run %s --help for its flags\n", command.CommandPath())
	}
	return code
}

var errInterrupted = errors.New("interrupted")

// A command that only holds others takes no argument but their names.
func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			known = append(known, sub.Name())
		}
	}
	return usage("there is no command %q; the commands are: %s", args[0], strings.Join(known, ", "))
}

// none is the rule of commands without arguments.
func none(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("it takes no arguments but flags: what is %q?", args[0])
	}
	return nil
}

// one is the rule of commands with one argument.
func one(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0 || args[0] == "":
			return usage("name %s", what)
		case len(args) > 1:
			return usage("name %s only: what is %q?", what, args[1])
		}
		return nil
	}
}

func help(c *cobra.Command, _ []string) error { return c.Help() }

// failure is an error with the exit code it ends the command with.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func usage(format string, args ...any) error {
	return &failure{ExitUsage, fmt.Errorf(format, args...)}
}

// failed makes err the end of the command, unless it says itself how it ends.
func failed(err error) error {
	if _, ok := errors.AsType[*failure](err); ok || err == nil {
		return err
	}
	if _, tampered := errors.AsType[*audit.VerifyError](err); tampered {
		return &failure{ExitTampered, err}
	}
	return &failure{ExitFailed, err}
}

// terminal returns the width of the terminal that w is; 0 if it is none.
func terminal(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}
