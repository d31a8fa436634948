package auditdb

import "database/sql"

// Engine is the DuckDB of db, for measuring.
func Engine(db *DB) *sql.DB { return db.engine.DB }

// Source is the SELECT over all records of db, for measuring.
func Source(db *DB) string { return db.current.all }
