package policy

import (
	"fmt"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/parser"
)

// Names that macros expand to. No condition can write a name with an @.
const (
	hiddenNow     = "@now"
	hiddenBounded = "@bounded"
	hiddenLocal   = "@local_"
)

// maxMatched bounds the texts a regular expression is tried on, in bytes. RE2 is linear but cannot be interrupted.
const maxMatched = 64 << 10

// language is the CEL dialect of conditions: the standard library, field names in backticks, comparisons between
// int and double, timestamp.now(), bounded regular expressions, bounded functions for texts, lists and addresses, and getHours() and its kin
// in the zone of the set.
func language(zone string) ([]cel.EnvOption, error) {
	options := []cel.EnvOption{
		cel.EnableIdentifierEscapeSyntax(),
		cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(maxCondition),
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals(), constantAddresses{}, constantWindows{}),
		cel.Macros(
			cel.ReceiverMacro("now", 0, expandNow),
			cel.ReceiverMacro("matches", 1, expandMatches),
			cel.GlobalMacro("matches", 2, expandMatches),
		),
		cel.Function(hiddenBounded, cel.Overload("bounded_text", []*cel.Type{cel.StringType}, cel.StringType, cel.UnaryBinding(bounded))),
	}
	options = slices.Concat(options, textFunctions(), listFunctions(), addressFunctions())
	if zone == "" {
		return options, nil
	}
	if zone == "Local" {
		return nil, fmt.Errorf("time zone %q depends on the machine: write a name such as Europe/Zurich", zone)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %q: write a name such as Europe/Zurich", zone)
	}
	return append(options, localTime(location)...), nil
}

// expandNow turns timestamp.now() into the one reading of the clock.
func expandNow(eh parser.ExprHelper, target ast.Expr, _ []ast.Expr) (ast.Expr, *common.Error) {
	if target.Kind() == ast.IdentKind && target.AsIdent() == "timestamp" {
		return eh.NewIdent(hiddenNow), nil
	}
	return nil, nil
}

// expandMatches bounds what a regular expression is tried on, and a pattern that is not a constant.
func expandMatches(eh parser.ExprHelper, target ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
	if target == nil {
		target, args = args[0], args[1:]
	}
	pattern := args[0]
	if pattern.Kind() != ast.LiteralKind {
		pattern = eh.NewCall(hiddenBounded, pattern)
	}
	return eh.NewMemberCall("matches", eh.NewCall(hiddenBounded, target), pattern), nil
}

func bounded(v ref.Val) ref.Val {
	if s, ok := v.(types.String); ok && len(s) > maxMatched {
		return types.NewErr("matches: a text of %d bytes is longer than %d", len(s), maxMatched)
	}
	return v
}

// localTime makes the accessors of timestamps that name no zone use the given one. Those of durations share the names
// and stay as they are.
func localTime(zone *time.Location) []cel.EnvOption {
	var options []cel.EnvOption
	for _, accessor := range []string{
		"getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek",
		"getHours", "getMinutes", "getSeconds", "getMilliseconds",
	} {
		hidden := hiddenLocal + accessor
		read := func(v ref.Val) ref.Val {
			switch at := v.(type) {
			case types.Timestamp:
				return types.Timestamp{Time: at.In(zone)}.Receive(accessor, "", nil)
			case types.Duration:
				return at.Receive(accessor, "", nil)
			}
			return types.MaybeNoSuchOverloadErr(v)
		}
		overloads := []cel.FunctionOpt{cel.Overload(hidden+"_timestamp", []*cel.Type{cel.TimestampType}, cel.IntType, cel.UnaryBinding(read))}
		switch accessor {
		case "getHours", "getMinutes", "getSeconds", "getMilliseconds":
			overloads = append(overloads, cel.Overload(hidden+"_duration", []*cel.Type{cel.DurationType}, cel.IntType, cel.UnaryBinding(read)))
		}
		options = append(options, cel.Function(hidden, overloads...),
			cel.Macros(cel.ReceiverMacro(accessor, 0, func(eh parser.ExprHelper, target ast.Expr, _ []ast.Expr) (ast.Expr, *common.Error) {
				return eh.NewCall(hidden, target), nil
			})))
	}
	return options
}
