package auditpg

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// Codes of errors (PostgreSQL, appendix A) that this package tells apart.
const (
	uniqueViolation   = "23505"
	serialization     = "40001"
	deadlock          = "40P01"
	readOnly          = "25006" // the server has become a standby
	queryCanceled     = "57014" // by statement_timeout, or by somebody
	connectionClass   = "08"
	interventionClass = "57" // operator intervention: shut down, crashed, starting up
)

// lost reports whether an error leaves open what became of a transaction, or whether it may go better on another connection.
func lost(err error) bool {
	refusal, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return true // the network's, or a context's
	}
	switch refusal.Code {
	case serialization, deadlock, readOnly:
		return true
	case queryCanceled:
		return false
	}
	class := refusal.Code[:min(2, len(refusal.Code))]
	return class == connectionClass || class == interventionClass
}
