package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// mostShown bounds how much of a value an explanation holds, in characters.
const mostShown = 200

// showValue writes a value as a condition would. Of objects only that they are objects is told: they may hold what must not be.
func showValue(v ref.Val) string {
	var b strings.Builder
	writeValue(&b, v)
	return clip(b.String())
}

func writeValue(b *strings.Builder, v ref.Val) {
	if b.Len() > 4*mostShown {
		return // what follows is cut off anyway
	}
	switch v := v.(type) {
	case *types.Err:
		b.WriteString("error: " + v.String())
	case types.String:
		b.WriteString(strconv.Quote(clip(string(v))))
	case types.Bytes:
		fmt.Fprintf(b, "%d bytes", len(v))
	case types.Timestamp:
		b.WriteString(v.Format(time.RFC3339Nano))
	case types.Duration:
		b.WriteString(v.String())
	case types.Null:
		b.WriteString("null")
	case types.Bool, types.Int, types.Uint, types.Double:
		fmt.Fprint(b, v.Value())
	case *object:
		b.WriteString("{…}")
	case traits.Mapper:
		writeMap(b, v)
	case traits.Lister:
		writeList(b, v.Iterator())
	default:
		b.WriteString(v.Type().TypeName())
	}
}

func writeList(b *strings.Builder, elements traits.Iterator) {
	b.WriteByte('[')
	for i := 0; elements.HasNext() == types.True && b.Len() <= 4*mostShown; i++ {
		if i > 0 {
			b.WriteString(", ")
		}
		writeValue(b, elements.Next())
	}
	b.WriteByte(']')
}

// writeMap sorts the members of a map that is short enough to be shown as a whole, so that one value is always written alike.
func writeMap(b *strings.Builder, m traits.Mapper) {
	if n, ok := m.Size().(types.Int); !ok || n > mostShown {
		fmt.Fprintf(b, "a map of %v members", n)
		return
	}
	var members []string
	for keys := m.Iterator(); keys.HasNext() == types.True; {
		var member strings.Builder
		key := keys.Next()
		writeValue(&member, key)
		member.WriteString(": ")
		writeValue(&member, m.Get(key))
		members = append(members, member.String())
	}
	slices.Sort(members)
	b.WriteString("{" + strings.Join(members, ", ") + "}")
}

// clip shortens a text to what an explanation may hold.
func clip(text string) string {
	n := 0
	for i := range text {
		if n == mostShown {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
