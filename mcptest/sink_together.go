package mcptest

import (
	"errors"
	"fmt"

	"github.com/mcpgov/go-sdk/audit"
)

const (
	manyCallers = 64
	fewRecords  = 25 // of each caller
)

func checkTogether(s *sinkTrial) error {
	err := each(manyCallers, func(caller int) error {
		for i := range fewRecords {
			if err := s.keep(audit.Record{CallID: fmt.Sprint("caller ", caller), Rows: i + 1, Kind: audit.KindOutcome}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	records, err := s.records()
	if err != nil {
		return err
	}
	last := make(map[string]int, manyCallers)
	for _, r := range records {
		switch before := last[r.CallID]; {
		case r.Rows <= before:
			return fmt.Errorf("record %d of %s stands after record %d of the same caller: records are out of order, or there twice", r.Rows, r.CallID, before)
		case r.Rows > before+1:
			return fmt.Errorf("record %d of %s follows record %d: records are out of order, or lost", r.Rows, r.CallID, before)
		}
		last[r.CallID] = r.Rows
	}
	if len(records) != manyCallers*fewRecords {
		return fmt.Errorf("the sink holds %d records of %d", len(records), manyCallers*fewRecords)
	}
	return nil
}

func checkInvalid(s *sinkTrial) error {
	broken := brokenRecords()
	for _, r := range broken {
		switch err := s.append(r); {
		case err == nil:
			return fmt.Errorf("nil was returned for a record that cannot be written: Arguments %q, Response %q, User.Attributes %q, Time %v",
				r.Arguments, r.Response, r.User.Attributes, r.Time)
		case !refused(err):
			return err
		}
	}
	// Side by side with good ones: a group that is written at once must not fail because of one of them.
	err := each(2*len(broken), func(i int) error {
		if i < len(broken) {
			if s.append(broken[i]) == nil {
				return errors.New("nil was returned for a record that cannot be written, among others that can")
			}
			return nil
		}
		return s.keep(audit.Record{CallID: "good", Rows: i})
	})
	if err != nil || s.Read == nil {
		return err
	}
	if err := s.keep(audit.Record{CallID: "good"}); err != nil {
		return err
	}
	times, err := s.count()
	switch {
	case err != nil:
		return err
	case times["good"] != len(broken)+1 || len(times) != 1:
		return fmt.Errorf("beside %d records that cannot be written, the sink was given %d good ones, and holds %v", 2*len(broken), len(broken)+1, times)
	}
	return nil
}
