package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
)

// find says why there is no log in the directory; nil if there is one. Every command that needs a log asks before it does anything: in a
// directory that holds something else there would be nothing to find, and deleting would begin a log there.
func (s *settings) find() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		if path, ok := errors.AsType[*fs.PathError](err); ok {
			err = path.Err
		}
		return failed(fmt.Errorf("no log can be read in %s: %w; %s", s.dir, err, nameIt))
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, "audit-") && (strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".checkpoint.json")) {
			return nil
		}
	}
	return failed(fmt.Errorf("there is no log in %s: it holds no file named like audit-000001.jsonl; %s", filepath.Clean(s.dir), nameIt))
}

const nameIt = "name the log's directory with --dir, or in MCPGOV_AUDIT_DIR"

// keyMissing adds a hint to the fault of a log whose first record could not be verified without a key.
func keyMissing(err error, key []byte) error {
	bad, ok := errors.AsType[*audit.VerifyError](err)
	if ok && len(key) == 0 && bad.Line == 1 && !strings.Contains(bad.Reason, "missing") {
		return fmt.Errorf("%w; if the log has a key, name it with --key-file", err)
	}
	return err
}
