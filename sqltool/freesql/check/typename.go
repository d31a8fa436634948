package check

import "slices"

// typeName judges a type: the plain ones, and lists, structs, maps and unions of them. A type that the database defines is refused: its
// name alone can show what it holds. It gives the size of the levels of values in values of the type.
func (c *checker) typeName(v any) size {
	deepest := size(1)
	inner := func(child any) { deepest = max(deepest, c.bounded("a type", nested([]size{c.typeName(child)}))) }
	if !c.enter() {
		return deepest
	}
	defer c.leave()
	what := "a type"
	o := c.object(v, what)
	c.members(o, what, "id", "type_info")
	id := c.word(o["id"], what)
	info, _ := o["type_info"].(object)
	if o["type_info"] != nil && info == nil {
		c.refusal = firstOf(c.refusal, unknown(what))
		return deepest
	}
	switch id {
	case "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT",
		"DOUBLE", "DATE", "TIME", "TIME_NS", "TIME WITH TIME ZONE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS",
		"TIMESTAMP WITH TIME ZONE", "INTERVAL", "UUID", "BLOB", "BIT", "BIGNUM", "NULL", "VARCHAR", "CHAR", "DECIMAL", "LIST", "ARRAY", "STRUCT",
		"MAP", "UNION", "VARIANT", "INTEGER_LITERAL", "STRING_LITERAL", "UNBOUND":
	default:
		c.badType(id)
		return deepest
	}
	if info == nil {
		return deepest
	}
	switch c.word(info["type"], what) {
	case "DECIMAL_TYPE_INFO":
		c.members(info, what, "type", "width", "scale")
		c.number(info["width"], what)
		c.number(info["scale"], what)
	case "STRING_TYPE_INFO":
		c.members(info, what, "type", "collation", "width")
		c.collation(c.word(info["collation"], what))
	case "LIST_TYPE_INFO":
		c.members(info, what, "type", "child_type")
		inner(info["child_type"])
	case "ARRAY_TYPE_INFO":
		c.members(info, what, "type", "child_type", "size")
		c.number(info["size"], what)
		if n, ok := integer(info["size"]); !ok || n > maxList {
			c.refuse(CodeArgument, "the array type is too long", "use a list")
		}
		inner(info["child_type"])
	case "STRUCT_TYPE_INFO":
		c.members(info, what, "type", "child_types")
		for _, child := range c.list(info["child_types"], what) {
			pair := c.object(child, what)
			c.members(pair, what, "first", "second")
			c.name(pair["first"], what)
			inner(pair["second"])
		}
	case "UNBOUND_TYPE_INFO":
		c.members(info, what, "type", "name")
		if name := c.word(info["name"], what); !slices.Contains([]string{"json", "uuid", "bignum", "variant"}, fold(name)) {
			c.badType(name)
		}
	default:
		c.refusal = firstOf(c.refusal, unknown(what))
	}
	return deepest
}

func (c *checker) badType(name string) {
	c.refuse(CodeType, "the type "+quoted(name)+" is not supported here", "cast to a plain SQL type, such as VARCHAR, BIGINT, DECIMAL(18,2) or DATE")
}

// collation judges the name of a collation, which the engine writes back without quotes.
func (c *checker) collation(name string) {
	for _, ch := range fold(name) {
		if (ch < 'a' || ch > 'z') && (ch < '0' || ch > '9') && ch != '_' && ch != '.' {
			c.refuse(CodeType, "the collation "+quoted(name)+" is not supported here", "use nocase or noaccent")
		}
	}
}
