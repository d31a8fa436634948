// Package policy turns rules written in CEL into decisions and obligations: may this call happen, and what must be
// removed from its result or masked in it.
//
// A policy has two states. A [Policy] is text or Go literals and decides nothing. [Policy.Bind] checks it against the
// tools it governs and the attributes users have, reports every fault at once, and makes a [Decider], which decides:
//
//	rules, err := policy.Parse([]byte(`
//	mcpgov: 1
//	user: {customer_id: "string?"}
//	policies:
//	  - tools: [get_customer]
//	    input:
//	      - {condition: "user.role == 'admin' || customer_id == user.customer_id", action: allow}
//	    output:
//	      - {condition: "user.role != 'admin'", action: mask_fields, fields: [email]}
//	`))
//	...
//	decider, err := rules.Bind(policy.Catalog{Targets: []*policy.Target{target}})
//	...
//	decision, err := decider.Admit(ctx, &policy.Request{Target: target, User: user, Args: &in, Now: time.Now()})
//
// # Deciding
//
// Input rules run in order and the first whose condition holds decides. Where none holds, a server's set ([Set]) ends
// in its default, which is deny unless it says otherwise; a tool's own list ([Own]) ends in deny if it holds an allow or
// a require_approval, and in allow if it only denies. Policies are joined by [All]: every one must allow. A rule that is
// never asked, because one before it holds always for every tool it selects, is a fault of [Policy.Bind].
//
// A warn decides nothing: that its condition held is noted in the record, and the list goes on.
//
// Output rules all apply, in stages that do not depend on their order: deny, which withholds the result; filter_rows; limit_rows, of which
// the smallest counts; removal of fields; masks. Their conditions see the original response and the arguments.
//
// An error refuses. A condition that fails, takes too long, gives no boolean or reads what is absent is a [RuleError],
// never a rule that does not hold.
//
// # Selecting
//
// A block of a set selects by kind: tools, resources and prompts are lists of names, globs and tags (tag:pii), and each entry must select
// something. A resource is named by its URI or URI template. In a glob * is any run of characters, slashes among them, and ? any one.
//
//	policies:
//	  - tools: [get_customer, "hr_*", "tag:crm"]
//	    resources: ["customer://*"]
//	    read_only: true         # of these, only those that change nothing; false: only the others
//
// What no block of a set selects ends in the set's default.
//
// # Rows
//
// A filter_rows keeps the rows of a list for which its where holds. Where is a condition that also sees the row, as item. A limit_rows keeps
// the first so many of what the filters left:
//
//	output:
//	  - {condition: "user.role != 'manager'", action: filter_rows, path: orders, where: "item.region == user.region"}
//	  - {condition: "true", action: limit_rows, path: orders, limit: 100}
//
// Of several filters for one list a row must pass all, and a where that fails for one row withholds the whole result. A path passes
// through lists: regions.orders cuts the orders of each region. It does not pass through maps, and nothing of it may be known at run time
// only: an interface, raw JSON, a type with a MarshalJSON of its own; nor is there * or **. All that is a fault of [Policy.Bind], in each
// target that has the path, for rows that were let through there would be let through in silence. A nil list has no rows. However
// short a where is, the rows of one result have the 100 milliseconds of costly conditions together; a list that is too long for them is
// withheld.
//
// # Shadow mode
//
// A rule with mode: shadow, or all rules of a set or of a tool's own list with it, is evaluated and not followed. The decision is made as if it
// were not there; then it is made once more as if nothing were in shadow mode, and where the two differ, in effect or in the rule that
// denies, a [Divergence] in [Decision.Shadow] names the rule and what it would have done. Of a tool's own list whose
// end changes with the rules on trial, its default is named. Output rules in shadow mode note in [Obligations.Shadow] what they would have
// removed, masked, cut or denied beyond what is asked for already. A rule on trial that fails is noted with "fail" and refuses nothing.
//
// What is in shadow mode hides nothing from lists, covers no sensitive field, and is checked at Bind like any other. Where all sets are in
// it nothing would be enforced, which is a fault: whoever means that joins [AllowAll].
//
// # What conditions see
//
//	user       id, name, email, role, tenant, provider; roles, groups, permissions, scopes; anonymous; declared attributes
//	agent      id, kind, name: the program that calls on the user's behalf
//	args       the arguments as the handler receives them; each also by its bare name
//	response   the result (output rules only)
//	tool       name, kind, tags, read_only, destructive; tool_name is short for tool.name
//	now        the time of the call; timestamp.now() is the same reading
//	request    transport, client, remote_ip, purpose, headers
//	env        name, region
//	history    history.within(duration('1h')): calls, denials, rows, masked; of this caller, in a window of up to 24 hours
//	item       one row of a list (where of filter_rows only)
//
// Input rules see all but response, and so does an output rule of a tool without a result.
//
// A call counts in history when it has ended: calls that run side by side do not see each other. A denial that history and the caller alone
// settle hides the target while it holds, as any does; one that also reads an argument tells its reason:
//
//	{condition: "customer_id != '' && history.within(duration('1h')).calls >= 100", action: deny, reason: "100 lookups an hour, no more"}
//
// A bare name is not given to arguments called user, agent, args, response, tool, tool_name, now, timestamp, request,
// env, item or history, nor to those called like a CEL type or reserved word: write args.user. An argument can so never
// pose as the caller.
//
// Go values appear by the names encoding/json gives them. Integers of every size are int, floats double, time.Time
// timestamp, time.Duration duration, []byte bytes, and what marshals itself as text is text. Interfaces, raw JSON and
// types with a MarshalJSON of their own are dynamic: what their JSON holds. A nil pointer is null; has() of any other
// field is whether it differs from its zero value.
//
// # The language
//
// Conditions are CEL (https://cel.dev): its standard library and its macros (has, all, exists, exists_one, map, filter), and nothing else
// but this:
//
//	timestamp.now()          the time of the call, one reading for all rules
//	now.getHours()           and its kin read the time zone of the set, UTC unless said, where they name none
//	count < 1.5              int and double compare by <, <=, > and >=
//	price == 100.0           and neither by == nor in: write the double; nor is count + 1.5 anything: write double(count) + 1.5
//	id.matches('^a')         RE2, on texts up to 64 KiB; a longer one is an error, which refuses
//	id.glob('crm_*')         the whole text, where * is any run of characters and ? any one; also glob(id, 'crm_*')
//	cidr('10.0.0.0/8').containsIP(request.remote_ip)
//	                         whether a block of addresses holds one; an IPv4 address written as IPv6 (::ffff:10.0.0.1) is the IPv4 address
//	args.`content-type`      names that are no words stand in backquotes
//
// Of the extensions of CEL there are, by their names there:
//
//	texts                    lowerAscii() and upperAscii(), trim(), indexOf(text), lastIndexOf(text), charAt(i), substring(from),
//	                         substring(from, to), replace(text, by), split(by), and join() and join(by) of a list; positions count characters from 0
//	sets.contains(a, b)      whether list a holds all of b; sets.intersects(a, b): any; sets.equivalent(a, b): each holds all of the other
//	tags.distinct()          each different element once
//
// These take and give texts up to 64 KiB and lists up to 4,096 elements, and sets and distinct only texts, numbers, booleans and null, up
// to 64 KiB of text in a list; a glob has at most 256 bytes. What is beyond is an error. So are a text that is no address, an address
// with a zone, and a block with bits behind its length (10.0.0.1/8); constants are checked when the policy is bound.
//
// Go functions join them by [Catalog].Functions, under names with a dot: see [Function]. Of an argument called like what comes before
// the dot, conditions write args.crm.
//
// A condition has at most 16 KiB. The conditions of one decision that loop, call Go functions, or may cost much, have 100 milliseconds
// together. A condition that may take more than 10^12 steps for lists of 4,096 elements is refused when the policy is bound: three loops, one
// in the other.
//
// # Looking before changing
//
// [Explain] shows how one decision comes about, [Lint] which rules can hold for nothing, and [Replay] what a candidate would have done about
// the calls of a log: who gains, who loses, which fields change their mask, and what the log does not tell.
//
// # Absence
//
// What the caller lacks cannot be compared: reading it is an error. That holds for built-in texts that are empty and
// for declared attributes that are missing. Declared nullable ("string?"), an attribute reads null and has() is false;
// declared with a default, the default takes its place. Lists are never absent, only empty.
//
// An argument or a member of the result that is a pointer is null where the pointer is nil; any other holds what the
// handler sees, which is the zero value of its type where the caller left it out. A key that a map does not have is an
// error: ask 'key' in args.extra, or has(args.extra.key), before.
//
// An error passes through || and && where the other side settles the answer: true || user.email == 'x' is true.
package policy
