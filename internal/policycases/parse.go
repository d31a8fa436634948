// Package policycases reads tests of policies that are written as data: who calls what, and what is to become of it.
//
//	cases:
//	  - name: customers see their own record
//	    user: {id: u42, role: customer, attributes: {customer_id: cust_42}}
//	    tool: get_customer
//	    args: {customer_id: cust_42}
//	    response: {name: Ann, email: ann@example.com}
//	    expect: {decision: allow, masked: [email]}
package policycases

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/mcpgov/go-sdk/internal/strictyaml"
)

// Case is one call and what is expected of it.
type Case struct {
	Place string `yaml:"-"` // file:line:column

	Name     string    `yaml:"name"`
	User     User      `yaml:"user"`
	Agent    Agent     `yaml:"agent"`
	Tool     string    `yaml:"tool"`
	Prompt   string    `yaml:"prompt"`
	Resource string    `yaml:"resource"`
	Args     Document  `yaml:"args"`
	Response Document  `yaml:"response"`
	Purpose  string    `yaml:"purpose"`
	RemoteIP string    `yaml:"remote_ip"`
	Now      time.Time `yaml:"now"`
	History  *Counts   `yaml:"history"`
	Expect   Expect    `yaml:"expect"`
}

// User is who calls, by the names conditions use.
type User struct {
	ID          string         `yaml:"id"`
	Name        string         `yaml:"name"`
	Email       string         `yaml:"email"`
	Role        string         `yaml:"role"`
	Tenant      string         `yaml:"tenant"`
	Provider    string         `yaml:"provider"`
	Roles       []string       `yaml:"roles"`
	Groups      []string       `yaml:"groups"`
	Permissions []string       `yaml:"permissions"`
	Scopes      []string       `yaml:"scopes"`
	Attributes  map[string]any `yaml:"attributes"`
	Anonymous   bool           `yaml:"anonymous"`
}

// Agent is what calls on the user's behalf.
type Agent struct {
	ID   string `yaml:"id"`
	Kind string `yaml:"kind"`
	Name string `yaml:"name"`
}

// Counts is what the caller did before, whatever the window.
type Counts struct {
	Calls   int `yaml:"calls"`
	Denials int `yaml:"denials"`
	Rows    int `yaml:"rows"`
	Masked  int `yaml:"masked"`
}

// Expect is what is to become of the call. What is not written is not looked at.
type Expect struct {
	Decision string    `yaml:"decision"` // allow, deny, require_approval or error
	Rule     *string   `yaml:"rule"`     // the id of the rule that decides, or that fails
	Reason   *string   `yaml:"reason"`   // what the caller is told
	Listed   *bool     `yaml:"listed"`   // the target is in the caller's lists
	Masked   *[]string `yaml:"masked"`   // the paths that are masked
	Removed  *[]string `yaml:"removed"`  // the paths that are removed
	Response Document  `yaml:"response"` // what the caller gets, whole
	Rules    *[]string `yaml:"rules"`    // the ids of the output rules that apply
	Warnings *[]string `yaml:"warnings"` // the ids of the warn rules that hold
	Shadow   *[]string `yaml:"shadow"`   // the ids of the rules in shadow mode that would change something
}

// Document is a value as JSON; nil where none is written.
type Document json.RawMessage

// UnmarshalYAML implements yaml.Unmarshaler.
func (d *Document) UnmarshalYAML(node *yaml.Node) error {
	var value any
	if err := node.Decode(&value); err != nil {
		return err //nolint:wrapcheck // says where
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("line %d: this is nothing JSON can say: %w", node.Line, err)
	}
	*d = encoded
	return nil
}

// maxFile bounds a file of cases, in bytes.
const maxFile = 4 << 20

// Parse reads one file. All faults come back together, each with file, line and column.
func Parse(file string, data []byte) ([]Case, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: it has more than %d bytes: split it", file, maxFile)
	}
	top, err := strictyaml.Document(file, data)
	if err != nil {
		return nil, err //nolint:wrapcheck // says where
	}
	var document struct {
		Cases []yaml.Node `yaml:"cases"`
	}
	faults := strictyaml.UnknownKeys(file, top, reflect.TypeOf(document))
	if err := top.Decode(&document); err != nil {
		return nil, errors.Join(append(faults, fmt.Errorf("%s: %w", file, err))...)
	}
	if len(document.Cases) == 0 {
		faults = append(faults, fmt.Errorf(`%s: it holds no cases: write "cases:" and a list`, file))
	}
	var cases []Case
	for i := range document.Cases {
		node := &document.Cases[i]
		c := Case{Place: fmt.Sprintf("%s:%d:%d", file, node.Line, node.Column)}
		unknown := strictyaml.UnknownKeys(file, node, reflect.TypeFor[Case]())
		faults = append(faults, unknown...)
		if err := node.Decode(&c); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", file, err))
			continue
		}
		if len(unknown) == 0 {
			faults = append(faults, c.faults()...)
		}
		cases = append(cases, c)
	}
	return cases, errors.Join(faults...)
}

// faults says what a case lacks.
func (c *Case) faults() []error {
	var faults []error
	fault := func(text string) { faults = append(faults, fmt.Errorf("%s: %s", c.Place, text)) }
	if c.Name == "" {
		fault("the case has no name: write what it shows")
	}
	if targets := strings.Fields(c.Tool + " " + c.Prompt + " " + c.Resource); len(targets) != 1 {
		fault("write one of tool, prompt and resource")
	}
	switch c.Expect.Decision {
	case "", "allow", "deny", "require_approval", "error":
	default:
		fault(fmt.Sprintf("expect.decision is %q: write allow, deny, require_approval or error", c.Expect.Decision))
	}
	if reflect.DeepEqual(c.Expect, Expect{}) {
		fault("the case expects nothing: write expect: {decision: deny}, say")
	}
	if c.Response == nil && (c.Expect.Masked != nil || c.Expect.Removed != nil || c.Expect.Response != nil || c.Expect.Rules != nil) {
		fault("output rules are asked about a response: write what the handler returns as response")
	}
	return faults
}
