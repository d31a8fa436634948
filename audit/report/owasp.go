package report

// owaspMCP is the OWASP MCP Top 10 of 2025, version 0.1, a beta: a list of risks. Asks says what keeps each of them away.
func owaspMCP() []demand {
	return []demand{
		{
			id: "MCP01:2025", title: "Token Mismanagement & Secret Exposure", judges: []judge{secrets},
			asks:   "Tokens and secrets are short-lived, and stand neither in results nor in logs.",
			person: "How tokens are made, kept and revoked, and whether everything secret carries the label secret.",
		},
		{
			id: "MCP02:2025", title: "Privilege Escalation via Scope Creep", covered: true, judges: []judge{accessControl, leastPrivilege},
			asks:   "Callers hold the least they need, and what they hold does not grow.",
			person: "Whether each grant is still needed.",
		},
		{
			id: "MCP03:2025", title: "Tool Poisoning", judges: []judge{textsCleaned, contractStable},
			asks:   "Tools and what they return do not mislead the model.",
			person: "Whether what is advertised was reviewed, and whether clients compare it with what they approved.",
		},
		{
			id: "MCP04:2025", title: "Software Supply Chain Attacks & Dependency Tampering",
			asks:   "Components come from where they should, and nobody changed them.",
			person: "Signed builds, pinned modules, and scans for known faults.",
		},
		{
			id: "MCP05:2025", title: "Command Injection & Execution", judges: []judge{handlersHeld},
			asks:   "Nothing a caller sends is run as a command.",
			person: "How handlers use what they are given: arguments that fit their schema can still be hostile.",
		},
		{
			id: "MCP06:2025", title: "Intent Flow Subversion", judges: []judge{approvals, textsCleaned},
			asks:   "Text that is fetched does not steer the agent away from what its user wanted.",
			person: "What agents were asked to do. No log of a server can show whether a call was what the user wanted.",
		},
		{
			id: "MCP07:2025", title: "Insufficient Authentication & Authorization", covered: true, judges: []judge{accessControl, authentication},
			asks:   "Every caller is known, and every call decided by rules.",
			person: "How the provider that vouches for callers checks them.",
		},
		{
			id: "MCP08:2025", title: "Lack of Audit and Telemetry", covered: true, judges: []judge{auditTrail, integrity},
			asks:   "Every call leaves a record that nobody can change unseen, and somebody is told of what is odd. This report can tell of the records only.",
			person: "Who is told, and how soon.",
		},
		{
			id: "MCP09:2025", title: "Shadow MCP Servers", judges: []judge{knownServers},
			asks:   "No server runs that nobody governs.",
			person: "An inventory. A server that writes no log stands in none.",
		},
		{
			id: "MCP10:2025", title: "Context Injection & Over-Sharing", covered: true, judges: []judge{minimisation, purposes},
			asks:   "What one user, task or agent sees does not reach another.",
			person: "What clients keep in their context, and who shares it.",
		},
	}
}
