package sqltool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// snapshot is what a database said of statements and tables, in a file that is committed.
type snapshot struct {
	System     string                  `json:"system"`
	Engine     string                  `json:"engine"`
	Statements map[string]snapshotItem `json:"statements"` // by digest
	Tables     map[string][]Column     `json:"tables"`     // that statements name as their lineage
}

type snapshotItem struct {
	Name       string   `json:"name"`
	Writes     bool     `json:"writes,omitempty"`
	Parameters []Column `json:"parameters"`
	Columns    []Column `json:"columns"`
}

// SnapshotName is the name of a database's snapshot in Options.Snapshot.
func (db *DB) SnapshotName() string { return db.system + ".json" }

// Snapshot asks the database what every statement takes and returns, and what columns the tables of their lineage have, and returns the file to
// commit. Statements are those tools were made of with this DB, which must have no Options.Snapshot: it would ask itself. In a test:
//
//	current, err := db.Snapshot(t.Context())
//	if *update {
//		err = os.WriteFile(filepath.Join("testdata", db.SnapshotName()), current, 0o644)
//	}
func (db *DB) Snapshot(ctx context.Context) ([]byte, error) {
	if db.options.Snapshot != nil || db.pool == nil {
		return nil, errors.New("a snapshot is made by asking the database: make the DB without Options.Snapshot")
	}
	out := snapshot{System: db.system, Engine: db.options.Engine.Name(), Statements: map[string]snapshotItem{}, Tables: map[string][]Column{}}
	db.mu.Lock()
	all := maps.Clone(db.statements)
	db.mu.Unlock()
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("the snapshot of %s: %w", db.system, err)
	}
	for digest, p := range all {
		out.Statements[digest] = snapshotItem{p.statement.Name, p.statement.Writes, p.described.Parameters, p.described.Columns}
		for _, table := range p.statement.Tables {
			described, err := db.options.Engine.Describe(ctx, conn, "SELECT * FROM "+table)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("statement %q: table %q: %w", p.statement.Name, table, err), conn.Close())
			}
			out.Tables[table] = described.Columns
		}
	}
	if err := conn.Close(); err != nil {
		return nil, fmt.Errorf("the snapshot of %s: %w", db.system, err)
	}
	raw, err := strictjson.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("the snapshot of %s: %w", db.system, err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, raw, "", "\t"); err != nil {
		return nil, fmt.Errorf("the snapshot of %s: %w", db.system, err)
	}
	return append(pretty.Bytes(), '\n'), nil
}

// readSnapshot reads the committed file.
func (db *DB) readSnapshot() (*snapshot, error) {
	raw, err := fs.ReadFile(db.options.Snapshot, db.SnapshotName())
	if err != nil {
		return nil, fmt.Errorf("the snapshot of %s: %w: write it with DB.Snapshot, in a test with -update", db.system, err)
	}
	var s snapshot
	if err := strictjson.Decode(raw, &s); err != nil {
		return nil, fmt.Errorf("%s: %w: write it again with DB.Snapshot", db.SnapshotName(), err)
	}
	if engine := db.options.Engine.Name(); s.Engine != engine {
		return nil, fmt.Errorf("%s is of engine %q, not %q: write it again with DB.Snapshot", db.SnapshotName(), s.Engine, engine)
	}
	if s.System != db.system {
		return nil, fmt.Errorf("%s is of system %q, not %q: write it again with DB.Snapshot", db.SnapshotName(), s.System, db.system)
	}
	return &s, nil
}

// fromSnapshot returns what the database said of a statement.
func (db *DB) fromSnapshot(p *prepared) (Description, error) {
	s, err := db.snapshot()
	if err != nil {
		return Description{}, err
	}
	if item, ok := s.Statements[p.digest]; ok {
		if item.Writes != p.statement.Writes {
			return Description{}, fmt.Errorf("its Writes has changed since %s was written: write that again with DB.Snapshot", db.SnapshotName())
		}
		return Description{known(item.Parameters), known(item.Columns)}, nil
	}
	for _, digest := range slices.Sorted(maps.Keys(s.Statements)) {
		if s.Statements[digest].Name == p.statement.Name {
			return Description{}, fmt.Errorf("its text has changed since %s was written (it was %s, now %s): write that again with DB.Snapshot",
				db.SnapshotName(), digest[:15], p.digest[:15])
		}
	}
	return Description{}, fmt.Errorf("%s does not know it: write that again with DB.Snapshot", db.SnapshotName())
}

// known is what a list of the file says: an empty one says nothing, as it did when it was written.
func known(columns []Column) []Column {
	if len(columns) == 0 {
		return nil
	}
	return columns
}
