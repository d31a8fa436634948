package report

// gdpr is the articles of Regulation (EU) 2016/679 that ask for what a log and rules can show.
func gdpr() []demand {
	return []demand{
		{
			id: "Art. 5(1)(b)", title: "Purpose limitation", covered: true, judges: []judge{purposes},
			asks:   "Personal data is used for stated purposes and no others.",
			person: "Whether the purposes that callers state are those the data was collected for.",
		},
		{
			id: "Art. 5(1)(c)", title: "Data minimisation", covered: true, judges: []judge{minimisation},
			asks:   "No more personal data is used than the purpose needs.",
			person: "What each purpose needs.",
		},
		{
			id: "Art. 5(1)(e)", title: "Storage limitation", covered: true, judges: []judge{keptNoLonger},
			asks:   "Personal data is kept no longer than the purpose needs. This report can tell of the log only.",
			person: "For how long the systems behind the tools keep their data.",
		},
		{
			id: "Art. 5(2)", title: "Accountability", covered: true, judges: []judge{auditTrail, integrity},
			asks:   "The controller can demonstrate that the principles are kept. This report can tell of the log only.",
			person: "The legal basis of each purpose.",
		},
		{
			id: "Art. 15", title: "Access by the data subject", covered: true, judges: []judge{perSubject},
			asks:   "A person can be told which data about him was used, for what, and who received it.",
			person: "The data itself, from the systems behind the tools, and the person behind each digest.",
		},
		{
			id: "Art. 17", title: "Erasure", judges: []judge{erasure},
			asks:   "A person's data is erased when there is no ground to keep it.",
			person: "Whether the data was erased, in which systems, and the ground on which the log is kept.",
		},
		{
			id: "Art. 25", title: "Protection by design and by default", covered: true, judges: []judge{liveRules, minimisation},
			asks:   "What is needed to protect personal data is built in, and the default shows the least. This report can tell of labels and rules only.",
			person: "Why the measures are enough.",
		},
		{
			id: "Art. 30", title: "Records of processing activities", judges: []judge{activities},
			asks:   "A record of the processing names purposes, classes of data, recipients and times.",
			person: "The record itself: controller, contacts, transfers abroad, times of erasure.",
		},
		{
			id: "Art. 32", title: "Security of processing", covered: true, judges: []judge{accessControl, authentication, integrity},
			asks:   "Measures keep processing confidential and intact, as the risk demands. This report can tell of access and of the log only.",
			person: "The risk, encryption, and how the measures are tested.",
		},
		{
			id: "Art. 33", title: "Notification of a breach", judges: []judge{signs},
			asks:   "The authority is told of a breach within 72 hours, with whom and how many it concerns.",
			person: "Whether something was a breach. That this report shows no sign of one does not mean that there was none.",
		},
	}
}
