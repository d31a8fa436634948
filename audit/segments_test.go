package audit_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

func testSigner(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune('a'+seed)), ed25519.SeedSize)))
}

func publicKey(t testing.TB, k ed25519.PrivateKey) ed25519.PublicKey {
	t.Helper()
	public, ok := k.Public().(ed25519.PublicKey)
	require.True(t, ok)
	return public
}

// segmented writes a log of four segments: 3 records, none, 3, and 2 that are not sealed.
func segmented(t testing.TB, dir string, opts audit.Options) {
	t.Helper()
	log, err := audit.Open(dir, &opts)
	require.NoError(t, err)
	for i := range 8 {
		kind := audit.KindOutcome
		if i == 1 || i == 4 {
			kind = audit.KindIntent
		}
		require.NoError(t, log.Append(context.Background(), audit.Record{Kind: kind, CallID: fmt.Sprint("c", i), Time: time.Unix(1_900_000_000, 0)}))
		if i == 2 {
			require.NoError(t, log.Seal(context.Background()))
		}
		if i == 2 || i == 5 {
			require.NoError(t, log.Seal(context.Background()))
		}
	}
	require.NoError(t, log.Close())
}

// inMemory copies a log directory.
func inMemory(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		all[e.Name()] = &fstest.MapFile{Data: data}
	}
	return all
}

func TestSegmentsAndCheckpoints(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	signer := testSigner(0)
	var kept witness
	segmented(t, dir, audit.Options{Key: testKey("k"), Signer: signer, Checkpoints: &kept})
	all, err := audit.Segments(os.DirFS(dir))
	require.NoError(t, err)
	require.Len(t, all, 4)
	var shape []string
	for _, s := range all {
		if s.Checkpoint == nil {
			shape = append(shape, s.Name)
			continue
		}
		c := s.Checkpoint
		shape = append(shape, fmt.Sprintf("%s %d-%d %v", s.Name, c.First, c.Last, c.Unfinished))
		require.Equal(t, all[0].Checkpoint.Log, c.Log)
		require.Equal(t, s.Size, c.Size)
		require.NotEmpty(t, c.Signature)
	}
	require.Equal(t, []string{"audit-000001.jsonl 1-3 [c1]", "audit-000002.jsonl 4-3 [c1]", "audit-000003.jsonl 4-6 [c1 c4]", "audit-000004.jsonl"}, shape)
	require.Len(t, kept.got, 3, "all checkpoints were sent")

	sum, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: testKey("k"), PublicKey: publicKey(t, signer), Witness: kept.got})
	require.NoError(t, err)
	require.EqualValues(t, 8, sum.Records)
	require.EqualValues(t, 1, sum.FirstSeq)
	require.EqualValues(t, 6, sum.Sealed)
	require.Equal(t, 4, sum.Segments)
	require.Equal(t, all[0].Checkpoint.PublicKey, sum.SignedBy)
	_, err = audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: testKey("k"), PublicKey: publicKey(t, testSigner(1))})
	require.ErrorContains(t, err, "audit-000001.checkpoint.json:1: record 1: checkpoint: it is signed by another key")

	// It goes on behind the last segment, and finds the calls that nobody ended in two earlier ones.
	log := openLog(t, dir, &audit.Options{Key: testKey("k"), Signer: signer})
	require.NoError(t, log.Close())
	sum, err = audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: testKey("k")})
	require.NoError(t, err)
	require.EqualValues(t, 10, sum.Records)
	require.Empty(t, sum.Unfinished)
	got := slices.Collect(maps.Keys(unknowns(t, dir)))
	require.ElementsMatch(t, []string{"c1", "c4"}, got)
}

// unknowns are the notes of outcomes that recovery wrote, by call.
func unknowns(t testing.TB, dir string) map[string]string {
	t.Helper()
	notes := map[string]string{}
	for r, err := range audit.Records(os.DirFS(dir)) {
		require.NoError(t, err)
		if r.Outcome == audit.OutcomeUnknown {
			require.Empty(t, notes[r.CallID], "one outcome for each")
			notes[r.CallID] = r.Note
		}
	}
	return notes
}

// witness keeps checkpoints; it can be made to fail.
type witness struct {
	mu    sync.Mutex
	got   []audit.Checkpoint
	fails int
}

func (w *witness) TakeCheckpoint(_ context.Context, c audit.Checkpoint) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails > 0 {
		w.fails--
		return errors.New("not now")
	}
	w.got = append(w.got, c)
	return nil
}

func (w *witness) segments() (numbers []int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.got {
		numbers = append(numbers, c.Segment)
	}
	return numbers
}

func TestSegmentsBySize(t *testing.T) {
	t.Parallel()
	for _, mode := range []audit.SyncMode{audit.SyncGroup, audit.SyncEach, audit.AsyncUnsafe} {
		dir := t.TempDir()
		log := openLog(t, dir, &audit.Options{Sync: mode, SegmentBytes: 4000})
		var wg sync.WaitGroup
		for c := range 8 {
			wg.Go(func() {
				for i := range 40 {
					if err := log.Append(context.Background(), audit.Record{Kind: audit.KindOutcome, CallID: fmt.Sprint(c, ".", i), Note: strings.Repeat("x", 100)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		require.NoError(t, log.Close())
		sum, err := audit.Verify(os.DirFS(dir), nil)
		require.NoError(t, err)
		require.EqualValues(t, 320, sum.Records)
		if mode == audit.AsyncUnsafe {
			require.NotZero(t, sum.Segments) // its writes are large
			continue
		}
		require.Greater(t, sum.Segments, 10)
	}
}

// A segment ends with its time, records or not; a process that was away seals when it is back.
func TestSegmentsByTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		kept := witness{fails: 3}
		opts := &audit.Options{SegmentAge: time.Hour, Checkpoints: &kept}
		log := openLog(t, dir, opts)
		require.NoError(t, log.Append(t.Context(), audit.Record{Note: "first", Time: time.Now()}))
		<-time.After(3*time.Hour + time.Minute)
		synctest.Wait()
		require.Equal(t, []int{1, 2, 3}, kept.segments(), "also those the sink would not take at first")
		require.NoError(t, log.Append(t.Context(), audit.Record{Note: "second", Time: time.Now()}))
		require.NoError(t, log.Close())
		<-time.After(5 * time.Hour)
		log = openLog(t, dir, opts)
		synctest.Wait()
		require.NoError(t, log.Close())
		all, err := audit.Segments(os.DirFS(dir))
		require.NoError(t, err)
		require.Len(t, all, 5)
		require.EqualValues(t, 1, all[1].Checkpoint.Last, "an hour without records is sealed too")
		require.EqualValues(t, 2, all[1].Checkpoint.First)
		require.Equal(t, time.Hour, all[1].Checkpoint.Sealed.Sub(all[1].Checkpoint.Begun))
		require.EqualValues(t, 2, all[3].Checkpoint.Last)
		sum, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Witness: kept.got})
		require.NoError(t, err)
		require.EqualValues(t, 2, sum.Records)
	})
}

// Whatever is done to the files of a segmented log is found, and named.
func TestTamperedDirectories(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	key, signer := testKey("k"), testSigner(0)
	var kept witness
	segmented(t, dir, audit.Options{Key: key, Signer: signer, Checkpoints: &kept})
	aside := openLog(t, other, &audit.Options{Key: key, Signer: signer})
	require.NoError(t, aside.Append(t.Context(), audit.Record{Note: "another log"}))
	require.NoError(t, aside.Close())
	segmented(t, other, audit.Options{Key: key, Signer: signer})
	good, alien := inMemory(t, dir), inMemory(t, other)
	opts := &audit.VerifyOptions{Key: key, PublicKey: publicKey(t, signer)}
	outside := *opts
	outside.Witness = kept.got
	const s1, s2, s3, s4 = "audit-000001.jsonl", "audit-000002.jsonl", "audit-000003.jsonl", "audit-000004.jsonl"
	const c1, c2, c3 = "audit-000001.checkpoint.json", "audit-000002.checkpoint.json", "audit-000003.checkpoint.json"
	cut := func(f *fstest.MapFile, lines int) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.Join(strings.SplitAfter(string(f.Data), "\n")[:lines], ""))}
	}
	for name, c := range map[string]struct {
		do   func(m fstest.MapFS)
		opts *audit.VerifyOptions
		want string
	}{
		"segment removed":              {func(m fstest.MapFS) { delete(m, s1) }, opts, "audit-000001.jsonl:1: record 1: segments 1 to 1 are missing, and no record says"},
		"middle segment removed":       {func(m fstest.MapFS) { delete(m, s3) }, opts, "audit-000003.jsonl:1: record 4: segment audit-000003.jsonl is missing"},
		"first with its checkpoint":    {func(m fstest.MapFS) { delete(m, s1); delete(m, c1) }, opts, "segment audit-000001.jsonl and its checkpoint are missing"},
		"first two with checkpoints":   {func(m fstest.MapFS) { delete(m, s1); delete(m, c1); delete(m, s2); delete(m, c2) }, opts, "audit-000002.jsonl and its checkpoint are missing"},
		"empty segment removed":        {func(m fstest.MapFS) { delete(m, s2) }, opts, "audit-000002.jsonl:1: record 4: segment audit-000002.jsonl is missing"},
		"checkpoint removed":           {func(m fstest.MapFS) { delete(m, c1) }, opts, "audit-000001.checkpoint.json:1: record 1: the checkpoint is missing"},
		"checkpoint of none removed":   {func(m fstest.MapFS) { delete(m, c2) }, opts, "audit-000002.checkpoint.json:1: record 4: the checkpoint is missing"},
		"last checkpoint removed":      {func(m fstest.MapFS) { delete(m, c3) }, opts, "audit-000003.checkpoint.json:1"},
		"segments swapped":             {func(m fstest.MapFS) { m[s1], m[s3] = m[s3], m[s1] }, opts, "audit-000001.jsonl:1: record 1: found record 4 here"},
		"checkpoints swapped":          {func(m fstest.MapFS) { m[c1], m[c2] = m[c2], m[c1] }, opts, "audit-000001.checkpoint.json:1: record 1: this is the checkpoint of segment 2"},
		"segment truncated":            {func(m fstest.MapFS) { m[s1] = cut(m[s1], 2) }, opts, "audit-000001.jsonl:3: record 3: the segment ends here, but its checkpoint says that it goes on to record 3"},
		"segment emptied":              {func(m fstest.MapFS) { m[s3] = cut(m[s3], 0) }, opts, "audit-000003.jsonl:1: record 4: the segment ends here"},
		"record moved on":              {func(m fstest.MapFS) { m[s2] = cut(m[s3], 1) }, opts, "audit-000002.checkpoint.json:1: record 4: the segment ends with record 4"},
		"segment of another log":       {func(m fstest.MapFS) { m[s3] = alien[s3] }, opts, "audit-000003.jsonl:1: record 4: found record 5 here"},
		"checkpoint of another log":    {func(m fstest.MapFS) { m[c1] = alien[c1] }, opts, "audit-000001.jsonl:4: record 4: the segment ends here"},
		"checkpoint edited":            {func(m fstest.MapFS) { m[c1] = edit(m[c1], `"unfinished":["c1"],`, "") }, opts, "checkpoint: its mac does not fit"},
		"checkpoint not JSON":          {func(m fstest.MapFS) { m[c1] = edit(m[c1], `{`, "[") }, opts, "not a checkpoint"},
		"checkpoint unsigned":          {func(m fstest.MapFS) { m[c1] = reseal(t, m[c1], key, nil) }, opts, "checkpoint: it is not signed"},
		"checkpoint signed by another": {func(m fstest.MapFS) { m[c1] = reseal(t, m[c1], key, testSigner(3)) }, opts, "checkpoint: it is signed by another key"},
		"tail cut at a checkpoint":     {func(m fstest.MapFS) { delete(m, s4); delete(m, c3); m[s3] = cut(m[s3], 1) }, &outside, "record 6 was seen outside: the end was cut off"},
		"tail segment removed":         {func(m fstest.MapFS) { delete(m, s4); delete(m, s3); delete(m, c3) }, &outside, "was seen outside: the end was cut off"},
		"resealed by who has the keys": {func(m fstest.MapFS) { m[c2] = later(t, m[c2], key, signer) }, &outside, "another one was seen outside for this segment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := maps.Clone(good)
			c.do(m)
			_, err := audit.Verify(m, c.opts)
			var bad *audit.VerifyError
			require.ErrorAs(t, err, &bad)
			require.ErrorContains(t, err, c.want)
		})
	}
	_, err := audit.Verify(good, &outside)
	require.NoError(t, err)
}

func edit(f *fstest.MapFile, from, to string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(strings.Replace(string(f.Data), from, to, 1))}
}

// reseal signs a checkpoint again; later dates it a day later before.
func reseal(t testing.TB, f *fstest.MapFile, key []byte, signer crypto.Signer) *fstest.MapFile {
	t.Helper()
	c, err := audit.ParseCheckpoint(f.Data)
	require.NoError(t, err)
	line, err := c.Reseal(key, signer)
	require.NoError(t, err)
	return &fstest.MapFile{Data: append(line, '\n')}
}

func later(t testing.TB, f *fstest.MapFile, key []byte, signer crypto.Signer) *fstest.MapFile {
	t.Helper()
	c, err := audit.ParseCheckpoint(f.Data)
	require.NoError(t, err)
	c.Sealed = c.Sealed.Add(24 * time.Hour)
	line, err := c.Reseal(key, signer)
	require.NoError(t, err)
	return &fstest.MapFile{Data: append(line, '\n')}
}
