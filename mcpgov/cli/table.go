package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"
)

// table is rows for people. On a terminal the columns that may shrink do, until a row fits; then those that can be spared are left out, and
// what is too wide even so is cut.
type table struct {
	columns []column
	rows    [][]string
	paints  []paint // of each row
}

type column struct {
	name  string
	right bool // numbers stand at the right
	least int  // the width it may shrink to; 0: it does not
	spare int  // how early it is left out where there is no room, from 1; 0: never
}

// paint is the colour of a row.
type paint string

const (
	plain  paint = ""
	green  paint = "32"
	yellow paint = "33"
	red    paint = "31"
)

func (t *table) add(p paint, cells ...string) {
	for i := range cells {
		cells[i] = visible(cells[i])
	}
	t.rows, t.paints = append(t.rows, cells), append(t.paints, p)
}

// print writes a table, and says so if it has no rows.
func (s *settings) print(c *cobra.Command, t *table) error {
	if len(t.rows) == 0 {
		_, _ = fmt.Fprintln(c.ErrOrStderr(), "nothing found")
	}
	return failed(t.print(c.OutOrStdout()))
}

// print writes the table. Colours and cuts are for terminals; whatever else reads it gets all of it.
func (t *table) print(w io.Writer) error {
	terminalWidth := terminal(w)
	coloured := terminalWidth > 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	t.fit(terminalWidth)
	widths := t.widths(terminalWidth)
	var b strings.Builder
	header := make([]string, len(t.columns))
	for i, c := range t.columns {
		header[i] = strings.ToUpper(c.name)
	}
	t.line(&b, header, widths, terminalWidth, plain)
	for i, row := range t.rows {
		p := t.paints[i]
		if !coloured {
			p = plain
		}
		t.line(&b, row, widths, terminalWidth, p)
	}
	_, err := io.WriteString(w, b.String())
	return err //nolint:wrapcheck // of the stream: the message names it
}

// fit leaves out columns until the others fit into limit, which 0 is none: those without a value first, then the most dispensable.
func (t *table) fit(limit int) {
	if limit == 0 {
		return
	}
	for i, c := range slices.Backward(t.columns) {
		if c.spare > 0 && len(t.rows) > 0 && !slices.ContainsFunc(t.rows, func(row []string) bool { return row[i] != "" }) {
			t.leaveOut(i)
		}
	}
	for {
		total, spare := 2*(len(t.columns)-1), -1
		for i, width := range t.widths(limit) {
			total += width
			if s := t.columns[i].spare; s > 0 && (spare < 0 || s < t.columns[spare].spare) {
				spare = i
			}
		}
		if total <= limit || spare < 0 {
			return
		}
		t.leaveOut(spare)
	}
}

func (t *table) leaveOut(column int) {
	t.columns = slices.Delete(slices.Clone(t.columns), column, column+1)
	for i := range t.rows {
		t.rows[i] = slices.Delete(t.rows[i], column, column+1)
	}
}

// widths are those of the columns. The widest that may shrink gives way first.
func (t *table) widths(limit int) []int {
	widths := make([]int, len(t.columns))
	total := 2 * (len(widths) - 1)
	for i, c := range t.columns {
		widths[i] = runewidth.StringWidth(c.name)
		for _, row := range t.rows {
			widths[i] = max(widths[i], runewidth.StringWidth(row[i]))
		}
		total += widths[i]
	}
	for limit > 0 && total > limit {
		widest := -1
		for i, c := range t.columns {
			if c.least > 0 && widths[i] > c.least && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		total--
	}
	return widths
}

func (t *table) line(b *strings.Builder, cells []string, widths []int, limit int, p paint) {
	var line strings.Builder
	for i, cell := range cells {
		if i > 0 {
			line.WriteString("  ")
		}
		cell = runewidth.Truncate(cell, widths[i], "…")
		if t.columns[i].right {
			line.WriteString(runewidth.FillLeft(cell, widths[i]))
		} else {
			line.WriteString(runewidth.FillRight(cell, widths[i]))
		}
	}
	text := strings.TrimRight(line.String(), " ")
	if limit > 0 {
		text = runewidth.Truncate(text, limit, "…")
	}
	if p != plain {
		text = "\x1b[" + string(p) + "m" + text + "\x1b[0m"
	}
	b.WriteString(text + "\n")
}

// visible shows what would change a terminal, or the order of its letters, instead of sending it there: a record may hold anything.
func visible(text string) string {
	clean := true
	for _, r := range text {
		if !shown(r) {
			clean = false
			break
		}
	}
	if clean {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case shown(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func shown(r rune) bool {
	return r == ' ' || unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r) && !unicode.Is(unicode.Bidi_Control, r) && r != '\ufffd'
}
