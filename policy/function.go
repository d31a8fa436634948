package policy

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Function is a Go function that conditions may call. It must only compute: no side effects, no waiting, and done in well under a
// millisecond; it may be called by many goroutines at once, and for calls that are never made, as when a list is filtered. It gets no
// context because it has nothing to wait for. An error it returns, or a panic, makes the condition fail, and so refuses the call.
type Function struct {
	// Name is how conditions call it, as in "crm.isOpen": two or more names joined by dots, so that it cannot be taken for a function of
	// the language. An argument called like the first of them has no bare name: conditions write args.crm.
	Name string
	// Func takes and gives string, bool, int, int64, float64, time.Time, time.Duration and []string; one result, or a result and an
	// error. Texts over 64 KiB and lists over 4,096 elements are not handed to it: they are an error.
	Func any
}

var functionName = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*(\.[a-z][A-Za-z0-9_]*)+$`)

// option declares the function, or says what is wrong with it.
func (f Function) option(taken []string) ([]cel.EnvOption, error) {
	where := fmt.Sprintf("function %q", f.Name)
	if !functionName.MatchString(f.Name) {
		return nil, fmt.Errorf(`%s: write a name of two or more parts joined by dots, such as "crm.isOpen"`, where)
	}
	if space, _, _ := strings.Cut(f.Name, "."); !isBareName(space) {
		return nil, fmt.Errorf("%s: %s means something else in conditions: choose another first part", where, space)
	}
	if slices.Contains(taken, f.Name) {
		return nil, fmt.Errorf("%s: it is there twice: rename one", where)
	}
	v := reflect.ValueOf(f.Func)
	if v.Kind() != reflect.Func || v.IsNil() {
		return nil, fmt.Errorf("%s: Func is a %T: write a function", where, f.Func)
	}
	t := v.Type()
	if t.IsVariadic() {
		return nil, fmt.Errorf("%s: it takes any number of arguments: write each", where)
	}
	fails := t.NumOut() == 2 && t.Out(1) == reflect.TypeFor[error]()
	if t.NumOut() != 1 && !fails {
		return nil, fmt.Errorf("%s: it returns %d values: return one, or one and an error", where, t.NumOut())
	}
	o := overload{id: "go:" + f.Name} // no two functions share it, and the language has none with a colon
	var faults []error
	for i := range t.NumIn() {
		c, err := celTypeOf(t.In(i))
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: argument %d: %w", where, i+1, err))
		}
		o.takes = append(o.takes, c)
	}
	gives, err := celTypeOf(t.Out(0))
	if err != nil {
		faults = append(faults, fmt.Errorf("%s: the result: %w", where, err))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	o.gives, o.call = gives, func(args []ref.Val) ref.Val { return callGo(f.Name, v, args) }
	return function(f.Name, o), nil
}

// callable refuses a function no condition could call, because what it is called means something else after a dot: a macro (crm.map), or a
// word of the grammar (crm.in). It asks the compiler, which knows of all there are.
func (f Function) callable(e *environment) error {
	t := reflect.TypeOf(f.Func)
	arguments := make([]string, t.NumIn())
	for i := range arguments {
		arguments[i] = sampleOf(t.In(i))
	}
	checked, issues := e.cel.Compile(f.Name + "(" + strings.Join(arguments, ", ") + ")")
	if issues.Err() == nil {
		call := checked.NativeRep().Expr()
		if call.Kind() == ast.CallKind && call.AsCall().FunctionName() == f.Name {
			return nil
		}
	}
	last := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
	return fmt.Errorf("function %q: .%s with %d arguments means something else in conditions: choose another last part", f.Name, last, len(arguments))
}

// sampleOf is a constant of a type, as a condition writes it.
func sampleOf(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[string]():
		return "''"
	case reflect.TypeFor[bool]():
		return "true"
	case reflect.TypeFor[float64]():
		return "0.0"
	case reflect.TypeFor[time.Time]():
		return "timestamp(0)"
	case reflect.TypeFor[time.Duration]():
		return "duration('0s')"
	case reflect.TypeFor[[]string]():
		return "['']"
	}
	return "0"
}

func celTypeOf(t reflect.Type) (*cel.Type, error) {
	switch t {
	case reflect.TypeFor[string]():
		return cel.StringType, nil
	case reflect.TypeFor[bool]():
		return cel.BoolType, nil
	case reflect.TypeFor[int](), reflect.TypeFor[int64]():
		return cel.IntType, nil
	case reflect.TypeFor[float64]():
		return cel.DoubleType, nil
	case reflect.TypeFor[time.Time]():
		return cel.TimestampType, nil
	case reflect.TypeFor[time.Duration]():
		return cel.DurationType, nil
	case reflect.TypeFor[[]string]():
		return cel.ListType(cel.StringType), nil
	case reflect.TypeFor[context.Context]():
		return nil, errors.New("a context: leave it out, a function of a policy waits for nothing")
	}
	return nil, fmt.Errorf("conditions have no type for %s: write string, bool, int, int64, float64, time.Time, time.Duration or []string", t)
}

// callGo calls the function. What it panics with is a fault of the condition like any other.
func callGo(name string, f reflect.Value, args []ref.Val) (result ref.Val) {
	defer func() {
		if p := recover(); p != nil {
			result = types.NewErr("%s panicked: %v", name, p)
		}
	}()
	in := make([]reflect.Value, len(args))
	for i, arg := range args {
		native, err := arg.ConvertToNative(f.Type().In(i))
		if err != nil {
			return types.WrapErr(fmt.Errorf("%s: argument %d: %w", name, i+1, err))
		}
		in[i] = reflect.ValueOf(native)
	}
	out := f.Call(in)
	if len(out) == 2 && !out[1].IsNil() {
		err, _ := reflect.TypeAssert[error](out[1])
		return types.WrapErr(fmt.Errorf("%s: %w", name, err))
	}
	return types.DefaultTypeAdapter.NativeToValue(out[0].Interface())
}

// callsGo reports whether a condition calls a function of the embedder's, whose time nobody knows.
func (w *world) callsGo(tree *ast.AST) bool {
	found := false
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		found = found || e.Kind() == ast.CallKind && slices.Contains(w.goNames, e.AsCall().FunctionName())
	}))
	return found
}
