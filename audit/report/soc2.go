package report

// soc2 is the AICPA's trust services criteria (2017, with the points of focus of 2022) that ask for what a log and rules can show.
func soc2() []demand {
	return []demand{
		{
			id: "CC6.1", title: "Logical access", covered: true, judges: []judge{accessControl, authentication},
			asks:   "Access to protected information goes through controls that tell callers apart.",
			person: "The inventory of information, encryption, and access beside this server.",
		},
		{
			id: "CC6.3", title: "Roles and least privilege", covered: true, judges: []judge{liveRules, leastPrivilege},
			asks:   "Access is given, changed and taken by role, with least privilege and separated duties.",
			person: "Who approved what each role may do, and when people left.",
		},
		{
			id: "CC6.6", title: "Boundaries", judges: []judge{boundary},
			asks:   "Threats from outside the boundaries of the system are held off.",
			person: "Networks, TLS, and what stands before the server.",
		},
		{
			id: "CC7.2", title: "Monitoring", covered: true, judges: []judge{auditTrail},
			asks:   "The system is watched for what may be malicious acts, disasters and errors. This report can tell only that there is a whole log to watch.",
			person: "Who watches, and what raises an alarm.",
		},
		{
			id: "CC7.3", title: "Evaluation of security events", judges: []judge{signs},
			asks:   "Events are evaluated for whether they harmed, or might have, and acted upon.",
			person: "What was evaluated and decided. That this report shows no sign of an event does not mean that there was none.",
		},
		{
			id: "CC8.1", title: "Change management", covered: true, judges: []judge{changeControl},
			asks:   "Changes are authorised, tested, approved and recorded. This report can tell of rules only.",
			person: "Who approved each revision of the rules, and changes of the server itself.",
		},
		{
			id: "A1.2", title: "Availability", judges: []judge{availability},
			asks:   "The environment keeps the system available as promised.",
			person: "What was promised, and how recovery is tested. What never reached the server stands in no log.",
		},
		{
			id: "C1.1", title: "Confidential information", covered: true, judges: []judge{minimisation},
			asks:   "Confidential information is identified and protected.",
			person: "Whether everything confidential carries a label.",
		},
		{
			id: "C1.2", title: "Disposal of confidential information", covered: true, judges: []judge{keptNoLonger},
			asks:   "Confidential information is disposed of in time. This report can tell of the log only.",
			person: "For how long the systems behind the tools keep their data.",
		},
		{
			id: "PI1.3", title: "Processing integrity", covered: true, judges: []judge{processing},
			asks:   "Processing is complete, valid, accurate and timely. This report can tell only of what the server checks.",
			person: "Whether the results were right.",
		},
	}
}
