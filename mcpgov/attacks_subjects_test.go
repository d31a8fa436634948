package mcpgov_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

type personIn struct {
	Person string   `json:"person" gov:"subject" jsonschema:"pattern=^Zed-[0-9]+$,description=Who"`
	Number int64    `json:"number,omitempty" gov:"subject" jsonschema:"description=Who by number"`
	Others []string `json:"others,omitempty" gov:"subject" jsonschema:"description=Who else"`
	Do     string   `json:"do,omitempty" jsonschema:"description=What"`
}

type personOut struct {
	Person string   `json:"person" gov:"subject"`
	Number int64    `json:"number" gov:"subject"`
	Kin    []kinOut `json:"kin"`
}

type kinOut struct {
	Person string `json:"person" gov:"subject"`
}

func personServer(t *testing.T, log audit.Sink, level audit.Level, rules policy.Policy) *mcptest.Client {
	t.Helper()
	people, err := audit.OpenSubjects(t.TempDir(), []byte(strings.Repeat("master", 6)))
	require.NoError(t, err)
	config := mcpgov.Config{
		Name: "ward", Version: "1", Policy: rules, Audit: log, Identify: mcpgov.Anonymous(),
		Key: []byte(strings.Repeat("server", 6)), Subjects: people, AuditLevel: level,
	}
	out := personOut{Person: "Zed-777001", Number: 777002, Kin: []kinOut{{"Zed-777003"}}}
	act := func(ctx context.Context, in personIn) (personOut, error) {
		switch in.Do {
		case "fail":
			return out, errors.New("no bed for Zed-777001 and " + in.Person)
		case "tell":
			return out, mcpgov.Userf("no bed for Zed-777003, 777002 and %s", in.Person)
		case "strange":
			return personOut{}, errors.New("no bed for Zed-777009")
		case "panic":
			panic("no bed for Zed-777009 and " + in.Person)
		}
		mcpgov.AddSource(ctx, mcpgov.Source{System: "beds", Ref: "bed of Zed-777003 and " + in.Person})
		mcpgov.Step(ctx, "query "+in.Person, "bed of Zed-777001")(nil)
		return out, nil
	}
	card := func(_ context.Context, v personVars) (string, error) { return "card", nil }
	srv := newServer(t, config,
		mcpgov.Tool(mcpgov.ToolSpec{Name: "bed", Description: "Finds beds.", Purpose: mcpgov.PurposeOptional}, act),
		mcpgov.Template(mcpgov.ResourceSpec{URI: "ward://person/{person}", Name: "card", Description: "A card."}, card),
		mcpgov.Prompt(mcpgov.PromptSpec{Name: "letter", Description: "A letter.", Messages: []mcpgov.PromptMessage{{Text: "Dear {{.person}}"}}, Complete: map[string]mcpgov.Completer{
			"person": func(context.Context, string, map[string]string) ([]string, error) {
				return nil, errors.New("Zed-888001")
			},
		}}, func(context.Context, letterIn) (kinOut, error) {
			return kinOut{}, errors.New("no letter")
		}),
	)
	return mcptest.New(t, srv).As(admin)
}

type personVars struct {
	Person string `json:"person" gov:"subject" jsonschema:"pattern=^Zed-[0-9]+$,description=Who"`
}

type letterIn struct {
	Person string `json:"person" gov:"subject" jsonschema:"pattern=^Zed-[0-9]+$,description=Who"`
}

// Whom a call is about stands in no record, in whatever text of it, at any level.
func TestSubjectsStandInNoText(t *testing.T) {
	t.Parallel()
	for _, level := range []audit.Level{audit.LevelBasic, audit.LevelDetailed, audit.LevelComplete} {
		for name, test := range map[string]struct {
			arguments string
			secrets   []string
		}{
			"answered":  {`{"person":"Zed-888001","number":888002,"others":["Zed-888003"],"purpose":"Zed-777001 wrote of Zed-888003"}`, []string{"Zed-888001", "888002", "Zed-888003"}},
			"failed":    {`{"person":"Zed-888001","do":"fail"}`, []string{"Zed-888001", "Zed-777001"}},
			"told":      {`{"person":"Zed-888001","do":"tell"}`, []string{"Zed-888001", "Zed-777003", "777002"}},
			"strange":   {`{"person":"Zed-888001","do":"strange"}`, []string{"Zed-888001", "Zed-777009"}},
			"panic":     {`{"person":"Zed-888001","do":"panic"}`, []string{"Zed-888001", "Zed-777009"}},
			"no match":  {`{"person":"Zebulon","purpose":"Zebulon"}`, []string{"Zebulon"}},
			"no type":   {`{"person":"Zed-888001","number":"Zed-888002"}`, []string{"Zed-888001", "Zed-888002"}},
			"in a list": {`{"person":"Zed-888001","others":[["Zed-888003"]]}`, []string{"Zed-888001", "Zed-888003"}},
		} {
			t.Run(fmt.Sprint(level, " ", name), func(t *testing.T) {
				t.Parallel()
				log := &mcptest.Recorder{}
				client := personServer(t, log, level, policy.AllowAll())
				client.Call("bed", test.arguments)
				log.NoLeak(t, test.secrets...)
				outcomes := log.Outcomes()
				require.Len(t, outcomes, 1)
				if name == "answered" { // what the intent could not know of, the outcome does
					require.NotContains(t, fmt.Sprint(outcomes[0]), "Zed-777")
				}
			})
		}
		t.Run(fmt.Sprint(level, " elsewhere"), func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			session := personServer(t, log, level, policy.AllowAll()).Session()
			ctx := t.Context()
			for _, uri := range []string{"ward://person/Zed-888001", "ward://person/Zebulon", "ward://persons/Zed-888001", "ward://person/Zed-888001/x"} {
				_, _ = session.ReadResource(ctx, &mcp.ReadResourceParams{URI: uri})
				_ = session.Subscribe(ctx, &mcp.SubscribeParams{URI: uri})
				_ = session.Unsubscribe(ctx, &mcp.UnsubscribeParams{URI: uri})
				_, _ = session.Complete(ctx, &mcp.CompleteParams{
					Ref: &mcp.CompleteReference{Type: "ref/resource", URI: uri}, Argument: mcp.CompleteParamsArgument{Name: "person", Value: "Zed-888001"},
				})
			}
			for _, person := range []string{"Zed-888001", "Zebulon"} {
				_, _ = session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "letter", Arguments: map[string]string{"person": person}})
				_, _ = session.Complete(ctx, &mcp.CompleteParams{
					Ref: &mcp.CompleteReference{Type: "ref/prompt", Name: "letter"}, Argument: mcp.CompleteParamsArgument{Name: "person", Value: person},
				})
			}
			require.GreaterOrEqual(t, len(log.Calls()), 12)
			log.NoLeak(t, "Zed-888001", "Zebulon")
		})
	}
}
