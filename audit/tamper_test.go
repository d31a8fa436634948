package audit_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

var tamperKey = []byte("a key the attacker does not have")

// smallLog returns the lines of a log of n records.
func smallLog(t testing.TB, key []byte, n int, purpose string) []string {
	t.Helper()
	dir := t.TempDir()
	log, err := audit.Open(dir, &audit.Options{Key: key})
	require.NoError(t, err)
	for i := range n {
		require.NoError(t, log.Append(t.Context(), audit.Record{
			Kind: audit.KindOutcome, CallID: fmt.Sprintf("c%d", i), Time: time.Unix(1_800_000_000+int64(i), 0), Purpose: purpose,
			User: audit.User{ID: "u1"}, Target: audit.Target{Kind: "tool", Name: "t\n\u00e9"}, Outcome: "ok",
			Arguments: json.RawMessage(`{"hash":"00","list":[1,{"seq":2}],"prev":"\"}"}`),
		}))
	}
	require.NoError(t, log.Close())
	data, err := os.ReadFile(filepath.Join(dir, segment))
	require.NoError(t, err)
	return strings.SplitAfter(strings.TrimSuffix(string(data), "\n"), "\n")
}

func asFS(data string) fs.FS { return fstest.MapFS{segment: {Data: []byte(data)}} }

// log joins lines, each with its end.
func joined(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimSuffix(l, "\n") + "\n")
	}
	return b.String()
}

// requireBad asserts that the record at line (from 1) is the first bad one.
func requireBad(t testing.TB, data string, opts *audit.VerifyOptions, line int, what ...any) string {
	t.Helper()
	sum, err := audit.Verify(asFS(data), opts)
	var bad *audit.VerifyError
	require.ErrorAs(t, err, &bad, what...)
	require.Equal(t, segment, bad.File, what...)
	require.Equal(t, line, bad.Line, what...)
	require.EqualValues(t, line, bad.Seq, what...)
	require.EqualValues(t, line-1, sum.LastSeq, "the summary covers the records before")
	return bad.Reason
}

// Every byte, changed in several ways, is found in its own record.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	for _, key := range [][]byte{nil, tamperKey} {
		lines := smallLog(t, key, 8, "p")
		opts := &audit.VerifyOptions{Key: key}
		whole := joined(lines...)
		_, err := audit.Verify(asFS(whole), opts)
		require.NoError(t, err)
		mutations, line := 0, 1
		for i := range whole {
			old := whole[i]
			for _, b := range []byte{old ^ 1, old ^ 0x80, old ^ 0x20, '\n', '"', '}', '0', 0} {
				if b == old {
					continue
				}
				changed := []byte(whole)
				changed[i] = b
				requireBad(t, string(changed), opts, line, "byte %d %q to %q", i, old, b)
				mutations++
			}
			if old == '\n' {
				line++
			}
		}
		require.Greater(t, mutations, 10_000)
	}
}

func TestLinesCannotMove(t *testing.T) {
	t.Parallel()
	const n = 8
	lines := smallLog(t, tamperKey, n, "p")
	other := smallLog(t, tamperKey, n, "q")
	opts := &audit.VerifyOptions{Key: tamperKey}
	for i := range n {
		without := append(append([]string{}, lines[:i]...), lines[i+1:]...)
		if i < n-1 {
			requireBad(t, joined(without...), opts, i+1, "removed %d", i)
		}
		for j := range n + 1 {
			inserted := append(append(append([]string{}, lines[:j]...), lines[i]), lines[j:]...)
			bad := j + 1 // the copy stands first, and is out of place,
			if i == j {
				bad = j + 2 // unless it stands where the original did
			}
			requireBad(t, joined(inserted...), opts, bad, "%d again at %d", i, j)
		}
		for j := i + 1; j < n; j++ {
			swapped := append([]string{}, lines...)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			requireBad(t, joined(swapped...), opts, i+1, "swapped %d and %d", i, j)
		}
		if i > 0 {
			spliced := append(append([]string{}, lines[:i]...), other[i:]...)
			require.Contains(t, requireBad(t, joined(spliced...), opts, i+1, "spliced at %d", i), "does not follow")
		}
		blank := append(append(append([]string{}, lines[:i]...), ""), lines[i:]...)
		require.Contains(t, requireBad(t, joined(blank...), opts, i+1), "not a record")
	}
	requireBad(t, "\ufeff"+joined(lines...), opts, 1)
	requireBad(t, joined(lines...), nil, 1, "no key")
	require.Contains(t, requireBad(t, joined(lines...), &audit.VerifyOptions{Key: testKey("wrong")}, 1), "another key")
}

// A chain cannot show that its end is missing; a head kept outside can.
func TestTailCut(t *testing.T) {
	t.Parallel()
	lines := smallLog(t, tamperKey, 6, "p")
	whole := joined(lines...)
	last, err := audit.ParseRecord([]byte(lines[5]))
	require.NoError(t, err)
	witness := &audit.VerifyOptions{Key: tamperKey, HeadSeq: last.Seq, HeadHash: last.Hash}
	_, err = audit.Verify(asFS(whole), witness)
	require.NoError(t, err)
	line := 1
	for cut := range whole {
		if cut == 0 || whole[cut-1] == '\n' {
			if cut > 0 {
				line++
			}
			_, err := audit.Verify(asFS(whole[:cut]), &audit.VerifyOptions{Key: tamperKey})
			require.NoError(t, err, "undetectable from inside")
			require.Contains(t, requireBad(t, whole[:cut], witness, line), "the end was cut off")
			continue
		}
		require.Contains(t, requireBad(t, whole[:cut], &audit.VerifyOptions{Key: tamperKey}, line), "no end")
	}
	// A log that went on after the witness is fine; one that was replaced is not.
	early := *witness
	third, err := audit.ParseRecord([]byte(strings.TrimSuffix(lines[2], "\n")))
	require.NoError(t, err)
	early.HeadSeq, early.HeadHash = third.Seq, third.Hash
	_, err = audit.Verify(asFS(whole), &early)
	require.NoError(t, err)
	replaced := joined(smallLog(t, tamperKey, 6, "q")...)
	require.Contains(t, requireBad(t, replaced, &early, 3), "was rewritten")
}

// An attacker who recomputes a plain hash is found at the next record, and not at all if there is none: hence keys.
func TestRecomputedPlainHash(t *testing.T) {
	t.Parallel()
	for name, key := range map[string][]byte{"plain": nil, "keyed": tamperKey} {
		lines := smallLog(t, key, 4, "p")
		for i := range lines {
			forged := append([]string{}, lines...)
			forged[i] = forge(t, lines[i])
			at := i + 2
			if key != nil {
				at = i + 1
			}
			if at > len(lines) {
				continue
			}
			requireBad(t, joined(forged...), &audit.VerifyOptions{Key: key}, at, "%s %d", name, i)
		}
	}
}

// forge changes the user in a line and computes a plain hash for it, by the definition in the package documentation.
func forge(t *testing.T, line string) string {
	t.Helper()
	line = strings.Replace(strings.TrimSuffix(line, "\n"), `"id":"u1"`, `"id":"u2"`, 1)
	r, err := audit.ParseRecord([]byte(line))
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(strings.Replace(line, `"hash":"`+r.Hash+`",`, "", 1)))
	return strings.Replace(line, r.Hash, hex.EncodeToString(sum[:]), 1)
}

func TestHashIsAsDocumented(t *testing.T) {
	t.Parallel()
	prev := strings.Repeat("0", 64)
	for i, line := range smallLog(t, tamperKey, 5, "p") {
		line = strings.TrimSuffix(line, "\n")
		r, err := audit.ParseRecord([]byte(line))
		require.NoError(t, err)
		require.EqualValues(t, i+1, r.Seq)
		require.Equal(t, prev, r.Prev)
		mac := hmac.New(sha256.New, tamperKey)
		mac.Write([]byte(strings.Replace(line, `"hash":"`+r.Hash+`",`, "", 1)))
		require.Equal(t, hex.EncodeToString(mac.Sum(nil)), r.Hash)
		prev = r.Hash
	}
}

func TestVerifyWhatIsNoLog(t *testing.T) {
	t.Parallel()
	_, err := audit.Verify(fstest.MapFS{}, nil)
	require.ErrorContains(t, err, "no log here")
	_, err = audit.Verify(os.DirFS(filepath.Join(t.TempDir(), "none")), nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	sum, err := audit.Verify(asFS(""), nil)
	require.NoError(t, err)
	require.Zero(t, sum.Records)
	require.Equal(t, strings.Repeat("0", 64), sum.LastHash)
}

// FuzzChain: any edit of a stretch of a log is found, in a record that the edit touched or the one behind it; no edit, no alarm.
func FuzzChain(f *testing.F) {
	lines := smallLog(f, tamperKey, 6, "p")
	whole := []byte(joined(lines...))
	f.Add(100, 1, []byte("x"))
	f.Add(0, len(lines[0]), []byte{})
	f.Add(len(lines[0]), 0, []byte(lines[0]))
	f.Add(0, len(whole), []byte(nil))
	f.Fuzz(func(t *testing.T, at, remove int, insert []byte) {
		if at < 0 || remove < 0 || at > len(whole) || remove > len(whole)-at {
			return
		}
		changed := bytes.Join([][]byte{whole[:at], insert, whole[at+remove:]}, nil)
		_, err := audit.Verify(asFS(string(changed)), &audit.VerifyOptions{Key: tamperKey})
		if bytes.HasPrefix(whole, changed) && (len(changed) == 0 || changed[len(changed)-1] == '\n') {
			require.NoError(t, err, "the log, or the log with its tail cut at a line end")
			return
		}
		var bad *audit.VerifyError
		require.ErrorAs(t, err, &bad)
		same := 0 // bytes both have in common from the start
		for same < min(len(whole), len(changed)) && whole[same] == changed[same] {
			same++
		}
		require.Equal(t, bytes.Count(whole[:same], []byte("\n"))+1, bad.Line)
		require.EqualValues(t, bad.Line, bad.Seq)
	})
}
