package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
)

// demonstrate runs the script against a real server on loopback, shows what came of it, and verifies the log. It returns an error that
// lists everything that did not come out as it must.
func demonstrate(ctx context.Context, p page, dir string, logger *slog.Logger) error {
	log, srv, err := governed(dir, logger)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // closed below, before anything reads the log; this is for the ways out
	already, _ := log.Head()
	web, err := listen(ctx, "127.0.0.1:0", srv)
	if err != nil {
		return err
	}
	logger.Info("serving HTTP to three clients", slog.String("url", web.url), slog.String("audit_log", dir))
	played, failure := play(ctx, web.url)
	if err := errors.Join(failure, web.close(ctx)); err != nil {
		return err
	}
	seq, hash := log.Head()
	if err := log.Close(); err != nil {
		return err
	}
	records, err := readLog(os.DirFS(dir), already)
	if err != nil {
		return err
	}
	if err := played.pair(records); err != nil {
		return err
	}
	played.print(p)
	faults := played.faults()
	faults = append(faults, showVerification(p, dir, log.key, seq, hash, records)...)
	if len(faults) > 0 {
		return fmt.Errorf("the demonstration did not come out as it must:\n%w", errors.Join(faults...))
	}
	p.line(green, "Everything came out as it must: %d calls, %d records.", len(played.steps), len(records))
	return nil
}

// performance is the script with what became of it.
type performance struct {
	steps    []step
	answers  []answer
	outcomes []audit.Record      // one for each step
	intents  map[string]bool     // call ids whose intent was recorded
	shown    map[string][]string // user id -> the tools the user was shown
	stranger int                 // HTTP status for a request without a token
}

// play lets every persona's client make its calls, one after the other.
func play(ctx context.Context, url string) (*performance, error) {
	s, err := openStore()
	if err != nil {
		return nil, err
	}
	done := &performance{steps: script(s), shown: map[string][]string{}}
	for _, who := range personas() {
		if err := done.playAs(ctx, url, who); err != nil {
			return nil, err
		}
	}
	done.stranger, err = knockWithoutToken(ctx, url)
	return done, err
}

func (done *performance) playAs(ctx context.Context, url string, who persona) (err error) {
	c, err := connect(ctx, url, who)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if done.shown[who.user.ID], err = c.tools(ctx); err != nil {
		return err
	}
	for _, st := range done.steps {
		if st.who.user.ID != who.user.ID {
			continue
		}
		got, err := c.call(ctx, st.tool, st.args)
		if err != nil {
			return err
		}
		done.answers = append(done.answers, got)
	}
	return nil
}

// pair finds the record of each call. The calls came one after the other, and a record is on disk before its answer leaves.
func (done *performance) pair(records []audit.Record) error {
	done.intents = map[string]bool{}
	for _, r := range records {
		switch {
		case r.Target.Kind != "tool":
		case r.Kind == audit.KindIntent:
			done.intents[r.CallID] = true
		case r.Kind == audit.KindOutcome:
			done.outcomes = append(done.outcomes, r)
		}
	}
	if len(done.outcomes) != len(done.steps) {
		return fmt.Errorf("%d calls left %d outcome records: each must leave one", len(done.steps), len(done.outcomes))
	}
	return nil
}

// faults compares what happened with what must happen.
func (done *performance) faults() []error {
	var faults []error
	for i, st := range done.steps {
		got, record := done.answers[i], done.outcomes[i]
		fault := func(what string, is, want any) {
			faults = append(faults, fmt.Errorf("%s, %s %s: %s is %v, not %v", st.who.user.ID, st.tool, st.label, what, is, want))
		}
		logged := st.want.logged
		if logged == "" {
			logged = st.want.code
		}
		if got.code != st.want.code {
			fault("the end", got.code, st.want.code)
		}
		if !strings.Contains(got.told, st.want.told) {
			fault("what the caller was told", got.told, st.want.told)
		}
		if record.Target.Name != st.tool || record.User.ID != st.who.user.ID {
			fault("the record", record.User.ID+" calling "+record.Target.Name, "of this call")
		}
		if record.Outcome != string(logged) {
			fault("the outcome in the log", record.Outcome, logged)
		}
		if record.Rule != st.want.rule {
			fault("the rule in the log", record.Rule, st.want.rule)
		}
		if hidden := slices.Sorted(slices.Values(record.Masked)); !slices.Equal(hidden, st.want.hidden) {
			fault("what was hidden", hidden, st.want.hidden)
		}
		for _, secret := range st.want.secrets {
			if strings.Contains(got.bytes, secret) {
				fault("the answer", "holding "+secret, "to hold it")
			}
		}
		if writes := !record.Target.ReadOnly && record.Decision == "allow"; done.intents[record.CallID] != writes {
			fault("an intent on record", done.intents[record.CallID], writes)
		}
	}
	if done.stranger != http.StatusUnauthorized {
		faults = append(faults, fmt.Errorf("a request without a token got status %d, not 401", done.stranger))
	}
	return faults
}

// standing is how the table says an end.
func standing(code mcpgov.Code) cell {
	switch code {
	case mcpgov.OK:
		return cell{string(code), green}
	case mcpgov.Denied, mcpgov.Unknown:
		return cell{string(code), red}
	default:
		return cell{string(code), yellow}
	}
}
