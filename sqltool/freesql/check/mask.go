package check

import "encoding/json"

// MaskNull shows NULL, of the column's own type.
func MaskNull(column string) json.RawMessage {
	never := castTo(text("f"), "BOOLEAN")
	return written(whenTrue(never, columnOf(column), nil))
}

// MaskText shows the same text in every row, whether the column holds a value there or not.
func MaskText(shown string) json.RawMessage { return written(text(shown)) }

// MaskHash shows a keyed hash of the column, 64 hexadecimal digits: equal values can still be counted, grouped and joined, but not read.
// Whoever knows the key can try values, so it must be secret and long. It stands in the statement that runs, and so perhaps in the engine's
// error texts and logs; a function that the program registered keeps it out of them, as an [Expression]. NULL stays NULL.
func MaskHash(column, key string) json.RawMessage {
	value := castTo(columnOf(column), "VARCHAR")
	inner := callOf("sha256", false, callOf("||", true, text(key), value))
	return written(callOf("sha256", false, callOf("||", true, text(key), inner)))
}

// MaskLast shows *** and the last characters of the column's text. A text that is not at least twice as long shows none of it.
func MaskLast(column string, characters int) json.RawMessage {
	value := func() object { return castTo(columnOf(column), "VARCHAR") }
	long := object{
		"class": "COMPARISON", "type": "COMPARE_GREATERTHANOREQUALTO", "alias": "",
		"left": callOf("length", false, value()), "right": wholeNumber(2 * int64(max(1, characters))),
	}
	shown := callOf("||", true, text("***"), callOf("right", false, value(), wholeNumber(int64(max(0, characters)))))
	return written(whenTrue(long, shown, text("***")))
}

func written(o object) json.RawMessage {
	b, err := encode(o)
	if err != nil {
		return json.RawMessage("null") // cannot happen: the tree is made of text and numbers; and null is refused when it is read
	}
	return b
}
