package dbt_test

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/contract"
	"github.com/mcpgov/go-sdk/sqltool/contract/dbt"
)

// sound holds a project to what it promises: its contracts have no faults of their own.
func sound(t *testing.T, p *dbt.Project) {
	t.Helper()
	if len(p.Contracts) > 0 {
		require.NoError(t, contract.Validate(p.Set()))
	}
}

// FuzzReadManifest: whatever stands in a manifest, reading it ends, and what it gives can be checked.
func FuzzReadManifest(f *testing.F) {
	f.Add(manifest(f))
	f.Add([]byte(`{"metadata": {"dbt_schema_version": "x/manifest/v12.json"}, "nodes": {"a": {"resource_type": "model", "contract": {"enforced": true}, "columns": {"": {}}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := dbt.ReadManifest(data, dbt.Options{})
		if err == nil {
			sound(t, p)
		}
	})
}

// FuzzReadSchema: the same of a schema.yml.
func FuzzReadSchema(f *testing.F) {
	data, err := os.ReadFile("testdata/jaffle/models/marts/schema.yml")
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte("models: [{name: a, columns: [{name: b, tests: [{x.y.z: {a: 1}}, 1, {test_name: unique}, {}]}]}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := dbt.ReadSchema(fstest.MapFS{"a.yml": {Data: data}}, dbt.Options{}, "*.yml")
		if err == nil {
			sound(t, p)
		}
	})
}
