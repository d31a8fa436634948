package check

import (
	"strings"
	"unicode/utf8"
)

// size is a bound on how much longer a value can be than what a table holds: 1 is a text of up to 100 characters, a list of up to 100
// elements, or whatever a column of a table holds. It is counted because one scalar call cannot be interrupted and its memory is not
// limited: a || a AS b, b || b AS c, and so on thirty times is a short statement and a text of many gigabytes.
//
// It is a rough count, meant to stop what grows out of all proportion: names stand for the largest column that was ever called so, and what
// an aggregate or a recursion collects is not counted, because how often it goes on is not known: a worker process bounds it, the server's own process does not.
type size float64

// maxSize is the largest value that a statement may make.
const maxSize size = 1000

func sizeOf(length int) size { return max(1, size(length)/100) }

func largest(sizes []size) size {
	n := size(1)
	for _, s := range sizes {
		n = max(n, s)
	}
	return n
}

func sum(sizes []size) size {
	n := size(0)
	for _, s := range sizes {
		n += s
	}
	return max(1, n)
}

// nested is the size of a value that holds values of the sizes given. Each level counts double, because hashing, comparing and copying a
// value takes the engine up to twice as long with each, and sixteen levels are seconds of one call.
func nested(sizes []size) size { return max(2*largest(sizes), sum(sizes)) }

// bounded refuses what is too large.
func (c *checker) bounded(name string, n size) size {
	c.growing++
	if n > maxSize {
		c.tooMuch(name, "make shorter texts and lists, and fewer of one another")
	}
	return n
}

// named keeps the size of a column that gets a name; an empty name stands for those that the engine makes up.
func (c *checker) named(name any, n size) {
	s, _ := name.(string)
	if !plainName(s) {
		s = ""
	}
	s = fold(s)
	c.sizes[s] = max(c.sizes[s], n)
	c.widest = max(c.widest, n)
}

// sizeOfNames is the size of a column by its names, which may be those of its table and of a field in it too.
func (c *checker) sizeOfNames(names []string) size {
	n := size(1)
	for _, name := range names {
		if !plainName(name) {
			name = ""
		}
		n = max(n, c.sizes[fold(name)])
	}
	if len(names) == 1 && c.rows[fold(names[0])] {
		return c.bounded(names[0], nested([]size{n}))
	}
	return n
}

// outputName is the name that a column of a SELECT gets, empty if the engine makes one up.
func outputName(v any) string {
	o, _ := v.(object)
	if alias, _ := o["alias"].(string); alias != "" {
		return alias
	}
	names, _ := o["column_names"].([]any)
	if len(names) == 0 {
		return ""
	}
	name, _ := names[len(names)-1].(string)
	return name
}

// grown is the size of what a call makes of arguments of the sizes given.
func (c *checker) grown(name string, args []any, sizes []size) size {
	switch name {
	case "||", "concat", "concat_ws", "list_concat", "list_cat", "array_concat", "array_cat", "struct_concat", "map_concat", "json_merge_patch",
		"printf", "format", "array_to_string", "array_to_string_comma_default", "list_string_agg", "unpivot_list":
		return c.bounded(name, sum(sizes))
	case "list_append", "array_append", "array_push_back", "list_prepend", "array_prepend", "array_push_front":
		return c.bounded(name, sum(sizes)) // as deep as the list was
	case "list_value", "list_pack", "array_value", "struct_pack", "row", "struct_insert", "struct_update", "map", "map_from_entries", "list_zip",
		"array_zip", "union_value", "list", "array_agg", "histogram", "histogram_exact", "map_entries":
		return c.bounded(name, nested(sizes))
	case "json_object", "json_array", "to_json", "row_to_json", "array_to_json", "json_quote", "json_group_array", "json_group_object", "hex", "to_hex",
		"regexp_escape", "base64", "to_base64":
		return c.bounded(name, 2*sum(sizes))
	case "url_encode":
		return c.bounded(name, 3*sum(sizes))
	case "bin", "to_binary", "json_pretty":
		return c.bounded(name, 8*sum(sizes))
	case "repeat":
		text, _ := constantText(at(args, 0))
		times, _ := constantInteger(at(args, 1))
		return c.bounded(name, sizeOf(len(text)*int(max(0, min(times, maxText)))))
	case "lpad", "rpad":
		n, _ := constantInteger(at(args, 1))
		return c.bounded(name, max(largest(sizes), sizeOf(int(max(0, min(n, maxText))))))
	case "range", "generate_series":
		bounds, _ := wholeNumbers(args)
		return c.bounded(name, sizeOf(int(max(0, min(seriesLength(bounds), maxList)))))
	case "replace":
		from, _ := constantText(at(args, 1))
		to, _ := constantText(at(args, 2))
		times := size(utf8.RuneCountInString(to)) / size(max(1, utf8.RuneCountInString(from)))
		return c.bounded(name, largest(sizes)*max(1, times))
	case "regexp_replace":
		// The pattern can match nothing, beside each character, and each \1 can bring in what was matched.
		to, _ := constantText(at(args, 2))
		return c.bounded(name, largest(sizes)*size(1+utf8.RuneCountInString(to)+strings.Count(to, `\`)))
	case "list_transform", "list_apply", "array_transform", "array_apply", "apply":
		product := size(1)
		for _, n := range sizes {
			product *= n
		}
		return c.bounded(name, product)
	}
	return largest(sizes)
}

// reduction refuses a list_reduce whose step can double what it has gathered: that is a doubling for each element of the list.
func (c *checker) reduction(args []any, growing bool) {
	if !growing {
		return
	}
	lambda, _ := at(args, 1).(object)
	names := parameters(lambda["lhs"])
	if len(names) == 0 || occurrences(lambda["expr"], names[0]) > 1 {
		c.tooMuch("list_reduce", "use what is gathered once in each step")
	}
}

// occurrences counts how often a column is named.
func occurrences(v any, name string) int {
	n := 0
	switch v := v.(type) {
	case object:
		if names, _ := v["column_names"].([]any); len(names) > 0 {
			if first, _ := names[0].(string); fold(first) == name {
				n++
			}
		}
		for _, member := range v {
			n += occurrences(member, name)
		}
	case []any:
		for _, element := range v {
			n += occurrences(element, name)
		}
	}
	return n
}
