package postgres

import (
	"errors"
	"reflect"

	"github.com/jackc/pgx/v5/pgtype"
)

var errDimensions = errors.New("the lists in the list are not of one length: an array of PostgreSQL has no gaps")

// grid collects the elements of lists of lists, which PostgreSQL has as one array of several dimensions.
type grid struct {
	elements []any
	lengths  []int32
}

// isGrid reports whether the elements of a list are lists as well.
func isGrid(list reflect.Value) bool {
	return list.Len() > 0 && isList(pointedAt(list.Index(0)))
}

func bindGrid(list reflect.Value) (any, error) {
	var g grid
	if err := g.add(list, 0); err != nil {
		return nil, err
	}
	all := 1
	array := pgtype.Array[any]{Elements: g.elements, Valid: true}
	for _, n := range g.lengths {
		all *= int(n)
		array.Dims = append(array.Dims, pgtype.ArrayDimension{Length: n, LowerBound: 1})
	}
	switch {
	case all != len(g.elements):
		return nil, errDimensions
	case all == 0:
		return []any{}, nil
	}
	return array, nil
}

func (g *grid) add(list reflect.Value, depth int) error {
	n := int32(list.Len()) //nolint:gosec // Options.MaxList bounds lists, and memory their elements
	if depth == len(g.lengths) {
		g.lengths = append(g.lengths, n)
	} else if g.lengths[depth] != n {
		return errDimensions
	}
	for i := range list.Len() {
		element := pointedAt(list.Index(i))
		if isList(element) {
			if err := g.add(element, depth+1); err != nil {
				return err
			}
			continue
		}
		bound, err := (engine{}).Bind(list.Index(i).Interface())
		if err != nil {
			return err
		}
		g.elements = append(g.elements, bound)
	}
	return nil
}
