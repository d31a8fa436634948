package audit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// sealedThrice is a plain log of three sealed segments, the last one without records, and its checkpoints.
func sealedThrice(t *testing.T) (*memoryVolume, []Checkpoint) {
	t.Helper()
	v := newVolume()
	l := openOn(t, v, nil)
	for n := range 3 {
		if n < 2 {
			require.NoError(t, l.Append(t.Context(), Record{Kind: KindOutcome, CallID: "c"}))
		}
		require.NoError(t, l.Seal(t.Context()))
	}
	require.NoError(t, l.Close())
	var all []Checkpoint
	for n := range 3 {
		c, _, err := readCheckpoint(v.now(), n+1)
		require.NoError(t, err)
		all = append(all, *c)
	}
	return v, all
}

// A period without records that was seen outside cannot be cut off either.
func TestEmptyPeriodCutOff(t *testing.T) {
	t.Parallel()
	v, seen := sealedThrice(t)
	opts := &VerifyOptions{Witness: seen}
	_, err := Verify(v.now(), opts)
	require.NoError(t, err)
	cut := changed(changed(v.now(), segmentName(4), nil), checkpointName(3), nil)
	_, err = Verify(cut, opts)
	require.ErrorContains(t, err, "a checkpoint of segment 3 was seen outside: the end was cut off")
	_, err = Verify(changed(cut, segmentName(3), nil), opts)
	require.ErrorContains(t, err, "a checkpoint of segment 3 was seen outside: the end was cut off")
}

// What a checkpoint says of its place is compared with the records, also in a plain log and if no checkpoint follows that names its digest.
func TestLastCheckpointEdited(t *testing.T) {
	t.Parallel()
	v, all := sealedThrice(t)
	for name, edit := range map[string]func(c *Checkpoint){
		"first": func(c *Checkpoint) { c.First = 1 },
		"prev":  func(c *Checkpoint) { c.Prev = genesis },
		"log":   func(c *Checkpoint) { c.Log = "x" },
		"size":  func(c *Checkpoint) { c.Size++ },
		"hash":  func(c *Checkpoint) { c.Hash = genesis },
		"open":  func(c *Checkpoint) { c.Unfinished = []string{"c"} },
	} {
		c := all[2]
		edit(&c)
		line, err := c.line()
		require.NoError(t, err)
		_, err = Verify(changed(v.now(), checkpointName(3), append(line, '\n')), nil)
		var bad *VerifyError
		require.ErrorAs(t, err, &bad, name)
		require.Equal(t, checkpointName(3), bad.File, name)
		require.EqualValues(t, 3, bad.Seq, name)
	}
	_, err := Verify(changed(v.now(), checkpointName(3), []byte("{}\n")), nil)
	var bad *VerifyError
	require.ErrorAs(t, err, &bad)
	require.EqualValues(t, 3, bad.Seq, "also of what is no checkpoint")
}
