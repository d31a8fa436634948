package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// scalarFault refuses what no column holds.
func scalarFault(v any) error {
	switch v := v.(type) {
	case nil:
		return errors.New("it is NULL: whether NULL may be there says not_null")
	case string:
		if strings.ContainsRune(v, 0) || !utf8.ValidString(v) {
			return errors.New("the text holds NUL or is no UTF-8")
		}
		return nil
	case bool, time.Time:
		return nil
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64, json.Number:
		_, err := number(v)
		return err
	}
	return fmt.Errorf("a %T is no text, number, boolean or date", v)
}

// fault says what is wrong with a range.
func (r *Range) fault(kind Kind) error {
	if r.Min == nil && r.Above == nil && r.Max == nil && r.Below == nil {
		return errors.New("the range has no bound: write min, max, above or below")
	}
	if r.Min != nil && r.Above != nil {
		return errors.New("the range has min and above: write one")
	}
	if r.Max != nil && r.Below != nil {
		return errors.New("the range has max and below: write one")
	}
	for _, bound := range []any{r.Min, r.Above, r.Max, r.Below} {
		if bound == nil {
			continue
		}
		if _, ok := bound.(bool); ok {
			return errors.New("the range has a bound that is a boolean: write a number or a date")
		}
		if err := scalarFault(bound); err != nil {
			return fmt.Errorf("the range: %w", err)
		}
		if _, err := number(bound); err != nil && kind != InRange {
			return fmt.Errorf("the range of a check of kind %s has a bound that is no number", kind)
		}
	}
	return r.emptiness()
}

// emptiness refuses a range nothing is in, where its bounds can be compared.
func (r *Range) emptiness() error {
	low, high := r.Min, r.Max
	open := r.Above != nil || r.Below != nil
	if r.Above != nil {
		low = r.Above
	}
	if r.Below != nil {
		high = r.Below
	}
	if low == nil || high == nil {
		return nil
	}
	compared := -1
	if a, err := number(low); err == nil {
		if b, err := number(high); err == nil {
			compared = a.Cmp(b)
		}
	} else if a, err := instant(low); err == nil {
		if b, err := instant(high); err == nil {
			compared = a.Compare(b)
		}
	}
	if compared > 0 || compared == 0 && open {
		return errors.New("the range is empty: no value is in it")
	}
	return nil
}

// clone shares no list with c.
func (c Contract) clone() Contract {
	c.Key, c.DependsOn = slices.Clone(c.Key), slices.Clone(c.DependsOn)
	c.Columns, c.Checks = slices.Clone(c.Columns), slices.Clone(c.Checks)
	for i := range c.Columns {
		column := &c.Columns[i]
		column.Range, column.Length, column.References = column.Range.clone(), column.Length.clone(), column.References.clone()
		column.Accepted = slices.Clone(column.Accepted)
	}
	for i := range c.Checks {
		check := &c.Checks[i]
		check.Range, check.References = check.Range.clone(), check.References.clone()
		check.Columns, check.Values = slices.Clone(check.Columns), slices.Clone(check.Values)
	}
	return c
}

func (r *Range) clone() *Range {
	if r == nil {
		return nil
	}
	c := *r
	return &c
}

func (r *Reference) clone() *Reference {
	if r == nil {
		return nil
	}
	c := *r
	c.Columns = slices.Clone(r.Columns)
	return &c
}
