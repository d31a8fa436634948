package policy

// isBareName reports whether an argument of this name may be written without "args." in front. Names that mean
// something else in conditions are left to it, so that no argument can pose as the caller.
func isBareName(name string) bool {
	switch name {
	case "user", "agent", "args", "response", "tool", "tool_name", "now", "timestamp", "request", "env", "item", "history":
		return false
	case "bool", "bytes", "double", "duration", "dyn", "int", "list", "map", "null_type", "optional_type", "string", "type", "uint",
		"google", "cel", "math", "strings", "sets", "optional":
		return false // types and the name spaces of libraries
	case "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
		"namespace", "null", "package", "return", "true", "var", "void", "while":
		return false // reserved by the CEL specification
	case "":
		return false
	}
	for i, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return true
}
