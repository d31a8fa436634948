package dbt_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpgov/go-sdk/sqltool/contract"
	"github.com/mcpgov/go-sdk/sqltool/contract/dbt"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares what was read of a project with what stands in testdata.
func golden(t *testing.T, name string, p *dbt.Project) {
	t.Helper()
	require.NoError(t, contract.Validate(p.Set()))
	got, err := yaml.Marshal(map[string]any{"set": p.Set(), "descriptions": p.Descriptions, "of": []any{p.Name, p.Version, p.Adapter, p.Revision, p.Generated}})
	require.NoError(t, err)
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, got, 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func manifest(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/jaffle/manifest.json")
	require.NoError(t, err)
	return data
}

func TestReadManifest(t *testing.T) {
	t.Parallel()
	p, err := dbt.ReadManifest(manifest(t), dbt.Options{})
	require.NoError(t, err)
	golden(t, "manifest.golden.yml", p)
	require.Equal(t, []string{
		`models/marts/customer_360.sql: customer_360: constraint custom: it is not known`,
		`models/staging/schema.yml: strange_threshold: its warn_if or error_if is neither != 0 nor > n nor >= n`,
		`models/staging/schema.yml: unique_helper_id: it is about no table that is known and there`,
		`tests/never_compiled.sql: never_compiled: the test singular.never_compiled is not known, and the manifest does not hold its SQL: run dbt compile`,
		`x.sql: x: a node of type "strange" is not known`,
	}, p.NotUnderstood)
	require.ErrorContains(t, p.Complete(), "never_compiled")
}

func TestReadSchema(t *testing.T) {
	t.Parallel()
	p, err := dbt.ReadSchema(os.DirFS("testdata/jaffle/models"), dbt.Options{Schema: "marts"}, "*/*.yml", "*.md")
	require.NoError(t, err)
	golden(t, "schema.golden.yml", p)
	require.Equal(t, []string{
		`marts/schema.yml: helper.id: unique: it is about no table that is known and there`,
		`marts/schema.yml: orders.amount: dbt_utils.accepted_range: argument max_value: it is no number and no date`,
		`marts/schema.yml: raw_countries: audit_helper.compare: the test audit_helper.compare is not known, and the manifest does not hold its SQL: run dbt compile`,
		`marts/schema.yml: the key snapshopts is not known`,
	}, p.NotUnderstood)
}

// TestReadManifestVersions: what was not read before is refused, not guessed at.
func TestReadManifestVersions(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"v9": "", "v11": "", "v8": "v9 to v12", "v13": "v9 to v12", "x": "no manifest.json of dbt", "v99999999999999999999": "v9 to v12"} {
		_, err := dbt.ReadManifest([]byte(strings.Replace(string(manifest(t)), "manifest/v12", "manifest/"+version, 1)), dbt.Options{})
		if want == "" {
			require.NoError(t, err, version)
		} else {
			require.ErrorContains(t, err, want, version)
		}
	}
	_, err := dbt.ReadManifest([]byte(`{"metadata": []}`), dbt.Options{})
	require.Error(t, err)
	_, err = dbt.ReadSchema(os.DirFS("testdata"), dbt.Options{}, "nothing*.yml")
	require.ErrorContains(t, err, `no file matches "nothing*.yml"`)
}
