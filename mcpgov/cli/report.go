package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/report"
	"github.com/mcpgov/go-sdk/policy"
)

// reports is the command that makes a report of a log and live rules.
func reports(s *settings) *cobra.Command {
	var w window
	var v verifying
	var profile, manifest, subject, title, output string
	var rules []string
	var kept int
	var fail bool
	c := &cobra.Command{
		Use: "report", Short: "Show what the log and the rules say about the controls of hipaa, gdpr, soc2 or owasp-mcp", Args: none,
		Example: `  mcpgov audit report --profile gdpr --since 2026-07-01 --until 2026-10-01 --key-file audit.key --output q3.md
  mcpgov audit report --profile hipaa --subject 4f1c... --json`,
		RunE: func(c *cobra.Command, _ []string) error {
			if w.filter != "" {
				return usage("--filter: a report is about all records of its time; --subject makes it about one person")
			}
			if known := []string{"hipaa", "gdpr", "soc2", "owasp-mcp"}; !slices.Contains(known, profile) {
				return usage("--profile %q: write one of %s", profile, strings.Join(known, ", "))
			}
			q, err := w.query(s)
			if err != nil {
				return err
			}
			opts := &report.Options{
				Profile: report.Profile(profile), Title: title, Since: q.Since, Until: q.Until, Location: q.Location, Subject: subject,
				Retention: report.Retention{KeptDays: kept},
			}
			if err := s.facts(c, opts, &v); err != nil {
				return err
			}
			if opts.Contract, err = contract(manifest, rules); err != nil {
				return err
			}
			p := begin(c.ErrOrStderr(), "reading", 0)
			made, err := report.Make(c.Context(), audit.Records(os.DirFS(s.dir)), opts)
			p.end()
			if made == nil {
				return usage("%w", err)
			}
			if c.Context().Err() != nil {
				return failed(err) // half a report would be taken for a whole one
			}
			if err := errors.Join(err, s.writeReport(c, made, output)); err != nil {
				return failed(err)
			}
			return judge(made, fail)
		},
	}
	w.flags(c)
	v.flags(c)
	c.Flags().StringVar(&profile, "profile", "", "hipaa, gdpr, soc2 or owasp-mcp; required")
	c.Flags().StringVar(&manifest, "manifest", "", "file with the server's manifest, as JSON")
	c.Flags().StringSliceVar(&rules, "policy", nil, "files with the live rules, YAML or JSON")
	c.Flags().StringVar(&subject, "subject", "", "make the tables about one person: his digest, as mcpgov audit digest --name prints it")
	c.Flags().StringVar(&title, "title", "", "what stands at the top")
	c.Flags().IntVar(&kept, "kept-days", 0, "after how many days the log deletes records; 0: not known")
	c.Flags().StringVarP(&output, "output", "o", "", "file to write, which must not be there; standard output if left out")
	c.Flags().BoolVar(&fail, "fail", false, "end with exit code 4 if a control is not met")
	return c
}

// facts brings what no record holds: the state of the chain, of segments and holds.
func (s *settings) facts(c *cobra.Command, opts *report.Options, v *verifying) error {
	against, err := v.options()
	if err != nil {
		return err
	}
	if err := s.find(); err != nil {
		return err
	}
	dir := os.DirFS(s.dir)
	if opts.Segments, err = audit.Segments(dir); err != nil {
		return failed(err)
	}
	if opts.Retention.Holds, err = audit.Holds(dir); err != nil {
		return failed(err)
	}
	sum, err := s.checkLog(c, against)
	opts.Chain = &report.Chain{
		Summary: sum, Err: err, Keyed: len(against.Key) > 0, Signatures: len(against.PublicKey) > 0, Witness: len(against.Witness) > 0 || against.HeadSeq > 0,
	}
	return nil
}

// contract reads what the server serves and its rules; nil if neither is named.
func contract(manifest string, rules []string) (*report.Contract, error) {
	if manifest == "" {
		if len(rules) > 0 {
			return nil, usage("--policy: rules need --manifest beside them, to tell which tools they are for")
		}
		return nil, nil
	}
	served, err := os.ReadFile(manifest)
	if err != nil {
		return nil, failed(err)
	}
	var sets []any
	for _, path := range rules {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, failed(err)
		}
		set, err := policy.Parse(text)
		if err != nil {
			return nil, usage("--policy %s: %w", path, err)
		}
		sets = append(sets, set)
	}
	made, err := report.ContractOf(json.RawMessage(served), sets...)
	if err != nil {
		return nil, usage("--manifest %s: %w", manifest, err)
	}
	return made, nil
}

func (s *settings) writeReport(c *cobra.Command, made *report.Report, path string) (err error) {
	to := c.OutOrStdout()
	if path != "" {
		file, failure := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if failure != nil {
			return failure //nolint:wrapcheck // names the file
		}
		defer func() {
			if err = errors.Join(err, file.Close()); err != nil { // half a report would be taken for a whole one
				err = errors.Join(err, os.Remove(path))
			}
		}()
		to = file
	}
	if s.json {
		encoder := json.NewEncoder(to)
		encoder.SetIndent("", "  ")
		return encoder.Encode(made) //nolint:wrapcheck // of the stream
	}
	return made.WriteMarkdown(to) //nolint:wrapcheck // of the stream
}

// judge ends the command with findings if a control is not met and that was asked for.
func judge(made *report.Report, fail bool) error {
	var unmet []string
	for i := range made.Controls {
		if made.Controls[i].Status == report.NotMet {
			unmet = append(unmet, made.Controls[i].ID)
		}
	}
	if fail && len(unmet) > 0 {
		return &failure{ExitFindings, fmt.Errorf("not met: %s", strings.Join(unmet, ", "))}
	}
	return nil
}
