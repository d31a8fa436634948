package dbt

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// constant is a number or a date; everything else is an SQL expression.
var constant = regexp.MustCompile(`^\s*(-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[-+][0-9:]+)?)?)\s*$`)

// condition is how dbt writes thresholds: "!= 0", ">10", ">= 5".
var condition = regexp.MustCompile(`^\s*(!=|<>|>=|>)\s*([0-9]{1,18})\s*$`)

// from returns the least number of failures that meets a condition; "" is dbt's "!= 0".
func from(text string) (int64, bool) {
	if strings.TrimSpace(text) == "" {
		return 1, true
	}
	m := condition.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(m[2], 10, 64)
	switch {
	case err != nil:
		return 0, false
	case m[1] == ">":
		return n + 1, true
	case m[1] == ">=":
		return n, n > 0
	}
	return 1, n == 0
}

// configure sets on a check what the test's config says.
func (t *test) configure(c *contract.Check) {
	warns, ok1 := from(t.conf.WarnIf)
	fails, ok2 := from(t.conf.ErrorIf)
	if !ok1 || !ok2 {
		t.wrong("its warn_if or error_if is neither != 0 nor > n nor >= n")
		return
	}
	if calc := strings.ToLower(strings.ReplaceAll(t.conf.FailCalc, " ", "")); calc != "" && calc != "count(*)" {
		t.wrong("its fail_calc is %s, not count(*)", t.conf.FailCalc)
		return
	}
	switch strings.ToLower(t.conf.Severity) {
	case "warn":
		c.Severity, c.Tolerate = contract.Warning, warns-1
	case "", "error":
		c.Tolerate = min(warns, fails) - 1
		if fails > warns {
			c.WarnUpTo = fails - 1
		}
	default:
		t.wrong("its severity is %q", t.conf.Severity)
	}
	if templated(t.conf.Where) {
		t.wrong("its where is a template that dbt has still to render")
	}
	if t.conf.Where != "" && c.Where != "" {
		for _, each := range []string{t.conf.Where, c.Where} {
			if err := whole(each); err != nil {
				t.wrong("its where: %w", err)
			}
		}
		c.Where = "(\n" + t.conf.Where + "\n) AND (\n" + c.Where + "\n)"
	} else if t.conf.Where != "" {
		c.Where = t.conf.Where
	}
}
