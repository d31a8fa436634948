package report

// hipaa is the sections of 45 CFR part 164 that ask for what a log and rules can show.
func hipaa() []demand {
	return []demand{
		{
			id: "164.312(a)(1)", title: "Access control", covered: true, judges: []judge{accessControl},
			asks:   "Only persons and programs that were granted access get to electronic protected health information.",
			person: "Whether the rules grant what they should, and how access beside this server is controlled.",
		},
		{
			id: "164.312(b)", title: "Audit controls", covered: true, judges: []judge{auditTrail},
			asks:   "Activity in systems that hold electronic protected health information is recorded and can be examined.",
			person: "Which other systems hold such information, and what they record.",
		},
		{
			id: "164.312(c)(1)", title: "Integrity", covered: true, judges: []judge{integrity},
			asks:   "Electronic protected health information is not altered or destroyed improperly. This log can show it of itself only.",
			person: "How the data behind the tools is protected, and who holds the key of the log.",
		},
		{
			id: "164.312(d)", title: "Person or entity authentication", covered: true, judges: []judge{authentication},
			asks:   "Whoever seeks access is the one he claims to be.",
			person: "How the provider that vouches for callers checks them.",
		},
		{
			id: "164.308(a)(1)(ii)(D)", title: "Information system activity review", judges: []judge{toReview},
			asks:   "Records of activity are reviewed regularly.",
			person: "Who reviewed this report, when, and what came of it.",
		},
		{
			id: "164.502(b)", title: "Minimum necessary", covered: true, judges: []judge{minimisation},
			asks:   "Uses and disclosures are limited to what their purpose needs.",
			person: "What each role needs for its work.",
		},
		{
			id: "164.528", title: "Accounting of disclosures", covered: true, judges: []judge{perSubject, purposes, keptLongEnough},
			asks:   "A person can be told to whom information about him was disclosed, when, what and for which purpose, six years back.",
			person: "Which disclosures have to be listed, who received data from the callers, and the person behind each digest.",
		},
		{
			id: "164.316(b)(2)", title: "Retention for six years", covered: true, judges: []judge{keptLongEnough},
			asks:   "Documentation, records of actions and activities included, is kept for six years.",
			person: "Where policies, procedures and reviews are kept.",
		},
	}
}
