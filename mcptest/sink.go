package mcptest

import (
	"errors"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// SinkTest is a sink to be tested by [TestSink], and what the suite may do with what stands behind it.
type SinkTest struct {
	// Sink is the sink: new, without records. If it is an io.Closer the suite closes it, twice even.
	Sink audit.Sink

	// Read returns every record the sink holds, in the order in which it keeps them. It is called while Sink is open, from one goroutine at
	// a time, and after Sink was closed. Nil: the sink cannot be read back, and the rules that need it are skipped.
	Read func() iter.Seq2[audit.Record, error]

	// Reopen opens what Sink wrote to once more, after Sink was closed. The suite closes what it returns if it is an io.Closer. Nil: the
	// rule is skipped.
	Reopen func() (audit.Sink, error)

	// Stall makes what stands behind Sink hang, such as its server or its disk, until release is called. Nil: the rule is skipped.
	Stall func() (release func())

	// Patience is how long Append and Close may take once they have no reason to wait any longer: what they wait for is there, or the
	// context has ended. What takes longer hangs. Zero: 10 s.
	Patience time.Duration
}

// TestSink checks that a sink keeps the promises of [audit.Sink], each in a subtest that is named after it. open is called once for each
// subtest, with its t, and returns a new sink every time.
//
//	func TestSink(t *testing.T) {
//		mcptest.TestSink(t, func(t *testing.T) mcptest.SinkTest {
//			dir := t.TempDir()
//			log, err := audit.Open(dir, nil)
//			if err != nil {
//				t.Fatal(err)
//			}
//			return mcptest.SinkTest{Sink: log, Read: func() iter.Seq2[audit.Record, error] { return audit.Records(os.DirFS(dir)) }}
//		})
//	}
//
// Run it with -race: some ways to break a promise show only there. It writes some thousand records, and a few of 1 MiB.
func TestSink(t *testing.T, open func(t *testing.T) SinkTest) {
	t.Helper()
	for _, rule := range sinkRules() {
		t.Run(rule.name, func(t *testing.T) {
			err := rule.judge(open(t))
			skipped, ok := errors.AsType[ruleSkipped](err)
			switch {
			case ok:
				t.Skip(string(skipped))
			case err != nil:
				t.Errorf("the sink breaks the rule that %s: %v", rule.promise, err)
			}
		})
	}
}

// sinkRule is one promise of a sink and how it is checked.
type sinkRule struct {
	name    string
	promise string // as the end of "the rule that ..."
	reads   bool   // cannot be judged without Read
	check   func(*sinkTrial) error
}

// ruleSkipped says why a rule could not be judged.
type ruleSkipped string

func (r ruleSkipped) Error() string { return string(r) }

// sinkRules are the promises, the plain ones first: whoever writes a sink meets the reason before its consequences.
func sinkRules() []sinkRule {
	return []sinkRule{
		{"fields", "every field of a record is kept", true, checkFields},
		{"texts", "any text can be kept", true, checkTexts},
		{"numbers", "numbers and times are kept exactly", true, checkNumbers},
		{"extremes", "a record may be empty, or hold a megabyte", true, checkExtremes},
		{"repeats", "every record counts, even one that looks like another", true, checkRepeats},
		{"chain members", "Seq, Prev and Hash of a record are ignored or kept as they are", true, checkChainMembers},
		{"durable", "a nil from Append means that the record is there", true, checkDurable},
		{"memory", "Append keeps nothing of what the record points to, and changes none of it", true, checkMemory},
		{"together", "callers that append at once lose nothing, double nothing and keep their order", true, checkTogether},
		{"invalid", "a record that cannot be written is an error, and costs no other record", false, checkInvalid},
		{"ended context", "a context that has ended is an error or a record, never a wait", false, checkEndedContext},
		{"deadlines", "the end of the context bounds how long Append waits", false, checkDeadlines},
		{"stalled", "a sink that hangs holds a caller no longer than the context allows", false, checkStalled},
		{"closed", "after Close, Append is an error", false, checkClosed},
		{"closing", "Close loses no record that was taken", true, checkClosing},
		{"reopened", "records survive Close, and the sink goes on after them", true, checkReopened},
	}
}

// judge runs the rule on a sink and closes it.
func (r sinkRule) judge(s SinkTest) error {
	if s.Sink == nil {
		return errors.New("SinkTest.Sink is nil")
	}
	if s.Patience <= 0 {
		s.Patience = 10 * time.Second
	}
	trial := &sinkTrial{SinkTest: s}
	if r.reads && s.Read == nil {
		return errors.Join(ruleSkipped("the sink cannot be read back: SinkTest.Read is nil"), trial.close())
	}
	err := r.check(trial)
	if _, closes := s.Sink.(io.Closer); closes && err == nil {
		return trial.close()
	}
	_ = trial.close() // the fault that was found says more
	return err
}
