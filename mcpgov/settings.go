package mcpgov

import (
	"context"
	"time"
)

// settingsURI is where [ServerSettings] is read.
const settingsURI = "config://server-settings"

// serverSettings is what a client may want to know before it calls: what is served, and how much of it at once.
type serverSettings struct {
	Name         string         `json:"name" jsonschema:"description=The server's name"`
	Version      string         `json:"version" jsonschema:"description=The server's version"`
	Contract     string         `json:"contract" jsonschema:"description=SHA-256 of all that is advertised"`
	ReadOnly     bool           `json:"read_only" jsonschema:"description=Only what changes nothing is served"`
	Audit        string         `json:"audit" jsonschema:"description=How calls are recorded,enum=strict,enum=best_effort,enum=none"`
	Capabilities []string       `json:"capabilities" jsonschema:"description=What is served: tools\\, resources\\, prompts\\, completions"`
	Limits       settingsLimits `json:"limits"`
}

// settingsLimits are the limits a client runs into; null is none.
type settingsLimits struct {
	ToolSeconds    *float64 `json:"tool_seconds" jsonschema:"description=The time a tool has unless its own is another"`
	PerMinute      *int     `json:"calls_per_minute" jsonschema:"description=Calls and lists per caller and minute"`
	Concurrent     *int     `json:"concurrent_calls" jsonschema:"description=Calls at once of all callers"`
	ArgumentBytes  *int     `json:"argument_bytes"`
	ArgumentDepth  *int     `json:"argument_depth"`
	ResultBytes    *int     `json:"result_bytes"`
	EntriesPerPage *int     `json:"entries_per_page" jsonschema:"description=Entries in one page of a list"`
}

// ServerSettings is a resource at config://server-settings that tells the server's name, version, capabilities and limits. Like every
// resource it is read by those whom a rule lets: resources: ["config://server-settings"].
func ServerSettings() Feature { return settings{} }

type settings struct{}

func (settings) build(b *builder) {
	Resource(ResourceSpec{
		URI: settingsURI, Name: "server-settings", Title: "Server settings",
		Description: "What this server is called, what it serves and the limits calls meet.",
	}, func(context.Context) (serverSettings, error) { return b.settings(), nil }).build(b)
}

// settings are read when they are asked for: the contract may change with the policy.
func (b *builder) settings() serverSettings {
	s := serverSettings{
		Name: b.config.Name, Version: b.config.Version, Contract: b.server.current.Load().contract,
		ReadOnly: b.config.ReadOnly, Audit: recordingMode(b.config),
	}
	c := b.server.capabilities()
	for _, served := range []struct {
		name string
		is   bool
	}{{"tools", c.Tools != nil}, {"resources", c.Resources != nil}, {"prompts", c.Prompts != nil}, {"completions", c.Completions != nil}} {
		if served.is {
			s.Capabilities = append(s.Capabilities, served.name)
		}
	}
	l := b.limits
	s.Limits = settingsLimits{
		PerMinute: bound(l.PerMinute), Concurrent: bound(l.Concurrent), ArgumentBytes: bound(l.ArgumentBytes),
		ArgumentDepth: bound(l.ArgumentDepth), ResultBytes: bound(l.ResultBytes), EntriesPerPage: bound(l.ListPage),
	}
	if l.Tool != noLimit {
		seconds := float64(l.Tool) / float64(time.Second)
		s.Limits.ToolSeconds = &seconds
	}
	return s
}

// bound is a limit, or nil where there is none.
func bound(limit int) *int {
	if limit >= 1<<31-1 {
		return nil
	}
	return &limit
}
