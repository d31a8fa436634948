package mcptest

import "errors"

// SinkRules names the rules of TestSink.
func SinkRules() (names []string) {
	for _, rule := range sinkRules() {
		names = append(names, rule.name)
	}
	return names
}

// SinkVerdict judges a sink by one rule: "" if it keeps it, "skipped: why", or what is wrong.
func SinkVerdict(name string, open func() SinkTest) string {
	for _, rule := range sinkRules() {
		if rule.name != name {
			continue
		}
		err := rule.judge(open())
		if skipped, ok := errors.AsType[ruleSkipped](err); ok {
			return "skipped: " + string(skipped)
		}
		if err != nil {
			return err.Error()
		}
		return ""
	}
	return "there is no rule " + name
}
