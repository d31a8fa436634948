// Package bench measures what governance costs: each governed call against the same tool on the SDK's own typed
// mcp.AddTool, interleaved in one run, with a goal per line.
//
//	make bench
//
// Ratios count, not times: both sides run on the same machine in the same minute, and a line gives the median
// over rounds. The package holds tests only, and they measure only when MCPGOV_BENCH is set.
package bench
