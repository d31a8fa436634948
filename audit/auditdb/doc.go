// Package auditdb answers questions about audit logs: which calls, by whom, how slow, how often refused, what is unusual.
package auditdb
