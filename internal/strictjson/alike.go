package strictjson

import "github.com/go-json-experiment/json/jsontext"

// Alike reports whether raw is one JSON value that all readers read as the same one: text that is UTF-8, no member twice in an object, no
// number beyond a 64-bit float, and no more levels than depth, because readers end at 64, at 1,000, or with their stack.
func Alike(raw []byte, depth int) bool {
	level := 0
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case c == '[' || c == '{':
			if level++; level > depth {
				return false
			}
		case c == ']' || c == '}':
			level--
		case c == '-' || '0' <= c && c <= '9':
			end := i + 1
			for end < len(raw) && inNumber(raw[end]) {
				end++
			}
			if refusal(string(raw[i:end])) != "" {
				return false
			}
			i = end - 1
		}
	}
	return jsontext.Value(raw).IsValid()
}

func inNumber(c byte) bool {
	return '0' <= c && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}
