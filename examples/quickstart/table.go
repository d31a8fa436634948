package main

import (
	"fmt"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
)

// print shows, for each persona, what each call came to: on the left what the caller saw, on the right what only the log knows.
func (done *performance) print(p page) {
	const calls, ends, gaps = 28, 16, 6
	rest := p.width - calls - ends - gaps
	widths := []int{calls, ends, rest / 2, rest - rest/2}
	var last string
	for i, st := range done.steps {
		if id := st.who.user.ID; id != last {
			last = id
			p.print("")
			p.line(bold, "%s, %s (protocol %s), is shown: %s", st.who.user.Name, st.who.title, st.who.protocol, strings.Join(done.shown[id], ", "))
			p.cells(widths, cell{"CALL", bold}, cell{"ENDS", bold}, cell{"THE CALLER SEES", bold}, cell{"THE LOG ADDS", bold})
		}
		p.cells(widths, cell{st.tool + " " + st.label, plain}, standing(done.answers[i].code),
			cell{done.seen(i), plain}, cell{done.logged(i), plain})
	}
	p.print("")
	p.line(bold, "A request without a token")
	p.line(plain, "gets HTTP status %d and leaves a record; no tool hears of it.", done.stranger)
}

// seen says what the caller got.
func (done *performance) seen(i int) string {
	st, got := done.steps[i], done.answers[i]
	if got.code != mcpgov.OK || got.result == nil {
		return got.told
	}
	var shown []string
	for _, path := range st.shows {
		if text := look(got.result, strings.Split(path, ".")); text != "" {
			shown = append(shown, text)
		}
	}
	return strings.Join(shown, ", ")
}

// look finds the value at a path and says it in words; of a list, how many there are, or the first element's member.
func look(value any, path []string) string {
	for i, name := range path {
		if list, ok := value.([]any); ok && len(list) > 0 {
			value = list[0]
		}
		object, ok := value.(map[string]any)
		if !ok {
			return ""
		}
		if value, ok = object[name]; !ok {
			return "no " + strings.Join(path[i:], ".")
		}
	}
	name := strings.ReplaceAll(path[len(path)-1], "_", " ")
	if list, ok := value.([]any); ok {
		return fmt.Sprintf("%d %s", len(list), name)
	}
	return fmt.Sprintf("%s %v", name, value)
}

// logged says what the record knows beyond what the caller was told.
func (done *performance) logged(i int) string {
	got, r := done.answers[i], done.outcomes[i]
	var parts []string
	if got.code == mcpgov.Unknown {
		parts = append(parts, r.Outcome+": the tool is hidden from this caller")
	}
	if r.Rule != "" {
		parts = append(parts, "rule "+r.Rule)
	}
	parts = append(parts, hidden(r, got.result)...)
	if done.intents[r.CallID] {
		parts = append(parts, "intent and outcome recorded")
	}
	if strings.Contains(string(r.Arguments), `"text":"hmac:`) {
		parts = append(parts, "argument text as a digest")
	}
	if r.Rule == "" && got.code == mcpgov.InvalidInput {
		parts = append(parts, "refused before any rule")
	}
	return strings.Join(parts, "; ")
}

// hidden tells the masked fields from the removed ones: the record names both, the result holds only the former.
func hidden(r audit.Record, result map[string]any) []string {
	var masked, removed []string
	for _, path := range r.Masked {
		if strings.HasPrefix(look(result, strings.Split(path, ".")), "no ") {
			removed = append(removed, path)
			continue
		}
		masked = append(masked, path)
	}
	var parts []string
	if len(masked) > 0 {
		parts = append(parts, "masked "+strings.Join(masked, ", "))
	}
	if len(removed) > 0 {
		parts = append(parts, "removed "+strings.Join(removed, ", "))
	}
	return parts
}
