package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extensionast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/report"
)

// hostileWorld has the same text in every place of a log that somebody may choose, and in what stands around it.
func hostileWorld(evil string) *world {
	w := soundWorld()
	sound := seen("c7", "ann")
	for _, r := range []audit.Record{sound, sound, sound, sound} {
		w.add(r)
	}
	for i := 1; i < len(w.records); i++ {
		r := &w.records[i]
		r.User = audit.User{ID: evil, Name: evil, Role: evil, Tenant: evil, Provider: evil}
		r.Agent, r.Purpose, r.Rule = audit.Agent{ID: evil, Kind: evil}, evil, evil
		r.Client = audit.Client{Name: evil, Version: evil, Transport: evil, Protocol: evil, RemoteIP: evil}
		r.Server = audit.Server{Name: evil, Version: evil, Policy: evil, Environment: evil}
		r.Masked, r.Shown, r.Subjects, r.Rules = []string{evil}, []string{evil}, []string{evil}, []string{evil}
		r.Warnings, r.Shadow = []string{evil}, []string{evil}
		r.Sources, r.Conversation, r.Reason, r.Cause = []audit.Source{{System: evil, Ref: evil}}, evil, evil, evil
		r.Level, r.Target.Name, r.Note = audit.Level(evil), evil, "note "+evil
	}
	n := len(w.records)
	w.records[n-1].Kind, w.records[n-1].Outcome = audit.KindEvent, "code "+evil
	w.records[n-2].Kind, w.records[n-2].Target, w.records[n-2].Outcome = audit.KindEvent, audit.Target{Kind: "server", Name: "policy"}, "code "+evil
	w.records[n-3].Outcome, w.records[n-3].Decision, w.records[n-3].Category = "code "+evil, "deny", evil
	w.records[n-4].Outcome, w.records[n-4].Category = "code "+evil, evil
	w.records[n-4].Kind, w.records[n-4].CallID = audit.KindOutcome, evil
	w.opts.Title, w.opts.Subject = evil, evil
	w.opts.Chain.Err = &audit.VerifyError{File: evil, Line: 1, Seq: 2, Reason: evil}
	w.opts.Chain.Summary.LastHash = evil
	w.opts.Segments[0].Checkpoint.PublicKey = "key " + evil
	w.opts.Retention.Holds = []audit.Hold{{Name: "hold " + evil, Reason: evil, By: evil}}
	c := w.opts.Contract
	c.Name, c.Version, c.Hash, c.Revision = evil, evil, evil, evil
	c.Targets[0].Result = []report.Field{{Path: "field " + evil, Labels: []string{evil}}}
	c.Sets[0].Name, c.Sets[0].Default, c.Sets[0].Rules = evil, evil, []report.Rule{{ID: evil, Action: evil}}
	return w
}

// shape counts what a reader of the Markdown sees as structure: by the lines, and by what a GitHub Flavored Markdown parser makes of them.
func shape(t testing.TB, source []byte) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for line := range bytes.Lines(source) {
		if line[0] == '|' || line[0] == '#' || line[0] == '-' {
			counts["line "+string(line[0])]++
		}
		counts["lines"]++
	}
	parser := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
	err := ast.Walk(parser.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindLink, ast.KindAutoLink, ast.KindImage, ast.KindRawHTML, ast.KindHTMLBlock, ast.KindCodeBlock, ast.KindFencedCodeBlock, extensionast.KindStrikethrough:
			require.Failf(t, "no such thing stands in a report", "%s in:\n%s", n.Kind(), source)
		case ast.KindHeading, ast.KindListItem, extensionast.KindTable, extensionast.KindTableRow, extensionast.KindTableCell, ast.KindParagraph, ast.KindEmphasis:
			counts[n.Kind().String()]++
		}
		return ast.WalkContinue, nil
	})
	require.NoError(t, err)
	return counts
}

func hostileTexts() []string {
	return []string{
		"a|b", `a\|b`, `a\\|b`, "a\n| forged | row |", "a\r\n# Forged", "a\u2028## Forged", "a\u0085b", "`", "``", "```\ncode", "a`|`b", "`a` | `b`",
		"[x](http://evil.example)", "![x](http://evil.example/x.png)", "<img src=x onerror=alert(1)>", "<!-- hidden", "--> | b", "http://evil.example",
		"www.evil.example", "ann@evil.example", "mailto:ann@evil.example", "<http://evil.example>", "[x]: http://evil.example", "&lt;b&gt;&#124;", "~~gone~~", "**bold** _it_",
		"\x00\x01\x1b[31m", "\u202egpj.exe", "a\u200bb", "\xff\xfe", " ", "  ", "\t", "- item", "1. item", "> quote", "---", "===", "\\", "\\`", "$x$", ":smile:",
		strings.Repeat("|`\n#", 400), strings.Repeat("é", 400), "\ufeff", "e\u0301", "‘“", "🙂", "\u00a0", "\u3000", "(a) b-c, d.", "-", "- -", "#", "1.", "1)", "+ x",
	}
}

// FuzzMarkdown: whatever stands in a log, the structure of the report stays that of the same log with harmless texts.
func FuzzMarkdown(f *testing.F) {
	for _, evil := range hostileTexts() {
		f.Add(evil)
	}
	harmless := hostileWorld("harmless-word")
	want := shape(f, markdown(f, harmless.make(f, report.SOC2)))
	f.Fuzz(func(t *testing.T, evil string) {
		switch evil {
		case "", "allow-all", "secret", "deny", "basic": // these mean something
			return
		}
		w := hostileWorld(evil)
		require.Equal(t, want, shape(t, markdown(t, w.make(t, report.SOC2))))
	})
}
