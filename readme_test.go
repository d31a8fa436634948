package sdk_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the README shows is taken from the tree, and these tests hold the two together.

func text(t *testing.T, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(content)
}

// fenced returns the code blocks of one language, without their fences.
func fenced(markdown, language string) []string {
	var blocks []string
	for _, found := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(markdown, -1) {
		blocks = append(blocks, found[1])
	}
	return blocks
}

// documented returns the code block of a package comment that holds the word, dedented.
func documented(source, word string) string {
	for _, found := range regexp.MustCompile(`(?m)(?:^//(?:\t.*)?\n)+`).FindAllString(source, -1) {
		block := regexp.MustCompile(`(?m)^//\t?`).ReplaceAllString(found, "")
		if strings.Contains(block, word) {
			return strings.Trim(block, "\n") + "\n"
		}
	}
	return ""
}

// The two commands are all the set-up there is. The first is run; the second is this very test run.
func TestReadmeSetUp(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"go run ./examples/quickstart\ngo test ./...\n"}, fenced(text(t, "README.md"), "sh"))
	words := strings.Fields("go run ./examples/quickstart")
	command := exec.CommandContext(t.Context(), words[0], words[1:]...)
	command.Env = append(os.Environ(), "COLUMNS=100") // what it is without a terminal, unless somebody set it
	shown, err := command.Output()
	require.NoError(t, err)

	// The excerpt is what it prints, section by section.
	var excerpt string
	for _, block := range fenced(text(t, "README.md"), "text") {
		if strings.Contains(block, "THE LOG ADDS") {
			excerpt = block
		}
	}
	require.NotEmpty(t, excerpt)
	for section := range strings.SplitSeq(strings.TrimSpace(excerpt), "\n\n") {
		require.Contains(t, string(shown), "\n"+section+"\n")
	}
}

// The program in the README is examples/hello, byte for byte, and its test is one of examples/http; the package documentation leaves out
// only the program's head.
func TestReadmeProgram(t *testing.T) {
	t.Parallel()
	source := text(t, "examples", "hello", "main.go")
	programs := fenced(text(t, "README.md"), "go")
	require.Len(t, programs, 3)
	require.Equal(t, source[strings.Index(source, "package main"):], programs[0])
	require.Contains(t, text(t, "examples", "http", "main_internal_test.go"), "\n"+programs[1]+"\n")
	require.Contains(t, strings.ReplaceAll(documented(text(t, "sqltool", "doc.go"), "func main()"), "\n\t", "\n"), "\n"+programs[2])
	require.Equal(t, source[strings.Index(source, "type lookup"):], documented(text(t, "mcpgov", "doc.go"), "func main()"))
}

// The diagram of the path stands in the README and in the package documentation, and it is one diagram.
func TestReadmeDiagram(t *testing.T) {
	t.Parallel()
	diagram := documented(text(t, "mcpgov", "doc.go"), "tools/call")
	require.Contains(t, diagram, "the only maker of a reply")
	require.Contains(t, fenced(text(t, "README.md"), "text"), diagram)
}

// What a reader copies can be read, and what a reader follows is there.
func TestReadmeConfigurationsAndLinks(t *testing.T) {
	t.Parallel()
	readme := text(t, "README.md")
	configurations := fenced(readme, "json")
	require.Len(t, configurations, 2)
	for _, one := range configurations {
		require.True(t, json.Valid([]byte(one)), one)
	}
	prose := regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(readme, "") // type arguments look like links
	for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(prose, -1) {
		if strings.HasPrefix(link[1], "https://") {
			continue
		}
		_, err := os.Stat(link[1])
		require.NoError(t, err, "the README links to it")
	}
	require.LessOrEqual(t, strings.Count(readme, "\n"), 225)
}
