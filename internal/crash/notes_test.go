package crash_test

import (
	"bufio"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// notes is what the parent knows: lines of a file, each on disk before add returns. Those that come at once share a sync.
type notes struct {
	file *os.File

	mu      sync.Mutex
	waiting []byte
	done    chan struct{} // closes when waiting is on disk
	busy    bool
	failure error
}

func newNotes(t *testing.T, path string) *notes {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	return &notes{file: file, done: make(chan struct{})}
}

func (n *notes) add(line string) error {
	n.mu.Lock()
	n.waiting = append(append(n.waiting, line...), '\n')
	mine := n.done
	if n.busy {
		n.mu.Unlock()
		<-mine
		return n.failed()
	}
	n.busy = true
	for len(n.waiting) > 0 {
		lines, done := n.waiting, n.done
		n.waiting, n.done = nil, make(chan struct{})
		n.mu.Unlock()
		_, err := n.file.Write(lines)
		if err == nil {
			err = n.file.Sync()
		}
		n.mu.Lock()
		if err != nil {
			n.failure = err
		}
		close(done)
	}
	n.busy = false
	n.mu.Unlock()
	return n.failed()
}

func (n *notes) failed() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.failure
}

// read returns the notes, by their first word.
func read(t *testing.T, path string) map[string][]string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	all := map[string][]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		kind, ref, ok := strings.Cut(lines.Text(), " ")
		require.True(t, ok, lines.Text())
		all[kind] = append(all[kind], ref)
	}
	require.NoError(t, lines.Err())
	return all
}
