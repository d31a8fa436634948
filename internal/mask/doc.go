// Package mask hides parts of JSON documents in one pass over their bytes.
//
// A [Plan] is compiled once from edits (a path, and what to do there) and then
// applied to any number of documents, from any number of goroutines. Applying
// copies the document, cuts the members to be removed and replaces the values
// to be masked; every other byte is copied as it stands, so big integers,
// escapes and the order of members survive, and memory that belongs to whoever
// made the document is never touched.
//
//	plan, err := mask.Compile([]mask.Edit{
//		{Path: []string{"email"}, Mask: mask.Mask{Kind: mask.Email}},
//		{Path: []string{"orders", "card"}, Mask: mask.Mask{Kind: mask.Last4}},
//		{Path: []string{"notes"}, Remove: true},
//	}, nil)
//	if err != nil {
//		return err
//	}
//	masked, err := plan.Apply(nil, document, nil)
//	if err != nil {
//		return err // withhold the whole document
//	}
//
// # Paths
//
// A path is a list of member names, never a text to be parsed, so dots, slashes
// and quotes in names need no escape. Lists are passed through unwritten:
// "orders", "card" means the card of every order, and lists of lists are passed
// through alike. The segment "**" stands for any number of members, none included: "**",
// "card" is every card at any depth. The segment "*" stands for every member name; it applies
// together with a literal name beside it.
//
// A literal name fits each member name that some reader of JSON may take for
// it: compared after unescaping, without case (Unicode simple folding, as
// encoding/json does), in compatibility form (composed, decomposed, fullwidth)
// and without invisible characters. A name that fits by mistake hides too much
// and never too little.
//
// # What is refused
//
// [Plan.Apply] is a strict reader. Text that is not JSON, trailing data, bytes
// that are not UTF-8, nesting beyond [MaxDepth], and, in objects a path leads
// through, a name given twice or two names that fit the same path (one reader
// keeps the first, another the last) are an [InputError], and whoever gets an
// error withholds the whole document.
//
// A text, number or boolean where a path expects to go deeper means that the
// shape of the data has drifted from the plan. It is replaced as a whole: what
// it holds may be the very thing the path was written for.
//
// # What stays visible by design
//
// Masks of parts keep parts: the first character and the domain of an e-mail
// address, the last characters of a number, a year. Null stays null, so a
// reader can tell an absent value from a hidden one. Below a member that no
// path names, nothing is looked at: JSON inside a text there is a text.
package mask
