package freesql

import (
	"context"
	"errors"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// rewrites are how the caller's restrictions change what a statement reads.
func (e *engine) rewrites(_ context.Context, _ *inventory, rights Rights) (map[string]check.TableView, error) {
	if len(rights.Restrict) > 0 {
		return nil, errors.New("restrictions are not built yet")
	}
	return nil, nil
}

// readable are the tables of the inventory that a caller may read, as he sees them.
func (e *engine) readable(ctx context.Context, known *inventory, rules check.Rules) []table {
	readable := []table{}
	for _, t := range known.tables {
		readable = append(readable, t)
	}
	return readable
}
