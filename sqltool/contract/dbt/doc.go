// Package dbt reads an existing dbt project: its tests become data contracts, its documentation descriptions of tables.
//
//	data, err := os.ReadFile("target/manifest.json")
//	project, err := dbt.ReadManifest(data, dbt.Options{})
//	if err := project.Complete(); err != nil {
//		log.Print(err) // which tests no check was made of, and why
//	}
//	guard, err := contract.NewGuard(db, project.Set(), contract.GuardOptions{...})
//
// [ReadManifest] reads what dbt has compiled, which knows everything; [ReadSchema] the schema.yml files alone, where there is no dbt. No dbt is
// run, and no database asked.
//
// # What is read
//
// The tests not_null, unique, accepted_values and relationships; those of dbt_utils and dbt_expectations that look at one table, with their arguments
// in the old spelling and below arguments: in the new; where, severity, warn_if and error_if; the freshness of sources; contracts that are
// enforced, with data types and constraints. A manifest that was compiled holds the SQL of every test: tests of other names, and
// those that are SQL files, become checks that run it; it names tables with the database that dbt built them in, so the server must open
// that under the same name. Descriptions come with their doc blocks. A contract's lineage is
// dbt's: the model, what it depends on, and the git commit where the environment of dbt told it (DBT_ENV_CUSTOM_ENV_GIT_SHA and its like).
//
// Whatever no check was made of is named in Project.NotUnderstood, never passed over; tests that the project itself has switched off
// are left out. Three things differ from dbt: the failures of unique are the rows that repeat a value, not the values that are
// repeated; a number that is no number fails every range; positive_values, which people write and no package has, is read as: not
// negative.
package dbt
