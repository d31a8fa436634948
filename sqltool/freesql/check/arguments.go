package check

import (
	"math"
	"strings"
)

const (
	maxText = 10_000 // characters that one call with constant arguments may make
	maxList = 10_000 // elements that one call with constant arguments may make
)

// arguments judges the arguments of built-ins that can make much out of little. One call of a scalar function cannot be interrupted, so what
// bounds it must stand in the statement.
func (c *checker) arguments(name string, args []any) {
	switch name {
	case "repeat":
		c.repeat(args)
	case "lpad", "rpad":
		if n, ok := constantInteger(at(args, 1)); !ok || n > 1000 {
			c.tooMuch(name, "give the length as a number up to 1000")
		}
	case "range", "generate_series":
		c.series(name, args)
	case "printf", "format":
		if format, ok := constantText(at(args, 0)); !ok || strings.Contains(format, "*") || longNumber(format) || nestedBraces(format) {
			c.tooMuch(name, "give the format as a text, with widths up to 999")
		}
	case "replace":
		_, from := constantText(at(args, 1))
		if to, ok := constantText(at(args, 2)); !ok || !from && len(to) > 1 { // one character for one or more makes nothing longer
			c.tooMuch(name, "give what to replace and its replacement as texts")
		}
	case "regexp_replace":
		_, pattern := constantText(at(args, 1))
		if _, to := constantText(at(args, 2)); !pattern || !to {
			c.tooMuch(name, "give the pattern and its replacement as texts")
		}
	case "list_aggregate", "list_aggr", "array_aggregate", "array_aggr", "aggregate":
		inner, ok := constantText(at(args, 1))
		inner = fold(inner)
		allow, named := c.rules.Functions[inner]
		if !ok || !builtin(inner) || c.rules.Defined[inner] || named && !allow {
			c.refuse(CodeArgument, "the aggregate that "+name+" is to use is not one that may be called here", "name it as a text, such as 'sum'")
		}
	}
}

// at is an argument, nil if there are not so many.
func at(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return nil
}

func (c *checker) tooMuch(name, hint string) {
	c.refuse(CodeArgument, "what the call of "+name+" makes is not bounded by the statement", hint)
}

// repeat judges repeat(text, times).
func (c *checker) repeat(args []any) {
	text, ok := constantText(at(args, 0))
	times, counted := constantInteger(at(args, 1))
	if !ok || !counted || times > maxText || int64(len(text))*times > maxText {
		c.tooMuch("repeat", "give the text and the count as constants that make up to 10000 characters")
		return
	}
}

// series judges range and generate_series where they make a list. In FROM they make rows, which a limit bounds.
func (c *checker) series(name string, args []any) {
	bounds, ok := wholeNumbers(args)
	if !ok {
		c.tooMuch(name, "give its bounds as whole numbers, or use it in FROM")
		return
	}
	length := seriesLength(bounds)
	if length > maxList || math.IsNaN(length) || math.IsInf(length, 0) {
		c.tooMuch(name, "make lists of up to 10000 elements, or use it in FROM")
	}
}

// wholeNumbers reads arguments that are whole numbers.
func wholeNumbers(args []any) ([]int64, bool) {
	var all []int64
	for _, arg := range args {
		n, ok := signedInteger(arg)
		if !ok {
			return nil, false
		}
		all = append(all, n)
	}
	return all, true
}

// seriesLength is how many elements range(bounds...) has, about.
func seriesLength(bounds []int64) float64 {
	switch len(bounds) {
	case 1:
		return float64(bounds[0])
	case 2:
		return float64(bounds[1]) - float64(bounds[0])
	case 3:
		return (float64(bounds[1]) - float64(bounds[0])) / float64(bounds[2]) // a step of 0 makes it infinite
	}
	return 0
}

// signedInteger reads a whole number that may have a minus before it.
func signedInteger(v any) (int64, bool) {
	if o, _ := v.(object); o["class"] == "FUNCTION" && o["function_name"] == "-" {
		args, _ := o["children"].([]any)
		n, ok := constantInteger(at(args, 0))
		return -n, ok && len(args) == 1
	}
	return constantInteger(v)
}

// longNumber reports whether a format has a number of more than three digits.
func longNumber(format string) bool {
	digits := 0
	for _, ch := range format {
		if digits++; ch < '0' || ch > '9' {
			digits = 0
		}
		if digits > 3 {
			return true
		}
	}
	return false
}

// nestedBraces reports whether a format takes a width from an argument: {:{}}.
func nestedBraces(format string) bool {
	depth := 0
	for _, ch := range strings.ReplaceAll(strings.ReplaceAll(format, "{{", ""), "}}", " ") {
		switch ch {
		case '{':
			if depth++; depth > 1 {
				return true
			}
		case '}':
			depth = max(0, depth-1)
		}
	}
	return false
}
