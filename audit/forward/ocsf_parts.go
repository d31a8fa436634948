package forward

import (
	"encoding/json"
	"net/netip"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// messageOf is a line for people.
func messageOf(r *audit.Record) string {
	if r.Kind == audit.KindEvent && r.Note != "" {
		return r.Note
	}
	text := operation(r)
	if r.Target.Name != "" && text != r.Target.Name && r.Target.Kind != "list" {
		text += " " + r.Target.Name
	}
	switch {
	case r.Kind == audit.KindIntent:
		text += ": about to run"
	case r.Outcome != "":
		text += ": " + r.Outcome
	}
	return text
}

// actorOf says who did it: the user, the program that called, or the server itself. OCSF wants at least one of them.
func actorOf(r *audit.Record) ocsfActor {
	a := ocsfActor{AppName: r.Client.Name, AppUID: r.Agent.ID}
	if r.Conversation != "" {
		a.Session = &ocsfSession{UID: r.Conversation}
	}
	if r.User.Provider != "" {
		a.IDP = &ocsfNamed{Name: r.User.Provider}
	}
	u := r.User
	switch {
	case u.ID != "":
		a.User = &ocsfUser{UID: u.ID, FullName: u.Name, TypeID: 1, Type: "User"}
	case u.Name != "":
		a.User = &ocsfUser{Name: u.Name, TypeID: 1, Type: "User"}
	case u.Anonymous:
		a.User = &ocsfUser{Name: "anonymous", TypeID: 0, Type: "Unknown"}
	}
	if a.User != nil {
		if u.Tenant != "" {
			a.User.Org = &ocsfOrg{UID: u.Tenant}
		}
		for _, group := range u.Groups {
			a.User.Groups = append(a.User.Groups, ocsfNamed{Name: group})
		}
	}
	if a.User == nil && a.AppName == "" && a.AppUID == "" {
		if a.AppName = r.Server.Name; a.AppName == "" {
			a.AppName = "mcpgov"
		}
	}
	return a
}

// apiOf says what was called, with what, and what came back.
func apiOf(r *audit.Record) ocsfAPI {
	api := ocsfAPI{Operation: operation(r), Version: r.Client.Protocol}
	if r.Server.Name != "" || r.Server.Version != "" {
		api.Service = &ocsfService{Name: r.Server.Name, Version: r.Server.Version}
	}
	if r.CallID != "" {
		api.Request = &ocsfRequest{UID: r.CallID, Data: r.Arguments}
	}
	response := ocsfResponse{ErrorMessage: r.Cause, Data: r.Response}
	if resultOf(r) == failure {
		response.Error = r.Outcome
	}
	if response.Error != "" || response.ErrorMessage != "" || len(response.Data) > 0 {
		api.Response = &response
	}
	return api
}

// sourceOf says where it came from.
func sourceOf(r *audit.Record) ocsfEndpoint {
	if addr, err := netip.ParseAddr(r.Client.RemoteIP); err == nil {
		return ocsfEndpoint{IP: addr.WithZone("").String(), TypeID: 0, Type: "Unknown"}
	}
	switch {
	case r.Client.RemoteIP != "": // not an address, such as the path of a Unix socket
		return ocsfEndpoint{Name: r.Client.RemoteIP, TypeID: 0, Type: "Unknown"}
	case r.Client.Transport == "http": // its peer is not known
		return ocsfEndpoint{Name: r.Client.Transport, TypeID: 0, Type: "Unknown"}
	case r.Client.Transport != "":
		return ocsfEndpoint{Name: r.Client.Transport, TypeID: 99, Type: "no network"}
	default:
		return ocsfEndpoint{Name: "local", TypeID: 99, Type: "no network"}
	}
}

// resourcesOf names the target and where its data came from.
func resourcesOf(r *audit.Record) []ocsfResource {
	var all []ocsfResource
	if r.Target.Name != "" {
		all = append(all, ocsfResource{Name: r.Target.Name, Type: r.Target.Kind, RoleID: 1, Role: "Target", Labels: r.Shown})
	}
	for _, s := range r.Sources {
		name := s.Ref
		if name == "" {
			name = s.System
		}
		if name != "" {
			all = append(all, ocsfResource{Name: name, Type: s.System, RoleID: 4, Role: "Related"})
		}
	}
	return all
}

// unmapped is what OCSF has no place for, by the names it has in the record's own line.
type unmapped struct {
	AgentKind       string           `json:"agent_kind,omitempty"`
	Arguments       json.RawMessage  `json:"arguments,omitempty"` // of a record without call id, which has no request
	ArgumentsDigest string           `json:"arguments_digest,omitempty"`
	Bytes           int              `json:"bytes,omitempty"`
	Category        string           `json:"category,omitempty"`
	Cleaned         int              `json:"cleaned,omitempty"`
	Client          *unmappedClient  `json:"client,omitempty"`
	Cut             int              `json:"cut,omitempty"`
	Decision        string           `json:"decision,omitempty"`
	DurationUS      int64            `json:"duration_us,omitempty"`
	Environment     string           `json:"environment,omitempty"`
	Kind            audit.Kind       `json:"kind,omitempty"`
	Masked          []string         `json:"masked,omitempty"`
	Note            string           `json:"note,omitempty"`
	Purpose         string           `json:"purpose,omitempty"`
	Region          string           `json:"region,omitempty"`
	ResponseDigest  string           `json:"response_digest,omitempty"`
	Rows            int              `json:"rows,omitempty"`
	Rules           []string         `json:"rules,omitempty"`
	Warnings        []string         `json:"rules_warned,omitempty"`
	Shadow          []string         `json:"shadow,omitempty"`
	Sources         []unmappedSource `json:"sources,omitempty"`
	Steps           []unmappedStep   `json:"steps,omitempty"`
	Subjects        []string         `json:"subjects,omitempty"`
	User            *unmappedUser    `json:"user,omitempty"`
}

type unmappedStep struct {
	DurationUS int64  `json:"duration_us,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Name       string `json:"name,omitempty"`
	Outcome    string `json:"outcome,omitempty"`
	StartUS    int64  `json:"start_us,omitempty"`
}

type unmappedSource struct {
	AsOf             string   `json:"as_of,omitempty"`
	Executed         string   `json:"executed,omitempty"`
	Model            string   `json:"model,omitempty"`
	ParametersDigest string   `json:"parameters_digest,omitempty"`
	Ref              string   `json:"ref,omitempty"`
	Revision         string   `json:"revision,omitempty"`
	Rows             int      `json:"rows,omitempty"`
	Statement        string   `json:"statement,omitempty"`
	System           string   `json:"system,omitempty"`
	Tables           []string `json:"tables,omitempty"`
}

type unmappedClient struct {
	Transport string `json:"transport,omitempty"`
	Version   string `json:"version,omitempty"`
}

type unmappedUser struct {
	Attributes  json.RawMessage `json:"attributes,omitempty"`
	Permissions []string        `json:"permissions,omitempty"`
	Role        string          `json:"role,omitempty"`
	Roles       []string        `json:"roles,omitempty"`
	Scopes      []string        `json:"scopes,omitempty"`
}

// momentOf writes a time as the record's own line does; "" for none.
func momentOf(t time.Time) string {
	if t.Truncate(time.Microsecond).IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

// unmappedOf collects the rest of r.
func unmappedOf(r *audit.Record) *unmapped {
	u := &unmapped{
		Kind: r.Kind, Environment: r.Server.Environment, Region: r.Server.Region, Purpose: r.Purpose, Category: r.Category,
		ArgumentsDigest: r.ArgumentsDigest, ResponseDigest: r.ResponseDigest, Decision: r.Decision, Rules: r.Rules, Warnings: r.Warnings,
		Shadow: r.Shadow, DurationUS: r.Duration.Microseconds(), Rows: r.Rows, Cut: r.Cut, Bytes: r.Bytes, Cleaned: r.Cleaned,
		Masked: r.Masked, Subjects: r.Subjects, AgentKind: r.Agent.Kind,
	}
	if r.CallID == "" {
		u.Arguments = r.Arguments
	}
	if r.Kind != audit.KindEvent { // an event's note is its message
		u.Note = r.Note
	}
	if r.Client.Version != "" || r.Client.Transport != "" {
		u.Client = &unmappedClient{Version: r.Client.Version, Transport: r.Client.Transport}
	}
	if s := r.User; s.Role != "" || len(s.Roles)+len(s.Permissions)+len(s.Scopes)+len(s.Attributes) > 0 {
		u.User = &unmappedUser{Role: s.Role, Roles: s.Roles, Permissions: s.Permissions, Scopes: s.Scopes, Attributes: s.Attributes}
	}
	for _, s := range r.Sources {
		u.Sources = append(u.Sources, unmappedSource{
			AsOf: momentOf(s.AsOf), Executed: momentOf(s.Executed), Model: s.Model,
			ParametersDigest: s.ParametersDigest, Ref: s.Ref, Revision: s.Revision, Rows: s.Rows, Statement: s.Statement, System: s.System, Tables: s.Tables,
		})
	}
	for _, s := range r.Steps {
		u.Steps = append(u.Steps, unmappedStep{
			Kind: s.Kind, Name: s.Name, Outcome: s.Outcome, StartUS: s.Start.Microseconds(), DurationUS: s.Duration.Microseconds(),
		})
	}
	return u
}
