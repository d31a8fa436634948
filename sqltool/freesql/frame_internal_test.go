package freesql

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFrames(t *testing.T) {
	t.Parallel()
	var pipe bytes.Buffer
	require.NoError(t, send(&pipe, question{SQL: "SELECT 1"}))
	require.NoError(t, writeFrame(&pipe, nil))
	require.NoError(t, writeFrame(&pipe, bytes.Repeat([]byte("x"), 1000)))
	var q question
	require.NoError(t, receive(&pipe, &q))
	require.Equal(t, "SELECT 1", q.SQL)
	empty, err := readFrame(&pipe, 10)
	require.NoError(t, err)
	require.Empty(t, empty)
	_, err = readFrame(&pipe, 999)
	require.ErrorContains(t, err, "announces 1000 bytes, at most 999")
	_, err = readFrame(bytes.NewReader([]byte{0, 0, 0, 9, 'x'}), 10)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// FuzzReceive reads what a worker gone wrong may send: nothing but an answer or an error comes of it, and no more memory than was sent.
func FuzzReceive(f *testing.F) {
	var sample bytes.Buffer
	require.NoError(f, send(&sample, reply{Columns: []Column{{"a", "INTEGER"}}, RowCount: 1, Refused: busy()}))
	f.Add(sample.Bytes())
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0, 0, 0, 2, '{', '}'})
	f.Fuzz(func(t *testing.T, sent []byte) {
		var r reply
		if receive(bytes.NewReader(sent), &r) == nil {
			_, err := json.Marshal(r)
			require.NoError(t, err)
		}
	})
}

// Values arrive in a worker as they were given, to the digit and with their type.
func TestValuesTravel(t *testing.T) {
	t.Parallel()
	var nothing *string
	given := Values{
		"text": "a'b", "int": int64(math.MaxInt64), "uint": uint64(math.MaxUint64), "float": 0.1, "bool": true, "null": nil, "pointer": nothing,
		"time": time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), "list": []string{"a", "b"}, "none": []int{},
	}
	text, err := json.Marshal(given)
	require.NoError(t, err)
	var got Values
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, Values{
		"text": "a'b", "int": int64(math.MaxInt64), "uint": uint64(math.MaxUint64), "float": 0.1, "bool": true, "null": nil, "pointer": nil,
		"time": time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), "list": []any{"a", "b"}, "none": []any{},
	}, got)
	_, err = json.Marshal(Values{"odd": map[string]int{}})
	require.ErrorContains(t, err, "the value of $odd")
	require.Error(t, json.Unmarshal([]byte(`{"x":{"kind":"odd"}}`), &got))
}
