package postgres_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/postgres"
)

// TestNaNInList shows that what stands beside a NaN in a list is not lost with it.
func TestNaNInList(t *testing.T) {
	t.Parallel()
	db := newServer(t).db(t, sqltool.Options{})
	type row struct {
		V *[]float64 `json:"v"`
	}
	var got row
	require.ErrorContains(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "x", SQL: "SELECT ARRAY[1, 'NaN'::float8] AS v"}, nil, &got), "NaN")
	require.Nil(t, got.V)
}

// TestBoxes shows the one type whose arrays have no commas between their elements.
func TestBoxes(t *testing.T) {
	t.Parallel()
	db := newServer(t).db(t, sqltool.Options{})
	type row struct {
		V []string `json:"v"`
	}
	var got row
	require.NoError(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "x", SQL: "SELECT ARRAY[box '(1,1),(0,0)', box '(2,2),(1,1)'] AS v"}, nil, &got))
	require.Equal(t, []string{"(1,1),(0,0)", "(2,2),(1,1)"}, got.V)
}

// TestUnsigned shows that the largest whole number of Go is bound as it is.
func TestUnsigned(t *testing.T) {
	t.Parallel()
	db := newServer(t).db(t, sqltool.Options{})
	type in struct {
		V uint64 `json:"v"`
	}
	type one struct {
		V string `json:"v"`
	}
	var got one
	require.NoError(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "x", SQL: "SELECT ($v::numeric)::text AS v"}, in{math.MaxUint64}, &got))
	require.Equal(t, "18446744073709551615", got.V)
}

// TestWiderThanChecked shows that a column that has become wider than when its statement was checked is not rounded.
func TestWiderThanChecked(t *testing.T) {
	t.Parallel()
	engine, ok := postgres.Engine().(sqltool.Decoder)
	require.True(t, ok)
	for _, value := range []any{0.1, float64(float32(0.1))} {
		got, err := engine.Decode(sqltool.Column{Type: "real"}, value)
		require.NoError(t, err)
		if value == 0.1 {
			require.IsType(t, float64(0), got)
		} else {
			require.IsType(t, float32(0), got)
		}
	}
}
