package dbt

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// Options are how a project is read. The zero Options are fine for a manifest.
type Options struct {
	// Database keeps the names of databases (catalogs) that a manifest gives to tables. False leaves them to the connection: the server
	// seldom opens the database under the name that dbt did.
	Database bool
	// Schema is the schema of the models of a schema.yml, which does not say it. "" is the connection's own.
	Schema string
	// Revision is the version of the project, such as a git commit; "" takes it from the manifest, if it stands there.
	Revision string
	// OnBreach is what a breach of the contracts does; "" is contract.Refuse.
	OnBreach contract.Action
}

// Project is what was read of a dbt project.
type Project struct {
	Name      string    // "" is not known
	Version   string    // of dbt; "" is not known
	Adapter   string    // dbt's word for the database, such as duckdb or postgres; "" is not known
	Revision  string    // of the project, such as a git commit; "" is not known
	Generated time.Time // when the manifest was written; zero is not known

	// Contracts are the tests, one contract for each table that has some, in the order of the tables' names.
	Contracts []contract.Contract
	// Descriptions are the documentation of all tables, those without tests too.
	Descriptions contract.Descriptions
	// NotUnderstood names each test, constraint and setting that no check was made of, with where it stands and why.
	NotUnderstood []string

	options Options
	tables  map[string]*table // by unique id
}

// Set returns the contracts as a set, for [contract.NewGuard].
func (p *Project) Set() contract.Set {
	return contract.Set{OnBreach: p.options.OnBreach, Contracts: slices.Clone(p.Contracts)}
}

// Complete returns an error that names everything no check was made of; nil if there is nothing.
func (p *Project) Complete() error {
	var faults []error
	for _, text := range p.NotUnderstood {
		faults = append(faults, errors.New(text))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("of the dbt project these were not understood:\n%w", err)
	}
	return nil
}

// table is a model, seed, snapshot or source while the project is read.
type table struct {
	id          string // dbt's unique id
	name        string // as ref() calls it
	source      string // of a source: as source() calls it first
	file        string
	ephemeral   bool // there is no table
	contract    contract.Contract
	described   contract.Description
	constraints []contract.Check // of an enforced contract, behind the columns
}

func (p *Project) add(t *table) {
	if p.tables == nil {
		p.tables = map[string]*table{}
	}
	p.tables[t.id] = t
}

// report notes what was not understood.
func (p *Project) report(where, what string, args ...any) {
	p.NotUnderstood = append(p.NotUnderstood, where+": "+fmt.Sprintf(what, args...))
}

// finish puts what was read in order.
func (p *Project) finish() {
	var all []*table
	for _, t := range p.tables {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *table) int { return strings.Compare(a.id, b.id) })
	named := map[string]bool{}
	for _, t := range all {
		if t.ephemeral {
			continue
		}
		p.Descriptions = append(p.Descriptions, t.described)
		t.contract.Checks = append(t.constraints, t.contract.Checks...)
		if len(t.contract.Columns)+len(t.contract.Checks) == 0 {
			continue
		}
		unique(t.contract.Checks)
		if title := strings.ToLower(t.contract.Schema + "." + t.contract.Table); named[title] {
			t.contract.Name = t.id // two tables may be called the same where their databases are left out
		} else {
			named[title] = true
		}
		if err := contract.Validate(contract.Set{Contracts: []contract.Contract{t.contract}}); err != nil {
			p.report(t.file+": "+t.name, "no contract was made of it: %v", err)
			continue
		}
		p.Contracts = append(p.Contracts, t.contract)
	}
	slices.Sort(p.NotUnderstood)
}

// unique gives every check a name of its own.
func unique(checks []contract.Check) {
	seen := map[string]int{}
	for i := range checks {
		if name := checks[i].Name; name != "" {
			seen[name]++
			if n := seen[name]; n > 1 {
				checks[i].Name += fmt.Sprintf(" #%d", n)
			}
		}
	}
}

// place sets what a table is called, in its contract and its description.
func (t *table) place(database, schema, name string) {
	t.contract.Database, t.contract.Schema, t.contract.Table = database, schema, name
	t.described.Database, t.described.Schema, t.described.Table = database, schema, name
}

// describe sets what a table holds.
func (t *table) describe(text string, columns map[string]string) {
	t.contract.Description, t.described.Text, t.described.Columns = text, text, columns
}

// made sets where a table comes from.
func (t *table) made(revision string, from []string) {
	if t.source == "" {
		t.contract.Model, t.described.Model = t.id, t.id
		t.contract.Revision, t.described.Revision = revision, revision
	}
	t.contract.DependsOn, t.described.DependsOn = from, slices.Clone(from)
}
