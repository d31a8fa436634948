package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Hold is a legal hold: while it is placed, retention deletes no segment with records of its time, nor any newer one.
type Hold struct {
	Name   string    `json:"name"`           // of the matter; letters, digits, ".", "-" and "_", at most 100
	Reason string    `json:"reason"`         // why, for people
	By     string    `json:"by"`             // who placed it
	Placed time.Time `json:"placed"`         // when
	From   time.Time `json:"from,omitzero"`  // the first moment that is held; zero: from the beginning
	Until  time.Time `json:"until,omitzero"` // the last moment that is held; zero: without end
}

const holdSuffix = ".hold.json"

// PlaceHold writes h into the log directory dir, where any later deletion sees it; the log may be open. Another hold of the same name is an
// error: lift that one first. The log does not record holds; whoever places one keeps the papers.
func PlaceHold(dir string, h Hold) error {
	if err := h.check(); err != nil {
		return fmt.Errorf("audit: hold: %w", err)
	}
	text, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return fmt.Errorf("audit: hold: %w", err)
	}
	v := osVolume{dir}
	if _, err := os.Stat(filepath.Join(dir, h.Name+holdSuffix)); err == nil {
		return fmt.Errorf("audit: hold %s is placed already; lift it first, or choose another name", h.Name)
	}
	if err := v.put(h.Name+holdSuffix, append(text, '\n')); err != nil {
		return fmt.Errorf("audit: hold: %w", err)
	}
	return nil
}

// LiftHold removes the hold of that name from the log directory dir. That there is none is an error.
func LiftHold(dir, name string) error {
	if !holdName().MatchString(name) {
		return fmt.Errorf("audit: hold: %w", errHoldName)
	}
	if err := os.Remove(filepath.Join(dir, name+holdSuffix)); err != nil {
		return fmt.Errorf("audit: lift hold: %w", err)
	}
	return syncDirectory(dir)
}

// Holds lists the holds on the log directory fsys, by name. A hold that cannot be read is an error, and so nothing is deleted.
func Holds(fsys fs.FS) ([]Hold, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("audit: read the log directory: %w", err)
	}
	var holds []Hold
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), holdSuffix)
		if !ok {
			continue
		}
		text, err := fs.ReadFile(fsys, e.Name())
		if err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		var h Hold
		if err = json.Unmarshal(text, &h); err == nil {
			err = h.check()
		}
		if err == nil && h.Name != name {
			err = fmt.Errorf("it names itself %q", h.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("audit: %s is no hold: %w; mend it, or lift the hold", e.Name(), err)
		}
		holds = append(holds, h)
	}
	return holds, nil
}

var errHoldName = errors.New(`a name is made of letters, digits, ".", "-" and "_", at most 100, and begins with a letter or digit`)

func holdName() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`) }

func (h *Hold) check() error {
	switch {
	case !holdName().MatchString(h.Name):
		return errHoldName
	case h.Reason == "" || h.By == "" || h.Placed.IsZero():
		return errors.New("reason, by and placed must be given: a hold that nobody can explain is never lifted")
	case !h.Until.IsZero() && h.Until.Before(h.From):
		return errors.New("until lies before from")
	}
	return nil
}

// holdSlack is how much older than its segment a record may be: it bears the time at which its call began.
const holdSlack = time.Hour

// holding returns the holds that touch the time from begun to sealed.
func holding(holds []Hold, begun, sealed time.Time) []Hold {
	if sealed.Before(begun) { // the clock was set back
		begun, sealed = sealed, begun
	}
	return slices.DeleteFunc(slices.Clone(holds), func(h Hold) bool {
		return h.From.After(sealed) || !h.Until.IsZero() && h.Until.Before(begun.Add(-holdSlack))
	})
}
