package policy

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// alwaysHolds reports whether a condition is true whatever it is asked about. It is asked about nothing: a name without a value is an error
// to CEL, and an error passes through everything but what needs no value of it, as in true || user.anonymous. What loops is not asked.
func (c *condition) alwaysHolds() bool {
	if c.costly {
		return false
	}
	v, _, err := c.program.Eval(cel.NoVars())
	return err == nil && v == types.True
}

// decided is where a rule stands that leaves nothing to those after it.
type decided struct {
	block, rule int
	id          string
}

// neverReached says why a rule can never act: for every tool it selects, a rule before it in the same list holds always. A rule that is
// reached for one tool is in order, and so is one of which that is not known because its condition has a fault. Rules in shadow mode hide
// none and are not looked at: they are on trial.
func neverReached(r *Rule, block int, targets []*boundTarget, compiled map[*boundTarget]*condition, parts map[*boundTarget]*part) error {
	if r.Mode.shadow() {
		return nil
	}
	var first *decided
	for _, t := range targets {
		if compiled[t] == nil || parts[t].decided == nil {
			return nil
		}
		if first == nil {
			first = parts[t].decided
		}
	}
	if first == nil {
		return nil
	}
	before := fmt.Sprintf("%s[%d]", input, first.rule)
	if first.block != block {
		before = fmt.Sprintf("block %d, %s", first.block, before)
	}
	if first.id != "" {
		before += fmt.Sprintf(" (%s)", first.id)
	}
	return fmt.Errorf("never reached: %s holds always: move this rule above it, or remove it", before)
}
