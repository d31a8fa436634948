package fields_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// TestFieldsSayAllThatTheirTagsSay: names, options, labels and where a promoted field comes from.
func TestFieldsSayAllThatTheirTagsSay(t *testing.T) {
	t.Parallel()
	type record struct {
		*Exported
		ID      string        `json:"id"`
		When    time.Time     `json:"when,omitzero"`
		Score   int           `json:"score,string,omitempty" gov:"sensitive,unit=points"`
		Timeout time.Duration `json:"timeout"`
		Plain   []string
	}
	s, err := fields.Of(reflect.TypeFor[***record]())
	require.NoError(t, err, "pointers are looked through")
	require.Equal(t, reflect.TypeFor[record](), s.Type)
	require.Equal(t, []string{"Shown", "id", "when", "score", "timeout", "Plain"}, s.Names())

	shown, ok := s.ByName("Shown")
	require.True(t, ok)
	require.Equal(t, []int{0, 0}, shown.Index)
	require.Equal(t, "Exported.Shown", shown.GoName)
	score, ok := s.ByName("score")
	require.True(t, ok)
	require.Equal(t, "Score", score.GoName)
	require.True(t, score.Optional)
	require.True(t, score.Quoted)
	require.Equal(t, fields.Text, score.Kind, "of what is written, not of what Go holds")
	require.Equal(t, reflect.TypeFor[int](), score.Type)
	require.Equal(t, fields.Gov{Labels: []string{"sensitive"}, Unit: "points"}, score.Gov)
	require.Equal(t, `sensitive,unit=points`, score.Tag.Get("gov"))
	when, _ := s.ByName("when")
	require.True(t, when.Optional)
	id, _ := s.ByName("id")
	require.False(t, id.Optional)
	_, ok = s.ByName("ID")
	require.False(t, ok, "names are exact")
}

func TestOfRefuses(t *testing.T) {
	t.Parallel()
	_, err := fields.Of(reflect.TypeFor[[]Exported]())
	require.EqualError(t, err, "[]fields_test.Exported is not a struct")
	type wrong struct {
		Email string `json:"email" gov:"pii,mask=emial"`
		Exported
		Phone string `json:"phone" gov:"pi i"`
	}
	for range 2 { // a type with faults is not kept as one without
		_, err = fields.Of(reflect.TypeFor[wrong]())
		require.EqualError(t, err,
			`fields_test.wrong.Email: gov tag: mask "emial" is not known (did you mean "email"?); `+
				"write one of redact, null, email, last4, first=N, last=N, hash, zero, year\n"+
				`fields_test.wrong.Phone: gov tag: label "pi i": write a word of letters, digits, '-', '_' or '.'`)
	}
}

// TestOfIsOneTablePerType: whoever asks, and at the same time as whom.
func TestOfIsOneTablePerType(t *testing.T) {
	t.Parallel()
	type fresh struct{ A, B, C int }
	tables := make([]*fields.Struct, 8)
	var all sync.WaitGroup
	for i := range tables {
		all.Go(func() { tables[i], _ = fields.Of(reflect.TypeFor[fresh]()) })
	}
	all.Wait()
	for _, table := range tables {
		require.NotNil(t, table)
		require.Same(t, tables[0], table)
	}
}
