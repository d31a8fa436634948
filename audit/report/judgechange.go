package report

// changeControl: rules change in the open, and every decision names the rules it was made under.
func changeControl(r *Report, v *verdict) {
	t := &r.Totals
	v.fact("new rules that came into force", t.PolicyLoads, "target.name = 'policy' and outcome = 'ok'; part Policy changes")
	v.fact("new rules that were refused", t.PolicyRefusals, "target.name = 'policy' and outcome is not 'ok'; part Policy changes")
	v.fact("revisions that decided calls", count(len(r.Revisions.Rows))+r.Revisions.Left, "server.policy; part Policy revisions")
	v.fact("revisions that decided calls and no event brought into force", t.Unannounced, "part Policy revisions, column Announced")
	v.fact("calls whose record names no revision", t.NoRevision, calls+" and server.policy is empty")
	v.fail(t.NoRevision > 0, "Some records do not say under which rules they were decided.")
	v.warn(t.Unannounced > 0, "Rules came into force without an event that says so, as after a restart with other rules.")
	v.warn(!r.Rules.Known, "The live rules were not given: see Options.Contract.")
	v.warn(r.Rules.Known && t.Calls > 0 && !r.Rules.InLog, "The revision of the given rules is not the last one that the log shows for this server.")
}

// textsCleaned: what people do not see and models read was found in texts.
func textsCleaned(r *Report, v *verdict) {
	v.fact("characters and values that were removed, marked or refused", r.Totals.Cleaned, "cleaned > 0")
	v.fact("calls in which there were some", r.Totals.CleanedCalls, "cleaned > 0")
	v.warn(r.Totals.CleanedCalls > 0, "Texts held what people do not see and models read. It was removed or marked.")
}

// contractStable: what is advertised did not change.
func contractStable(r *Report, v *verdict) {
	versions := map[string]map[string]bool{}
	changed := uint64(0)
	for _, row := range r.Revisions.Rows {
		if versions[row.Server] == nil {
			versions[row.Server] = map[string]bool{}
		}
		versions[row.Server][row.Version] = true
	}
	for _, v := range versions {
		changed += once(len(v) > 1)
	}
	v.fact("servers whose contract had more than one version in the period", changed, "server.version; part Policy revisions")
	v.warn(changed > 0, "The contract of a server changed. A person has to say whether it should have.")
}

// secrets: what is labelled secret is shown to nobody.
func secrets(r *Report, v *verdict) {
	v.fact("calls that showed data labelled secret", r.Totals.SecretShown, answered+" and shown holds 'secret'")
	v.warn(r.Totals.SecretShown > 0, "Data labelled secret was shown to callers.")
}

// handlersHeld: no handler broke on what it was given.
func handlersHeld(r *Report, v *verdict) {
	v.fact("calls refused because their arguments broke the schema", r.Totals.BadInput, "outcome = 'invalid_input'")
	v.fact("panics of handlers", r.Totals.Panicked, "outcome = 'panicked'")
	v.warn(r.Totals.Panicked > 0, "Handlers panicked: look at what they were given.")
}

// knownServers: whoever writes into the log is the server of the contract.
func knownServers(r *Report, v *verdict) {
	strangers := r.Coverage.Servers.Other
	for name, n := range r.Coverage.Servers.Counts {
		if r.Rules.Known && name != r.Rules.Server {
			strangers += n
		}
	}
	v.fact("servers that wrote into the log", count(len(r.Coverage.Servers.Counts)), "server.name; part Coverage")
	if !r.Rules.Known {
		return
	}
	v.fact("records of servers other than the one of the contract", strangers, "server.name is not that of the contract")
	v.warn(strangers > 0, "Servers other than the one of the contract wrote into the log.")
}
