package policy

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// world is what the conditions of one bound policy share: the types of everything they can name, and one CEL
// environment per combination of types. It grows while a policy is bound and is only read afterwards.
type world struct {
	types    *goTypes
	user     *objectType
	declared []string // attributes of users beyond the built-in ones
	agent    *objectType
	origin   *objectType
	tool     *objectType
	env      *object // constant
	history  *objectType
	counts   *objectType
	unknown  *types.Unknown // the value of arguments that are not known yet; constant
	base     map[string]*environment
	specific map[specifics]*environment

	functions    []cel.EnvOption // the embedder's
	goNames      []string        // their names
	readsHistory bool            // some condition does
}

// specifics names an environment that knows the types of a target.
type specifics struct {
	zone    string
	in, out reflect.Type
	phase   phase
	item    reflect.Type // of the rows a where is asked about; nil elsewhere
}

func newWorld(env Env, declared map[string]Attribute, functions []Function) (*world, error) {
	g, err := newGoTypes()
	if err != nil {
		return nil, err
	}
	w := &world{types: g, declared: sortedKeys(declared), unknown: types.NewUnknown(0, nil), base: map[string]*environment{}, specific: map[specifics]*environment{}}
	w.user, err = g.userType(declared)
	w.agent, w.origin = agentType(), originType(g)
	w.tool = toolType()
	environ := newObjectType("@env")
	addText(environ, "env", "name", func(o *object) string { return o.subject.(*Env).Name })
	addText(environ, "env", "region", func(o *object) string { return o.subject.(*Env).Region })
	w.env = &object{t: environ, subject: &env}
	w.history, w.counts = historyTypes()
	for _, t := range []*objectType{w.user, w.agent, w.origin, w.tool, environ, w.history, w.counts} {
		g.objects[t.name] = t
	}
	return w, errors.Join(err, w.take(functions))
}

// take makes the embedder's functions known to conditions.
func (w *world) take(functions []Function) error {
	var faults []error
	var taken []Function
	for _, f := range functions {
		option, err := f.option(w.goNames)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		w.functions, w.goNames, taken = append(w.functions, option...), append(w.goNames, f.Name), append(taken, f)
	}
	if len(taken) == 0 {
		return errors.Join(faults...)
	}
	e, err := w.baseFor("UTC") // named, because a set with a time zone has more macros
	if err != nil {
		return errors.Join(append(faults, err)...)
	}
	for _, f := range taken {
		faults = append(faults, f.callable(e))
	}
	return errors.Join(faults...)
}

// isBareName is [isBareName] where the embedder has functions: after the names these begin with, a dot is theirs.
func (w *world) isBareName(name string) bool {
	return isBareName(name) && !slices.ContainsFunc(w.goNames, func(f string) bool { return strings.HasPrefix(f, name+".") })
}

// baseFor returns the environment that knows everything but the types of a target.
func (w *world) baseFor(zone string) (*environment, error) {
	if e, ok := w.base[zone]; ok {
		return e, nil
	}
	options, err := language(zone)
	if err != nil {
		return nil, err
	}
	options = slices.Concat(options, w.historyFunctions(), w.functions)
	options = append(options,
		cel.CustomTypeProvider(w.types), cel.CustomTypeAdapter(w.types),
		cel.Variable("user", w.user.cel), cel.Variable("agent", w.agent.cel), cel.Variable("request", w.origin.cel),
		cel.Variable("tool", w.tool.cel), cel.Variable("tool_name", cel.StringType), cel.Variable("env", w.env.t.cel), cel.Variable("history", w.history.cel),
		cel.Variable("now", cel.TimestampType), cel.Variable(hiddenNow, cel.TimestampType))
	made, err := cel.NewEnv(options...)
	if err != nil {
		return nil, err
	}
	e := &environment{cel: made, world: w, compiled: map[string]compilation{}, known: map[string]*types.Type{
		"user": w.user.cel, "agent": w.agent.cel, "request": w.origin.cel, "tool": w.tool.cel,
		"tool_name": cel.StringType, "env": w.env.t.cel, "history": w.history.cel, "now": cel.TimestampType,
	}}
	w.base[zone] = e
	return e, nil
}

// specificFor returns the environment that also knows the arguments of a target and, for output rules, its result.
func (w *world) specificFor(key specifics) (*environment, error) {
	if key.phase == input {
		key.out = nil
	}
	if e, ok := w.specific[key]; ok {
		return e, nil
	}
	base, err := w.baseFor(key.zone)
	if err != nil {
		return nil, err
	}
	known := maps.Clone(base.known)
	args, err := w.argsType(key.in)
	if err != nil {
		return nil, err
	}
	known["args"] = args.cel
	if o := w.types.objects[args.cel.TypeName()]; o != nil {
		for i := range o.fields {
			if f := &o.fields[i]; w.isBareName(f.name) {
				known[f.name] = f.ft.Type
			}
		}
	}
	if key.phase == output && key.out != nil {
		out, err := w.types.of(key.out)
		if err != nil {
			return nil, err
		}
		known["response"] = out.cel
	}
	var variables []cel.EnvOption
	for _, name := range sortedKeys(known) {
		if _, inBase := base.known[name]; !inBase {
			variables = append(variables, cel.Variable(name, known[name]))
		}
	}
	made, err := base.cel.Extend(variables...)
	if err != nil {
		return nil, err
	}
	e := &environment{cel: made, world: w, compiled: map[string]compilation{}, known: known}
	w.specific[key] = e
	return e, nil
}

// argsType is the type of args. A target without arguments has an object without fields.
func (w *world) argsType(in reflect.Type) (*goType, error) {
	if in == nil {
		in = reflect.TypeFor[struct{}]()
	}
	return w.types.of(deref(in))
}
