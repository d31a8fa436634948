package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// canonical is what a revision is computed from: all that decides, nothing of how it was written down.
type canonical struct {
	Set      string               `json:"set,omitempty"`
	Own      string               `json:"own,omitempty"`
	Default  string               `json:"default,omitempty"`
	TimeZone string               `json:"timezone,omitempty"`
	Mode     Mode                 `json:"mode,omitempty"`
	User     map[string]Attribute `json:"user,omitempty"`
	Blocks   []Block              `json:"blocks,omitempty"`
	Foreign  string               `json:"foreign,omitempty"` // revision of a Decider that is not ours
}

// revision hashes the sets in order: SHA-256 (FIPS 180-4) over their JSON, the first 128 bits in hex.
func revision(sets []canonical) (string, error) {
	for i := range sets {
		sets[i].Mode = sets[i].Mode.normal()
		user := make(map[string]Attribute, len(sets[i].User))
		for name, a := range sets[i].User {
			user[name] = a.normal()
		}
		sets[i].User = user
		blocks := make([]Block, len(sets[i].Blocks))
		for j, b := range sets[i].Blocks {
			b.Input, b.Output = trimmed(b.Input), trimmed(b.Output)
			blocks[j] = b
		}
		sets[i].Blocks = blocks
	}
	data, err := json.Marshal(sets)
	if err != nil {
		return "", fmt.Errorf("the revision of the policy: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16]), nil
}

// trimmed drops the space around conditions, which depends on how a file folds its lines, and the mode that is meant where none is said.
func trimmed(rules []Rule) []Rule {
	kept := make([]Rule, len(rules))
	for i, r := range rules {
		r.Condition, r.Where, r.Mode = strings.TrimSpace(r.Condition), strings.TrimSpace(r.Where), r.Mode.normal()
		kept[i] = r
	}
	return kept
}
