package cli

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpgov/go-sdk/audit"
)

// digest is the command that prints the digest of a known value, to look for it.
func digest(s *settings) *cobra.Command {
	var k, master keys
	var people, subject string
	var asSubject bool
	c := &cobra.Command{
		Use: "digest", Short: "Print the digest of a value read from standard input, as records hold it, to look for it", Args: none,
		Long: `Print the digest under which records hold a sensitive value, which is read from standard input without its line end. The key is the server's
Config.Key. Where people have keys of their own (--subjects), it is under that of the person --subject, and finds what stands in records about him
alone; with --name the value is the person himself, whom Record.Subjects names.`,
		RunE: func(c *cobra.Command, _ []string) error {
			key, err := k.read()
			if err != nil {
				return err
			}
			if people == "" && len(key) == 0 {
				return usage("write --key-file, or --subjects with --subjects-key-file")
			}
			value, err := input(c, "value")
			if err != nil {
				return err
			}
			if people != "" {
				who := subject
				if asSubject {
					who = value
				}
				own, err := personKey(people, &master, who)
				if err != nil {
					return err
				}
				if asSubject {
					return s.done(c, map[string]any{"digest": audit.SubjectDigest(own, value)}, audit.SubjectDigest(own, value))
				}
				key = audit.CombinedKey(own)
			}
			found := audit.TextDigest(key, value)
			if asSubject {
				found = audit.SubjectDigest(key, value)
			}
			return s.done(c, map[string]any{"digest": found}, found)
		},
	}
	k.flags(c)
	c.Flags().StringVar(&people, "subjects", "", "directory of the people's keys (audit.OpenSubjects)")
	c.Flags().StringVar(&master.file, "subjects-key-file", "", "file with their master key")
	c.Flags().StringVar(&master.encoding, "subjects-key-encoding", "raw", "raw, hex or base64")
	c.Flags().StringVar(&subject, "subject", "", "the person whose value it is")
	c.Flags().BoolVar(&asSubject, "name", false, "the value is the person himself")
	return c
}

func personKey(dir string, master *keys, subject string) ([]byte, error) {
	people, err := openSubjects(dir, master)
	if err != nil {
		return nil, err
	}
	key, err := people.Find(subject)
	return key, failed(err)
}

func openSubjects(dir string, master *keys) (*audit.Subjects, error) {
	key, err := master.read()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, failed(err)
	}
	people, err := audit.OpenSubjects(dir, key)
	return people, failed(err)
}

// erase is the command that erases a person from the log.
func erase(s *settings) *cobra.Command {
	var master keys
	var people string
	c := &cobra.Command{
		Use: "erase", Short: "Erase the person named on standard input: delete his key, so that nothing in the log can be told to be about him", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			if people == "" {
				return usage("write --subjects, the directory of the people's keys")
			}
			kept, err := openSubjects(people, &master)
			if err != nil {
				return err
			}
			who, err := input(c, "person")
			if err != nil {
				return err
			}
			if err := kept.Erase(who); err != nil {
				return failed(err)
			}
			return s.done(c, map[string]any{"erased": time.Now().UTC()}, "erased")
		},
	}
	c.Flags().StringVar(&people, "subjects", "", "directory of the people's keys (audit.OpenSubjects); required")
	c.Flags().StringVar(&master.file, "subjects-key-file", "", "file with their master key; required")
	c.Flags().StringVar(&master.encoding, "subjects-key-encoding", "raw", "raw, hex or base64")
	return c
}
