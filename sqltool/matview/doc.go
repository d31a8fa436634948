// Package matview keeps results of SQL in a DuckDB beside the server, refreshes them on a schedule, and lets a tool say per call whether
// what is kept is young enough to answer from.
package matview
