package mcptest_test

import (
	"fmt"
	"runtime"
	"testing"
)

// fakeTB stands for the test of a user: it notes how it failed instead of failing.
type fakeTB struct {
	testing.TB // whose contexts and cleanups serve the fake as well
	failure    string
}

func (f *fakeTB) Helper() {}

func (f *fakeTB) Fatal(args ...any) { f.end(fmt.Sprint(args...)) }

func (f *fakeTB) Fatalf(format string, args ...any) { f.end(fmt.Sprintf(format, args...)) }

// end ends the goroutine, as testing does.
func (f *fakeTB) end(failure string) {
	f.failure = failure
	runtime.Goexit()
}

// verdict runs check as a user's test would and returns how that test failed, "" if it passed.
func (f *fakeTB) verdict(check func()) string {
	f.failure = ""
	done := make(chan struct{})
	go func() {
		defer close(done)
		check()
	}()
	<-done
	return f.failure
}
