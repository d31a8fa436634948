package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

// page is where the demonstration is printed: as wide as the terminal, coloured on a terminal only.
type page struct {
	out    io.Writer
	width  int
	colour bool
}

const (
	plain  = ""
	bold   = "\x1b[1m"
	green  = "\x1b[32m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
)

// cell is the text of one place in a table.
type cell struct{ text, style string }

func (p page) line(style, format string, args ...any) {
	p.cells([]int{p.width}, cell{fmt.Sprintf(format, args...), style})
}

// print ends the line. A reader that goes away, such as head, is no fault of what is shown.
func (p page) print(text string) { _, _ = io.WriteString(p.out, text+"\n") }

// cells prints one row of a table; a text that is too long for its column goes on below.
func (p page) cells(widths []int, row ...cell) {
	wrapped := make([][]string, len(row))
	height := 0
	for i, c := range row {
		wrapped[i] = wrap(c.text, widths[i])
		height = max(height, len(wrapped[i]))
	}
	for y := range height {
		var line strings.Builder
		for i, c := range row {
			text := ""
			if y < len(wrapped[i]) {
				text = wrapped[i][y]
			}
			padding := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(text)))
			if p.colour && c.style != plain && text != "" {
				text = c.style + text + "\x1b[0m"
			}
			line.WriteString(text + padding + "  ")
		}
		p.print(strings.TrimRight(line.String(), " "))
	}
}

// wrap breaks text at spaces into lines of at most width; a longer word stays whole.
func wrap(text string, width int) []string {
	var lines []string
	for word := range strings.FieldsSeq(text) {
		last := len(lines) - 1
		if last >= 0 && utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) <= width {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

// coloured reports whether w is a terminal whose user did not ask for plain text (https://no-color.org).
func coloured(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}
	_, ok = terminalWidth(f)
	return ok
}

// widthOf returns how many columns w has: the terminal's, or COLUMNS, or 100. Below 80 a table is no table.
func widthOf(w io.Writer) int {
	const standard, least = 100, 80
	if f, ok := w.(*os.File); ok {
		if width, ok := terminalWidth(f); ok && width > 0 {
			return max(least, width)
		}
	}
	if width, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && width > 0 {
		return max(least, width)
	}
	return standard
}
