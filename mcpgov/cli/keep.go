package cli

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// export is the command that writes records into a file of another kind.
func export(s *settings) *cobra.Command {
	var w window
	var format string
	var force bool
	formats := []auditdb.Format{auditdb.Parquet, auditdb.CSV, auditdb.JSONL, auditdb.DuckDB}
	c := &cobra.Command{
		Use: "export FILE", Short: "Write records to a Parquet, CSV, JSONL or DuckDB file", Args: one("the file to write"),
		Example: "  mcpgov audit export --since 24h --filter \"user.role == 'analyst'\" --format duckdb analytics.db",
		RunE: func(c *cobra.Command, args []string) error {
			q, err := w.query(s)
			if err != nil {
				return err
			}
			if args[0] == "-" {
				return usage("export writes files only; query --limit 0 --json prints records to standard output")
			}
			for _, f := range formats {
				if string(f) != format {
					continue
				}
				return s.asking(c.Context(), func(db *auditdb.DB) error {
					p := begin(c.ErrOrStderr(), "exporting", 0)
					err := db.Export(c.Context(), q, f, args[0], &auditdb.ExportOptions{Force: force})
					p.end()
					if errors.Is(err, os.ErrExist) && !force {
						return fmt.Errorf("%s is there already; give another path, or --force to replace it", args[0])
					}
					if err != nil {
						return err //nolint:wrapcheck // names the file
					}
					return s.done(c, map[string]any{"file": args[0]}, "written: "+args[0])
				})
			}
			return usage("--format %q: write parquet, csv, jsonl or duckdb", format)
		},
	}
	w.flags(c)
	c.Flags().StringVar(&format, "format", "", "parquet, csv, jsonl or duckdb; required")
	c.Flags().BoolVar(&force, "force", false, "replace a file that is there")
	return c
}

// compact is the command that gives sealed segments a form for questions.
func compact(s *settings) *cobra.Command {
	return &cobra.Command{
		Use: "compact", Short: "Give each sealed segment a Parquet form, which questions read much faster", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := s.find(); err != nil {
				return err
			}
			total, compacted := s.toCompact()
			p := beginPolled(c.ErrOrStderr(), "compacting", total, compacted)
			did, err := auditdb.Compact(c.Context(), s.dir, nil)
			p.end()
			if err != nil {
				return failed(err)
			}
			return s.done(c, map[string]any{
				"segments": did.Segments, "records": did.Records, "line_bytes": did.LineBytes, "parquet_bytes": did.ParquetBytes, "removed": did.Removed,
			}, compactedText(did))
		},
	}
}

// toCompact is how many bytes of lines have no Parquet form yet, and how many of these have one by now.
func (s *settings) toCompact() (total int64, compacted func() int64) {
	all, err := audit.Segments(os.DirFS(s.dir))
	if err != nil {
		return 0, nil // compaction says what is wrong
	}
	has := func(one *audit.Segment) bool {
		_, err := os.Stat(filepath.Join(s.dir, strings.TrimSuffix(one.Name, ".jsonl")+".parquet"))
		return err == nil
	}
	var lacking []audit.Segment
	for i := range all {
		if one := &all[i]; one.Checkpoint != nil && !one.Pruned && !has(one) {
			lacking = append(lacking, *one)
			total += one.Size
		}
	}
	return total, func() (done int64) {
		for i := range lacking {
			if has(&lacking[i]) {
				done += lacking[i].Size
			}
		}
		return done
	}
}

func compactedText(did auditdb.Compacted) string {
	if did.Segments == 0 {
		return "nothing to compact: every sealed segment has its Parquet form"
	}
	return fmt.Sprintf("%d segments, %d records: %s of lines, %s of Parquet", did.Segments, did.Records, inBytes(did.LineBytes), inBytes(did.ParquetBytes))
}

// inBytes is a size for people.
func inBytes(n int64) string {
	for _, unit := range []struct {
		name  string
		shift int
	}{{"GiB", 30}, {"MiB", 20}, {"KiB", 10}} {
		if n >= 10<<unit.shift {
			return fmt.Sprintf("%d %s", n>>unit.shift, unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// done prints the end of work.
func (s *settings) done(c *cobra.Command, v any, text string) error {
	if s.json {
		return printJSON(c, v)
	}
	_, err := fmt.Fprintln(c.OutOrStdout(), visible(text))
	return failed(err)
}

// prune is the command that deletes what retention no longer keeps.
func prune(s *settings) *cobra.Command {
	var k keys
	var days int
	var size string
	var dry bool
	c := &cobra.Command{
		Use: "prune", Short: "Delete whole sealed segments by age or size; the chain stays verifiable", Args: none,
		Long: `Delete whole sealed segments, oldest first: those all of whose records are older than --retention-days, or, with --max-bytes, as many
as it takes. The log itself records what was deleted, so no server may have it open; a server keeps its own retention with
audit.Options.Retention. Legal holds (mcpgov audit hold) stop it. --dry-run says what would be deleted and changes nothing.`,
		RunE: func(c *cobra.Command, _ []string) error {
			keep, err := retention(days, size)
			if err != nil {
				return err
			}
			if err := s.find(); err != nil {
				return err
			}
			if dry {
				d, err := keep.Plan(os.DirFS(s.dir), time.Now())
				if err != nil {
					return failed(err)
				}
				return s.showDeletion(c, d, "would delete")
			}
			key, err := k.read()
			if err != nil {
				return err
			}
			// It seals nothing: without the server's signer the checkpoint would not be signed.
			log, err := audit.Open(s.dir, &audit.Options{Key: key, SegmentBytes: -1, SegmentAge: -1})
			if err != nil {
				return failed(keyMissing(err, key))
			}
			d, err := log.Prune(c.Context(), keep)
			if err = errors.Join(err, log.Close()); err != nil {
				return failed(err)
			}
			return s.showDeletion(c, d, "deleted")
		},
	}
	k.flags(c)
	c.Flags().IntVar(&days, "retention-days", 0, "delete what is older: 2555 for seven years")
	c.Flags().StringVar(&size, "max-bytes", "", "delete the oldest until the rest is no larger: 500MiB, 10GiB")
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would be deleted")
	return c
}

func retention(days int, size string) (keep audit.Retention, err error) {
	if days < 0 || days > 100_000 {
		return keep, usage("--retention-days %d: write 1 to 100000", days)
	}
	keep.Age = time.Duration(days) * 24 * time.Hour
	if size != "" {
		if keep.Bytes, err = bytesOf(size); err != nil {
			return keep, err
		}
	}
	if keep == (audit.Retention{}) {
		return keep, usage("write --retention-days, --max-bytes, or both")
	}
	return keep, nil
}

// bytesOf reads a size such as 500MiB or 1000000.
func bytesOf(text string) (int64, error) {
	number, shift := text, 0
	for unit, by := range map[string]int{"KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40} {
		if cut, ok := strings.CutSuffix(text, unit); ok {
			number, shift = cut, by
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > 1<<62>>shift {
		return 0, usage("--max-bytes %s: write a number of bytes, or one with KiB, MiB, GiB or TiB", text)
	}
	return n << shift, nil
}

func (s *settings) showDeletion(c *cobra.Command, d audit.Deletion, verb string) error {
	if s.json {
		return printJSON(c, struct {
			audit.Deletion
			Segments []string     `json:"segments"`
			Held     []audit.Hold `json:"held,omitempty"`
		}{d, names(d.Segments), d.Held})
	}
	var text strings.Builder
	if len(d.Segments) == 0 {
		fmt.Fprintf(&text, "%s nothing", verb)
	} else {
		fmt.Fprintf(&text, "%s %d segments, records %d to %d, %s", verb, len(d.Segments), d.FirstSeq, d.LastSeq, inBytes(d.Bytes))
	}
	for _, h := range d.Held {
		fmt.Fprintf(&text, "; more is held by %s (%s)", h.Name, h.Reason)
	}
	return s.done(c, nil, text.String())
}

func names(segments []audit.Segment) []string {
	all := []string{}
	for _, one := range segments {
		all = append(all, one.Name)
	}
	return all
}

// hold is the command for legal holds.
func hold(s *settings) *cobra.Command {
	root := &cobra.Command{
		Use: "hold", Short: "Place, lift and list legal holds, which keep records from being deleted", Args: noSuchCommand, RunE: help,
	}
	var h audit.Hold
	var from, until string
	place := &cobra.Command{
		Use: "place NAME", Short: "Keep records, and all newer ones, until the hold is lifted", Args: one("the hold"),
		RunE: func(c *cobra.Command, args []string) error {
			q, err := (&window{since: from, until: until}).query(s)
			if err != nil {
				return err
			}
			h.Name, h.From, h.Until, h.Placed = args[0], q.Since, q.Until, time.Now()
			if h.By == "" {
				if me, err := user.Current(); err == nil {
					h.By = me.Username
				}
			}
			if h.Reason == "" || h.By == "" {
				return usage("--reason, --by: write why, and who; a hold that nobody can explain is never lifted")
			}
			if err := s.find(); err != nil {
				return err
			}
			if err := audit.PlaceHold(s.dir, h); err != nil {
				return failed(err)
			}
			return s.done(c, h, "placed: "+h.Name)
		},
	}
	place.Flags().StringVar(&h.Reason, "reason", "", "why, for people; required")
	place.Flags().StringVar(&h.By, "by", "", "who places it; the name of the account if left out")
	place.Flags().StringVar(&from, "from", "", "the first moment that is held; from the beginning if left out")
	place.Flags().StringVar(&until, "until", "", "the last moment that is held; without end if left out")
	lift := &cobra.Command{
		Use: "lift NAME", Short: "Lift a hold", Args: one("the hold"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := s.find(); err != nil {
				return err
			}
			if err := audit.LiftHold(s.dir, args[0]); err != nil {
				return failed(err)
			}
			return s.done(c, map[string]any{"lifted": args[0]}, "lifted: "+args[0])
		},
	}
	list := &cobra.Command{
		Use: "list", Short: "List the holds", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			zone, err := s.location()
			if err != nil {
				return err
			}
			if err := s.find(); err != nil {
				return err
			}
			holds, err := audit.Holds(os.DirFS(s.dir))
			if err != nil {
				return failed(err)
			}
			t := table{columns: []column{{name: "name"}, {name: "from"}, {name: "until"}, {name: "by", least: 6}, {name: "reason", least: 12}}}
			for _, one := range holds {
				if s.json {
					if err := printJSON(c, one); err != nil {
						return err
					}
					continue
				}
				t.add(plain, one.Name, instant(one.From, zone), instant(one.Until, zone), one.By, one.Reason)
			}
			if s.json {
				return nil
			}
			return s.print(c, &t)
		},
	}
	root.AddCommand(place, lift, list)
	return root
}
