package mcpgov

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// TestAnswerCacheBounds: 1,000 answers and 64 MiB, of which those go first that nobody has asked for longest.
func TestAnswerCacheBounds(t *testing.T) {
	t.Parallel()
	now := time.Unix(1, 0)
	key := func(i int) (k answerKey) {
		binary.BigEndian.PutUint64(k[:], uint64(i))
		return k
	}
	cache, err := newAnswerCache(&builder{key: make([]byte, minKey)}, nil)
	require.NoError(t, err)
	add := func(i, size int) {
		cache.add(&answer{key: key(i), body: make([]byte, size), ends: now.Add(time.Minute)})
		held := 0
		for _, element := range cache.kept {
			one, _ := element.Value.(*answer)
			held += one.size()
		}
		require.Equal(t, held, cache.bytes)
		require.Len(t, cache.kept, cache.order.Len())
	}
	for i := range 1001 {
		add(i, 100)
		if i == 500 {
			require.NotNil(t, cache.find(key(0), nil, now), "it is asked for, and stays")
		}
	}
	require.Len(t, cache.kept, maxAnswers)
	require.NotNil(t, cache.find(key(0), nil, now))
	require.Nil(t, cache.find(key(1), nil, now), "it made room")
	for i := range 40 {
		add(2000+i, 4<<20)
		require.LessOrEqual(t, cache.bytes, maxAnswerBytes)
	}
	require.NotNil(t, cache.find(key(2039), nil, now))
	require.Nil(t, cache.find(key(2000), nil, now))
	add(2039, 10)
	require.NotNil(t, cache.find(key(2039), nil, now), "the newer takes the older's place")
	add(3000, maxAnswerBytes)
	require.Nil(t, cache.find(key(3000), nil, now), "one answer does not drive out all others")
	require.NotNil(t, cache.find(key(2039), nil, now))

	require.Nil(t, cache.find(key(2039), []uint64{1}, now), "of an earlier generation")
	add(4000, 10)
	require.Nil(t, cache.find(key(4000), nil, now.Add(time.Minute)), "its time is over")
	require.NotContains(t, cache.kept, key(4000))

	bare, named := answer{}, answer{sources: []audit.Source{{Ref: "r", Tables: []string{"a", "b"}}}}
	require.Greater(t, named.size(), bare.size())
}
