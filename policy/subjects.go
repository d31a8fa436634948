package policy

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// addText adds a built-in text, which is absent when empty.
func addText(t *objectType, of, name string, text func(*object) string) {
	t.add(name, types.StringType, func(o *object) ref.Val {
		if s := text(o); s != "" {
			return types.String(s)
		}
		return types.NewErr("%s.%s is absent: guard it with has(%s.%s)", of, name, of, name)
	}, func(o *object) bool { return text(o) != "" })
}

// addTexts adds a built-in list, which is never absent.
func addTexts(t *objectType, name string, texts func(*object) []string) {
	i := t.lists
	t.lists++
	t.add(name, types.NewListType(types.StringType), func(o *object) ref.Val {
		if o.lists == nil {
			return &textList{texts: texts(o)}
		}
		o.lists[i].texts = texts(o)
		return &o.lists[i]
	}, func(*object) bool { return true })
}

func addFlag(t *objectType, name string, flag func(*object) bool) {
	t.add(name, types.BoolType, func(o *object) ref.Val { return types.Bool(flag(o)) }, flag)
}

// userType is the type of the variable user: the built-in attributes and the declared ones.
func (g *goTypes) userType(declared map[string]Attribute) (*objectType, error) {
	t := newObjectType("@user")
	text := func(name string, of func(*User) string) {
		addText(t, "user", name, func(o *object) string { return of(o.subject.(*User)) })
	}
	text("id", func(u *User) string { return u.ID })
	text("name", func(u *User) string { return u.Name })
	text("email", func(u *User) string { return u.Email })
	text("role", func(u *User) string { return u.Role })
	text("tenant", func(u *User) string { return u.Tenant })
	text("provider", func(u *User) string { return u.Provider })
	addTexts(t, "roles", func(o *object) []string { return o.subject.(*User).Roles })
	addTexts(t, "groups", func(o *object) []string { return o.subject.(*User).Groups })
	addTexts(t, "permissions", func(o *object) []string { return o.subject.(*User).Permissions })
	addTexts(t, "scopes", func(o *object) []string { return o.subject.(*User).Scopes })
	addFlag(t, "anonymous", func(o *object) bool { return o.subject.(*User).Anonymous })

	var faults []error
	for _, name := range sortedKeys(declared) {
		if _, taken := t.index[name]; taken {
			faults = append(faults, fmt.Errorf("user attribute %q: every user has it already: remove the declaration", name))
			continue
		}
		d, err := declared[name].check(g)
		if err != nil {
			faults = append(faults, fmt.Errorf("user attribute %q: %w", name, err))
			d = declaration{attributeType: attributeType{cel: types.DynType}} // rules that read it have no fault of their own
		}
		addAttribute(t, name, d)
	}
	return t, errors.Join(faults...)
}

// addAttribute adds a declared attribute. A nil value counts as missing.
func addAttribute(t *objectType, name string, d declaration) {
	t.add(name, d.cel, func(o *object) ref.Val {
		v := o.subject.(*User).Attributes[name]
		switch {
		case v != nil:
			boxed := d.box(v)
			if fault, ok := boxed.(*types.Err); ok {
				return types.NewErr("user.%s: %s", name, fault)
			}
			return boxed
		case d.fallback != nil:
			return d.fallback
		case d.nullable:
			return types.NullValue
		}
		return types.NewErr("user.%s is absent: guard it with has(user.%s), or declare it nullable or with a default", name, name)
	}, func(o *object) bool { return o.subject.(*User).Attributes[name] != nil || d.fallback != nil })
}

func agentType() *objectType {
	t := newObjectType("@agent")
	addText(t, "agent", "id", func(o *object) string { return o.subject.(*Agent).ID })
	addText(t, "agent", "kind", func(o *object) string { return o.subject.(*Agent).Kind })
	addText(t, "agent", "name", func(o *object) string { return o.subject.(*Agent).Name })
	return t
}

func originType(g *goTypes) *objectType {
	t := newObjectType("@request")
	addText(t, "request", "transport", func(o *object) string { return o.subject.(*Origin).Transport })
	addText(t, "request", "client", func(o *object) string { return o.subject.(*Origin).Client })
	addText(t, "request", "remote_ip", func(o *object) string { return o.subject.(*Origin).RemoteIP })
	addText(t, "request", "purpose", func(o *object) string { return o.subject.(*Origin).Purpose })
	isStated := t.fields[t.index["purpose"]].isSet
	t.fields[t.index["purpose"]].isSet = func(o *object) bool { return o.slots != nil || isStated(o) } // slots: see unstated
	t.add("headers", types.NewMapType(types.StringType, types.StringType), func(o *object) ref.Val {
		return types.NewStringStringMap(g, o.subject.(*Origin).Headers)
	}, func(*object) bool { return true })
	return t
}

// unstated is the request of a list, where what is listed takes a purpose: which one the caller will state is not known.
func (w *world) unstated(o *Origin) object {
	i := w.origin.index["purpose"]
	slots := make([]ref.Val, len(w.origin.fields))
	slots[i] = w.unknown
	return object{t: w.origin, subject: o, slots: slots, used: 1 << i}
}

func toolType() *objectType {
	t := newObjectType("@tool")
	addText(t, "tool", "name", func(o *object) string { return o.subject.(*Target).Name })
	addText(t, "tool", "kind", func(o *object) string { return o.subject.(*Target).Kind })
	addTexts(t, "tags", func(o *object) []string { return o.subject.(*Target).Tags })
	addFlag(t, "read_only", func(o *object) bool { return o.subject.(*Target).ReadOnly })
	addFlag(t, "destructive", func(o *object) bool { return o.subject.(*Target).Destructive })
	return t
}
