package contract

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// maxProbes is how many checks one scan answers: databases bound the columns of a result and the parameters of a query.
const maxProbes = 100

// scan answers the checks that one pass over the table can answer, and counts its rows.
func (v *visit) scan(ctx context.Context, checks []int) {
	for first := true; first || len(checks) > 0; first = false {
		some := checks[:min(len(checks), maxProbes)]
		checks = checks[len(some):]
		if err := v.pass(ctx, some); err == nil || len(some) < 2 || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			continue // one by one they would take still longer
		}
		// Something in it failed. Each by itself, so that the others are answered and the culprit is known.
		for _, i := range some {
			_ = v.pass(ctx, []int{i}) // the check says so itself
		}
	}
}

// pass runs one scan. If the query fails its checks say so, and the error is returned.
func (v *visit) pass(ctx context.Context, checks []int) error {
	begun := time.Now()
	s := &statement{dialect: v.plan.options.Dialect}
	columns := []string{"COUNT(*)"}
	var asked []int
	var probes []probe
	for _, i := range checks {
		mark := len(s.args)
		p, err := s.probe(&v.contract.checks[i], v.columns)
		if err != nil {
			s.args = s.args[:mark]
			v.errored(i, err.Error(), err, 0)
			continue
		}
		columns = append(columns, p.sql...)
		probes, asked = append(probes, p), append(asked, i)
	}
	values, err := v.plan.session.one(ctx, "SELECT "+strings.Join(columns, ", ")+v.from(), s.args)
	took := time.Since(begun)
	if err == nil {
		v.rows, err = whole(values[0])
	}
	if err != nil {
		for _, i := range asked {
			v.errored(i, "it could not be run"+reason(err), err, took)
		}
		return err
	}
	values = values[1:]
	for n, p := range probes {
		f, err := p.read(values[:len(p.sql)], begun)
		values = values[len(p.sql):]
		if err != nil {
			v.errored(asked[n], err.Error(), err, took)
			continue
		}
		v.found(asked[n], f, took)
	}
	return nil
}

// sample selects the keys of failing rows, where somebody asked for them.
func (v *visit) sample(ctx context.Context) {
	if v.plan.options.Samples == 0 || len(v.contract.Key) == 0 {
		return
	}
	var key []string
	for _, column := range v.contract.Key {
		if !v.columns.has(column) {
			return
		}
		key = append(key, sqltext.Identifier(column))
	}
	for i := range v.results {
		c, r := &v.contract.checks[i], &v.results[i]
		if r.Status != Failed && r.Status != Warned {
			continue
		}
		s := &statement{dialect: v.plan.options.Dialect}
		condition, err := v.failing(s, c)
		if err != nil || condition == "" {
			continue
		}
		text := "SELECT " + strings.Join(key, ", ") + v.from(c.Where)
		if v.contract.Where == "" && c.Where == "" {
			text += " WHERE " + condition
		} else {
			text += " AND " + condition
		}
		var samples [][]string
		limit := s.bind(int64(v.plan.options.Samples))
		if err := v.plan.session.rows(ctx, text+" LIMIT "+limit, s.args, maxSamples, func(values []any) error {
			samples = append(samples, shown(values))
			return nil
		}); err == nil { // a sample is a courtesy: the result stands without it
			r.Samples = samples
		}
	}
}
