package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpgov/go-sdk/audit"
)

// verifying are the flags that say what a log is checked against.
type verifying struct {
	keys
	public, witness string
	headSeq         uint64
	headHash        string
}

func (v *verifying) flags(c *cobra.Command) {
	v.keys.flags(c)
	c.Flags().StringVar(&v.public, "public-key", "", "file with the Ed25519 key that must have signed every checkpoint")
	c.Flags().StringVar(&v.witness, "witness", "", "file of checkpoints that was kept elsewhere (audit.CheckpointFile)")
	c.Flags().Uint64Var(&v.headSeq, "head-seq", 0, "number of a record that was seen elsewhere (Log.Head)")
	c.Flags().StringVar(&v.headHash, "head-hash", "", "its hash")
}

func (v *verifying) options() (*audit.VerifyOptions, error) {
	opts := &audit.VerifyOptions{HeadSeq: v.headSeq, HeadHash: v.headHash}
	var err error
	if opts.Key, err = v.read(); err != nil {
		return nil, err
	}
	if v.public != "" {
		if opts.PublicKey, err = publicKey(v.public); err != nil {
			return nil, err
		}
	}
	if (v.headSeq == 0) != (v.headHash == "") {
		return nil, usage("--head-seq and --head-hash belong together")
	}
	if hash, err := hex.DecodeString(v.headHash); v.headHash != "" && (err != nil || len(hash) != sha256.Size) {
		return nil, usage("--head-hash %s: not a hash, which has 64 hex digits", v.headHash)
	}
	if v.witness == "" {
		return opts, nil
	}
	file, err := os.Open(v.witness)
	if err != nil {
		return nil, failed(err)
	}
	if opts.Witness, err = audit.ReadCheckpoints(file); err != nil {
		err = fmt.Errorf("--witness %s: %w", v.witness, err)
	}
	return opts, failed(errors.Join(err, file.Close()))
}

// checkLog verifies the log. A verdict on files that a server was writing or deleting meanwhile may be wrong, and a wrong one is an accusation:
// it must stand on files that stand still, or be found several times.
func (s *settings) checkLog(c *cobra.Command, opts *audit.VerifyOptions) (sum audit.Summary, err error) {
	for range 4 {
		before := s.files()
		sum, err = s.checkFiles(c, opts)
		if _, tampered := errors.AsType[*audit.VerifyError](err); !tampered || slices.Equal(before, s.files()) {
			break
		}
	}
	return sum, err
}

// files names what stands in the directory, with sizes.
func (s *settings) files() (all []string) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil // whoever reads them next says so
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			all = append(all, fmt.Sprint(e.Name(), " ", info.Size()))
		}
	}
	return all
}

// checkFiles verifies the log as its files are now, with progress.
func (s *settings) checkFiles(c *cobra.Command, opts *audit.VerifyOptions) (audit.Summary, error) {
	dir := os.DirFS(s.dir)
	total := int64(0)
	if segments, err := audit.Segments(dir); err == nil {
		for _, one := range segments {
			total += one.Size
		}
	}
	p := begin(c.ErrOrStderr(), "verifying", total)
	defer p.end()
	return audit.Verify(counted{dir, &p.read, c.Context()}, opts) //nolint:wrapcheck // names file, line and record
}

// verifiedJSON is what verify says to programs.
type verifiedJSON struct {
	OK         bool      `json:"ok"`
	Records    uint64    `json:"records"`
	FirstSeq   uint64    `json:"first_seq"`
	LastSeq    uint64    `json:"last_seq"`
	LastHash   string    `json:"last_hash"`
	First      time.Time `json:"first,omitzero"`
	Last       time.Time `json:"last,omitzero"`
	Segments   int       `json:"segments"`
	Sealed     uint64    `json:"sealed_seq"`
	SignedBy   string    `json:"signed_by,omitempty"`
	Unfinished []string  `json:"unfinished,omitempty"`
	File       string    `json:"bad_file,omitempty"`
	Line       int       `json:"bad_line,omitempty"`
	Seq        uint64    `json:"bad_seq,omitempty"`
	Fault      string    `json:"fault,omitempty"`
}

// verify is the command that checks a log from its files alone.
func verify(s *settings) *cobra.Command {
	var v verifying
	c := &cobra.Command{
		Use: "verify", Short: "Check that the log is as it was written; exit code 3 if it is not", Args: none,
		Long: `Check, from the files alone, that no record was changed, added, removed or moved.

Without --key-file the chain is taken for a plain one, which shows accidents and no attacker who can hash. That the end was cut
off shows only against what was kept elsewhere: --witness, or --head-seq and --head-hash.`,
		RunE: func(c *cobra.Command, _ []string) error {
			opts, err := v.options()
			if err != nil {
				return err
			}
			zone, err := s.location()
			if err != nil {
				return err
			}
			if err := s.find(); err != nil {
				return err
			}
			sum, err := s.checkLog(c, opts)
			bad, tampered := errors.AsType[*audit.VerifyError](err)
			if err != nil && !tampered {
				return failed(err)
			}
			printing := s.showVerified(c, sum, bad, zone)
			if tampered { // whether it could be printed or not
				return &failure{ExitTampered, keyMissing(err, opts.Key)}
			}
			return printing
		},
	}
	v.flags(c)
	return c
}

func (s *settings) showVerified(c *cobra.Command, sum audit.Summary, bad *audit.VerifyError, zone *time.Location) error {
	if s.json {
		out := verifiedJSON{
			OK: bad == nil, Records: sum.Records, FirstSeq: sum.FirstSeq, LastSeq: sum.LastSeq, LastHash: sum.LastHash, First: sum.First, Last: sum.Last,
			Segments: sum.Segments, Sealed: sum.Sealed, SignedBy: sum.SignedBy, Unfinished: sum.Unfinished,
		}
		if bad != nil {
			out.File, out.Line, out.Seq, out.Fault = bad.File, bad.Line, bad.Seq, bad.Reason
		}
		return printJSON(c, out)
	}
	good := "the log is as it was written"
	if bad != nil {
		good = "good up to the fault"
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s: %d records in %d segments, numbers %d to %d, %s to %s\nlast hash %s\nunder checkpoints up to record %d, signed by %s\ncalls without an end: %d\n",
		good, sum.Records, sum.Segments, sum.FirstSeq, sum.LastSeq, orDash(instant(sum.First, zone)), orDash(instant(sum.Last, zone)),
		sum.LastHash, sum.Sealed, orNobody(sum.SignedBy), len(sum.Unfinished))
	return failed(err)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func orNobody(key string) string {
	if key == "" {
		return "nobody"
	}
	return key
}
