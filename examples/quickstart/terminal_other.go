//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package main

import "os"

// terminalWidth does not know terminals here: the output is plain, as in a pipe.
func terminalWidth(*os.File) (int, bool) { return 0, false }
