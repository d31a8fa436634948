package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// someLog writes a log of some segments into memory. The key, the signer and the shape are drawn.
func someLog(t *testing.T, random *rand.Rand, key []byte) fstest.MapFS {
	t.Helper()
	v := newVolume()
	l := openOn(t, v, &Options{Key: key, SegmentBytes: -1})
	for s := range 2 + random.IntN(3) {
		if s > 0 {
			require.NoError(t, l.Seal(t.Context()))
		}
		for range 1 + random.IntN(5) {
			r := Record{Kind: KindOutcome, CallID: fmt.Sprint("c", random.IntN(100)), Outcome: "ok", Note: strings.Repeat("n", random.IntN(40))}
			if random.IntN(3) == 0 {
				r.Kind = KindIntent
			}
			require.NoError(t, l.Append(t.Context(), r))
		}
	}
	require.NoError(t, l.Close())
	return v.now()
}

// mutation changes one file and returns what it is now; nil: it makes no sense here.
type mutation func(random *rand.Rand, lines []string, alien []string) []string

func mutations() map[string]mutation {
	replace := func(lines []string, i int, with string) []string {
		return append(append(append([]string{}, lines[:i]...), with), lines[i+1:]...)
	}
	return map[string]mutation{
		"bit flipped": func(random *rand.Rand, lines []string, _ []string) []string {
			i := random.IntN(len(lines))
			b := []byte(lines[i])
			b[random.IntN(len(b))] ^= 1 << random.IntN(8)
			return replace(lines, i, string(b))
		},
		"byte set": func(random *rand.Rand, lines []string, _ []string) []string {
			i := random.IntN(len(lines))
			b := []byte(lines[i])
			b[random.IntN(len(b))] = byte(random.IntN(256))
			return replace(lines, i, string(b))
		},
		"line removed": func(random *rand.Rand, lines []string, _ []string) []string {
			i := random.IntN(len(lines))
			return append(append([]string{}, lines[:i]...), lines[i+1:]...)
		},
		"line repeated": func(random *rand.Rand, lines []string, _ []string) []string {
			i := random.IntN(len(lines))
			return replace(lines, i, lines[i]+lines[i])
		},
		"lines swapped": func(random *rand.Rand, lines []string, _ []string) []string {
			i, j := random.IntN(len(lines)), random.IntN(len(lines))
			return replace(replace(lines, i, lines[j]), j, lines[i])
		},
		"line inserted": func(random *rand.Rand, lines []string, alien []string) []string {
			i := random.IntN(len(lines))
			return replace(lines, i, alien[random.IntN(len(alien))]+lines[i])
		},
		"field edited, plain hash anew": func(random *rand.Rand, lines []string, _ []string) []string {
			i := random.IntN(len(lines))
			r, err := ParseRecord([]byte(strings.TrimSuffix(lines[i], "\n")))
			if err != nil {
				return nil
			}
			r.Outcome, r.Hash = "denied", ""
			line, err := r.AppendJSON(nil)
			if err != nil {
				return nil
			}
			sum := sha256.Sum256(line)
			r.Hash = hex.EncodeToString(sum[:])
			line, _ = r.AppendJSON(nil)
			return replace(lines, i, string(line)+"\n")
		},
		"truncated": func(random *rand.Rand, lines []string, _ []string) []string {
			return append([]string{}, lines[:random.IntN(len(lines))]...)
		},
		"spliced": func(random *rand.Rand, lines []string, alien []string) []string {
			i := random.IntN(min(len(lines), len(alien)))
			return append(append([]string{}, lines[:i]...), alien[i:]...)
		},
		"replaced": func(_ *rand.Rand, _ []string, alien []string) []string { return append([]string{}, alien...) },
	}
}

// 1,000 untouched logs are accepted; more than 10,000 mutations of them are all found, at the right record.
func TestMutationsOfSegmentedLogs(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	key, other := []byte(strings.Repeat("k", minKey)), []byte(strings.Repeat("o", minKey))
	all, found := mutations(), map[string]int{}
	for range 1000 {
		good, alien := someLog(t, random, key), someLog(t, random, other)
		opts := &VerifyOptions{Key: key}
		_, err := Verify(good, opts)
		require.NoError(t, err, "untouched")
		d, err := readDirectory(good)
		require.NoError(t, err)
		for name, mutate := range all {
			n := d.segments[random.IntN(len(d.segments)-1)] // the last has no checkpoint: its tail may be cut unseen, see TestTailCut
			file := segmentName(n)
			before := good[file].Data
			lines := strings.SplitAfter(strings.TrimSuffix(string(before), "\n"), "\n")
			lines[len(lines)-1] += "\n"
			strange := strings.SplitAfter(strings.TrimSuffix(string(alien[segmentName(1)].Data), "\n"), "\n")
			strange[len(strange)-1] += "\n"
			after := []byte(strings.Join(mutate(random, lines, strange), ""))
			if bytes.Equal(before, after) {
				continue
			}
			bad := changed(good, file, after)
			_, err := Verify(bad, opts)
			var fault *VerifyError
			require.ErrorAs(t, err, &fault, "%s of %s", name, file)
			c, _, err := readCheckpoint(good, n)
			require.NoError(t, err)
			same := 0
			for same < min(len(before), len(after)) && before[same] == after[same] {
				same++
			}
			line := bytes.Count(before[:same], []byte("\n")) + 1
			if same == len(before) { // something stands behind the end: the line behind the last
				require.Contains(t, []string{file, checkpointName(n)}, fault.File, name)
			} else {
				require.Equal(t, file, fault.File, "%s: %v", name, fault)
				require.Equal(t, line, fault.Line, "%s: %v", name, fault)
				require.Equal(t, c.First+uint64(line)-1, fault.Seq, "%s: %v", name, fault)
			}
			found[name]++
		}
		n := d.checkpoints[random.IntN(len(d.checkpoints))]
		gone := changed(good, checkpointName(n), nil)
		_, err = Verify(gone, opts)
		require.Error(t, err, "checkpoint removed")
		found["checkpoint removed"]++
		text := bytes.Clone(good[checkpointName(n)].Data)
		text[random.IntN(len(text))] ^= 1 << random.IntN(8)
		_, err = Verify(changed(good, checkpointName(n), text), opts)
		require.Error(t, err, "checkpoint changed")
		found["checkpoint changed"]++
	}
	sum := 0
	for _, n := range found {
		sum += n
	}
	require.Greater(t, sum, 10_000, found)
	require.Len(t, found, len(all)+2)
	t.Logf("%d mutations found: %v", sum, found)
}

// changed is a copy of a log with one file changed; nil removes it.
func changed(m fstest.MapFS, name string, data []byte) fstest.MapFS {
	again := maps.Clone(m)
	delete(again, name)
	if data != nil {
		again[name] = &fstest.MapFile{Data: data}
	}
	return again
}
