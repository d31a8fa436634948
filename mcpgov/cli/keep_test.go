package cli_test

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov/cli"
)

func TestExportAndCompact(t *testing.T) {
	t.Parallel()
	dir, _, _ := writeLog(t)
	target := filepath.Join(t.TempDir(), "out.csv")
	code, out, faults := run(t, "", "audit", "export", "-d", dir, "--format", "csv", target)
	require.Equal(t, cli.ExitOK, code, faults)
	require.Contains(t, out, "written: ")
	text, err := os.ReadFile(target)
	require.NoError(t, err)
	require.Contains(t, string(text), "call-23")
	code, _, faults = run(t, "", "audit", "export", "-d", dir, "--format", "csv", target)
	require.Equal(t, cli.ExitFailed, code, "it is there")
	require.NotEmpty(t, faults)
	for _, format := range []string{"parquet", "jsonl", "duckdb"} {
		code, _, faults = run(t, "", "audit", "export", "-d", dir, "--format", format, target, "--force")
		require.Equal(t, cli.ExitOK, code, faults)
	}
	code, out, _ = run(t, "", "audit", "compact", "-d", dir, "--json")
	require.Equal(t, cli.ExitOK, code)
	require.Contains(t, out, `"records":20`)
	require.FileExists(t, filepath.Join(dir, "audit-000002.parquet"))
	_, out, _ = run(t, "", "audit", "query", "-d", dir, "--json")
	require.Equal(t, 24, strings.Count(out, "\n"), "compacted or not")
}

// The dry run says what the real run does; a hold stops both; the chain stays whole.
func TestPruneAndHold(t *testing.T) {
	t.Parallel()
	dir, keyFile, _ := writeLog(t)
	prune := func(extra ...string) (int, string, string) {
		return run(t, "", append([]string{"audit", "prune", "-d", dir, "-k", keyFile, "--max-bytes", "1KiB", "--json"}, extra...)...)
	}
	code, _, faults := run(t, "", "audit", "hold", "place", "case-7", "-d", dir, "--reason", "court", "--by", "legal")
	require.Equal(t, cli.ExitOK, code, faults)
	_, out, _ := run(t, "", "audit", "hold", "list", "-d", dir)
	require.Contains(t, out, "case-7")
	_, out, _ = prune("--dry-run")
	require.Contains(t, out, `"segments":[]`)
	require.Contains(t, out, `"name":"case-7"`)
	code, _, _ = run(t, "", "audit", "hold", "lift", "case-7", "-d", dir)
	require.Equal(t, cli.ExitOK, code)

	_, planned, _ := prune("--dry-run")
	require.Contains(t, planned, `"segments":["audit-000001.jsonl","audit-000002.jsonl"]`)
	code, done, faults := prune()
	require.Equal(t, cli.ExitOK, code, faults)
	require.Equal(t, planned, done)
	code, out, faults = run(t, "", "audit", "verify", "-d", dir, "-k", keyFile, "--public-key", publicFile(t))
	require.Equal(t, cli.ExitOK, code, faults)
	require.Contains(t, out, "numbers 21 to 25")

	log, err := audit.Open(dir, &audit.Options{Key: key(), SegmentAge: -1})
	require.NoError(t, err)
	code, _, faults = prune()
	require.Equal(t, cli.ExitFailed, code)
	require.Contains(t, faults, "another writer has this log open")
	require.NoError(t, log.Close())
}

func TestReport(t *testing.T) {
	t.Parallel()
	dir, keyFile, _ := writeLog(t)
	for _, profile := range []string{"hipaa", "gdpr", "soc2", "owasp-mcp"} {
		code, out, faults := run(t, "", "audit", "report", "-d", dir, "-k", keyFile, "--profile", profile)
		require.Equal(t, cli.ExitOK, code, faults)
		require.True(t, strings.HasPrefix(out, "# "), out)
		require.NotContains(t, out, "\x1b")
		code, out, _ = run(t, "", "audit", "report", "-d", dir, "-k", keyFile, "--profile", profile, "--json")
		require.Equal(t, cli.ExitOK, code)
		require.True(t, strings.HasPrefix(out, "{"), out)
	}
	code, _, faults := run(t, "", "audit", "report", "-d", dir, "--profile", "hipaa", "--fail")
	require.Equal(t, cli.ExitFindings, code, "without the key the chain is not what it should be")
	require.Contains(t, faults, "not met: ")
	code, _, _ = run(t, "", "audit", "report", "-d", dir, "--profile", "pci")
	require.Equal(t, cli.ExitUsage, code)
	code, _, _ = run(t, "", "audit", "report", "-d", dir, "--profile", "hipaa", "-o", keyFile)
	require.Equal(t, cli.ExitFailed, code, "it is there")
}

func TestDigestAndErase(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	people := filepath.Join(top, "people")
	keyFile, masterFile := filepath.Join(top, "key"), filepath.Join(top, "master")
	require.NoError(t, os.WriteFile(keyFile, []byte(hex.EncodeToString(key())+"\n"), 0o600))
	require.NoError(t, os.WriteFile(masterFile, key(), 0o600))
	kept, err := audit.OpenSubjects(people, key())
	require.NoError(t, err)
	own, err := kept.SubjectKey(t.Context(), "P-7", true)
	require.NoError(t, err)

	_, out, faults := run(t, "Hepatitis\n", "audit", "digest", "-k", keyFile, "--key-encoding", "hex")
	require.Equal(t, audit.TextDigest(key(), "Hepatitis")+"\n", out, faults)
	subjects := []string{"--subjects", people, "--subjects-key-file", masterFile}
	_, out, faults = run(t, "Hepatitis\n", append([]string{"audit", "digest", "--subject", "P-7"}, subjects...)...)
	require.Equal(t, audit.TextDigest(audit.CombinedKey(own), "Hepatitis")+"\n", out, faults)
	_, out, _ = run(t, "P-7\n", append([]string{"audit", "digest", "--name"}, subjects...)...)
	require.Equal(t, audit.SubjectDigest(own, "P-7")+"\n", out)
	code, _, faults := run(t, "P-7\n", append([]string{"audit", "erase"}, subjects...)...)
	require.Equal(t, cli.ExitOK, code, faults)
	code, _, faults = run(t, "P-7\n", append([]string{"audit", "digest", "--name"}, subjects...)...)
	require.Equal(t, cli.ExitFailed, code)
	require.Contains(t, faults, "this person has no key")
}

// Whatever is written wrong is said with what to write instead, and ends with the code of a usage error.
func TestUsage(t *testing.T) {
	t.Parallel()
	dir, keyFile, _ := writeLog(t)
	notKey := filepath.Join(t.TempDir(), "pem")
	der, err := x509.MarshalPKCS8PrivateKey(signer())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(notKey, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	for _, c := range []struct{ args, want string }{
		{"nothing", `there is no command "nothing"; the commands are: audit`},
		{"audit nothing", "the commands are: anomalies, compact, digest"},
		{"audit hold keep", "the commands are: lift, list, place"},
		{"audit query --nope", "unknown flag: --nope"},
		{"audit query extra", "no arguments but flags"},
		{"audit query --filter outcom=='x'", `there is no "outcom" (did you mean "outcome"?)`},
		{"audit query --since whenever", "--since: "},
		{"audit query --tz Mars", "--tz Mars: there is no such time zone"},
		{"audit query --limit -1", "write 0 for all"},
		{"audit tail -n 0", "write 1 or more"},
		{"audit stats --by shoe", "write some of tool, hour, day, user, rule, outcome"},
		{"audit export x --format odt", "write parquet, csv, jsonl or duckdb"},
		{"audit export", "name the file to write"},
		{"audit prune", "write --retention-days, --max-bytes, or both"},
		{"audit prune --max-bytes 5XB", "write a number of bytes"},
		{"audit prune --max-bytes 9999999TiB", "write a number of bytes"},
		{"audit prune --retention-days -3", "write 1 to 100000"},
		{"audit verify --head-seq 3", "belong together"},
		{"audit verify --public-key " + notKey, "not an Ed25519 key"},
		{"audit verify --public-key " + keyFile, "neither PEM nor 32 bytes in base64"},
		{"audit verify --key-file " + keyFile + " --key-encoding rot13", "write raw, hex or base64"},
		{"audit verify --key-file " + keyFile + " --key-encoding hex", "not a key in hex"},
		{"audit report --profile gdpr --filter true", "a report is about all records"},
		{"audit report --profile gdpr --policy x", "rules need --manifest"},
		{"audit digest", "write --key-file"},
		{"audit erase", "write --subjects"},
	} {
		args := strings.Fields(c.args)
		if len(args) > 1 && args[0] == "audit" {
			args = append(args, "-d", dir)
		}
		code, _, faults := run(t, "", args...)
		require.Equal(t, cli.ExitUsage, code, "%s: %s", c.args, faults)
		require.Contains(t, faults, c.want, c.args)
		require.Contains(t, faults, "--help", c.args)
	}
	code, _, faults := run(t, "", "audit", "query", "-d", filepath.Join(dir, "none"))
	require.Equal(t, cli.ExitFailed, code)
	require.Contains(t, faults, "name the log's directory with --dir")
	code, out, _ := run(t, "")
	require.Equal(t, cli.ExitOK, code)
	require.Contains(t, out, "Available Commands")
}
