package freesql

import (
	"encoding/json"
	"sync"
)

// judged is a statement that was judged and written for the rights it was asked with.
type judged struct {
	statement string
	read      []string // the tables it reads
}

// memory keeps statements that were judged not long ago: judging takes longer than running a small one. It holds for one inventory; a
// statement is judged anew for other rights, values included. Safe for concurrent use.
type memory struct {
	mu    sync.Mutex
	of    *inventory
	known map[string]judged
}

// mostJudged bounds the memory, to some MiB of the longest statements. Past it, all is forgotten.
const mostJudged = 256

// memoryKey is all that the judgement of a question depends on, besides the inventory and the engine's settings; "" if it cannot be told.
func memoryKey(q question) string {
	key, err := json.Marshal(q) // members of maps in order, values with their types
	if err != nil {
		return ""
	}
	return string(key)
}

func (m *memory) recall(of *inventory, key string) (judged, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, ok := m.known[key]
	return j, ok && m.of == of && key != ""
}

func (m *memory) keep(of *inventory, key string, j judged) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || m.of != of || len(m.known) >= mostJudged {
		m.of, m.known = of, map[string]judged{}
	}
	m.known[key] = j
}
