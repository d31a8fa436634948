package policy

import (
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// textFunctions are those of CEL's strings extension that policies use, by the names and with the meaning they have there, and glob.
// They are written anew because the extension bounds nothing: a search there takes the product of both lengths, and what replace
// makes has no limit. Positions count characters from 0.
func textFunctions() []cel.EnvOption {
	text, number, boolean := cel.StringType, cel.IntType, cel.BoolType
	var options []cel.EnvOption
	add := func(name string, overloads ...overload) { options = append(options, function(name, overloads...)...) }

	add("lowerAscii", overload{"text_lower_ascii", true, []*cel.Type{text}, text, func(a []ref.Val) ref.Val {
		return types.String(strings.Map(func(r rune) rune { return shift(r, 'A', 'Z', 'a'-'A') }, str(a[0])))
	}})
	add("upperAscii", overload{"text_upper_ascii", true, []*cel.Type{text}, text, func(a []ref.Val) ref.Val {
		return types.String(strings.Map(func(r rune) rune { return shift(r, 'a', 'z', 'A'-'a') }, str(a[0])))
	}})
	add("trim", overload{"text_trim", true, []*cel.Type{text}, text, func(a []ref.Val) ref.Val {
		return types.String(strings.TrimSpace(str(a[0])))
	}})
	add("indexOf", overload{"text_index_of", true, []*cel.Type{text, text}, number, func(a []ref.Val) ref.Val {
		return position(str(a[0]), strings.Index(str(a[0]), str(a[1])))
	}})
	add("lastIndexOf", overload{"text_last_index_of", true, []*cel.Type{text, text}, number, func(a []ref.Val) ref.Val {
		return position(str(a[0]), strings.LastIndex(str(a[0]), str(a[1])))
	}})
	add("charAt", overload{"text_char_at", true, []*cel.Type{text, number}, text, func(a []ref.Val) ref.Val {
		runes, at := []rune(str(a[0])), a[1].(types.Int)
		if at == types.Int(len(runes)) {
			return types.String("")
		}
		return slice("charAt", runes, at, min(at, types.Int(len(runes)))+1)
	}})
	add("substring",
		overload{"text_substring", true, []*cel.Type{text, number}, text, func(a []ref.Val) ref.Val {
			runes := []rune(str(a[0]))
			return slice("substring", runes, a[1].(types.Int), types.Int(len(runes)))
		}},
		overload{"text_substring_range", true, []*cel.Type{text, number, number}, text, func(a []ref.Val) ref.Val {
			return slice("substring", []rune(str(a[0])), a[1].(types.Int), a[2].(types.Int))
		}})
	add("replace", overload{"text_replace", true, []*cel.Type{text, text, text}, text, func(a []ref.Val) ref.Val {
		return replace(str(a[0]), str(a[1]), str(a[2]))
	}})
	add("split", overload{"text_split", true, []*cel.Type{text, text}, cel.ListType(text), func(a []ref.Val) ref.Val {
		return split(str(a[0]), str(a[1]))
	}})
	matches := func(a []ref.Val) ref.Val {
		if len(str(a[1])) > maxGlob {
			return types.NewErr("glob: a pattern of %d bytes is longer than %d", len(str(a[1])), maxGlob)
		}
		return types.Bool(glob(str(a[1]), str(a[0])))
	}
	add("glob",
		overload{"glob_text", false, []*cel.Type{text, text}, boolean, matches},
		overload{"text_glob", true, []*cel.Type{text, text}, boolean, matches})
	return options
}

// str is the text in an argument. CEL has checked that it is one.
func str(v ref.Val) string { return string(v.(types.String)) }

// shift moves the letters from first to last.
func shift(r, first, last, by rune) rune {
	if r < first || r > last {
		return r
	}
	return r + by
}

// position is a place in bytes as one in characters; -1 stays.
func position(s string, at int) ref.Val {
	if at < 0 {
		return types.Int(at)
	}
	return types.Int(utf8.RuneCountInString(s[:at]))
}

func slice(name string, runes []rune, from, to types.Int) ref.Val {
	if from < 0 || to < from || to > types.Int(len(runes)) {
		return types.NewErr("%s: from %d to %d is not within a text of %d characters", name, from, to, len(runes))
	}
	return types.String(runes[from:to])
}

// replace measures what it is about to make.
func replace(s, old, by string) ref.Val {
	if made := len(s) + strings.Count(s, old)*(len(by)-len(old)); made > maxText {
		return types.NewErr("replace: it would make a text of %d bytes, which is longer than %d", made, maxText)
	}
	return types.String(strings.ReplaceAll(s, old, by))
}

func split(s, separator string) ref.Val {
	parts := strings.Count(s, separator) + 1
	if separator == "" {
		parts = utf8.RuneCountInString(s)
	}
	if parts > maxListed {
		return types.NewErr("split: it would make a list of %d elements, which is longer than %d", parts, maxListed)
	}
	return types.NewStringList(types.DefaultTypeAdapter, strings.Split(s, separator))
}
