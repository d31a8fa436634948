// Package sqltool makes governed tools of SQL statements: the developer writes the statement, callers give arguments that are bound, never put
// into its text, and rows come back as typed structs. A whole server, without its imports ([Example] has them):
//
//	type lookup struct {
//		ID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$"`
//	}
//
//	type customer struct {
//		Name  string          `json:"name"`
//		Email *string         `json:"email" gov:"pii,mask=email"`
//		Spent sqltool.Decimal `json:"total_spent" gov:"unit=EUR"`
//	}
//
//	func main() {
//		pool, err := postgres.Open("host=db user=crm_reader dbname=crm", postgres.Options{})
//		if err != nil {
//			log.Fatal(err)
//		}
//		db, err := sqltool.New("crm", pool, sqltool.Options{Engine: postgres.Engine()})
//		if err != nil {
//			log.Fatal(err)
//		}
//		srv, err := mcpgov.New(config, sqltool.QueryRow[lookup, customer](db,
//			mcpgov.ToolSpec{Name: "get_customer", Description: "Looks up a customer."},
//			sqltool.Statement{SQL: "SELECT name, email, total_spent FROM customers WHERE customer_id = $customer_id"}))
//		if err != nil {
//			log.Fatal(err) // every fault of every statement at once, each with what to write instead
//		}
//		if err := srv.Run(context.Background(), &mcp.StdioTransport{}); err != nil {
//			log.Fatal(err)
//		}
//	}
//
// # Statements
//
// [Query] makes a tool of rows, [QueryRow] of one row, [Exec] of a change. A statement stands in the code or in a file of an embed.FS. Its
// parameters are fields of the input: $customer_id, $date_range.start for a field of a field, IN $ids or IN ($ids) for a list. Strings,
// quoted names, dollar quotes and comments are left alone. An empty list matches nothing, and NOT IN of it everything; an argument that is a nil
// pointer is NULL.
//
// When a tool is made, the database prepares its statement, and what it says is compared with the types, both ways: every parameter is a
// field of the input and every field is a parameter (or tagged sql:"-": only rules or Validate read it), every column is a field of the
// row and every field is a column, and values fit. [DB.Snapshot] writes what the database said into a file to commit; with
// [Options].Snapshot statements are checked against that, without a database.
//
// A statement that changes data says so with Writes; its tool is then one that writes, for rules, clients and the log. Without Writes it is
// refused when the tool is made, as far as its words show, and by the database when it runs, as far as the engine can have it so.
//
// # Values
//
// Values are exact in JSON, or an error. What NULL may be needs a pointer; NULL into anything else is an error, never a zero value.
//
//	integers     Go integers, as numbers; string, or the json tag's ",string", for readers that take numbers for floats; json.Number beyond 64 bits
//	decimals     Decimal, which is text; json.Number, a JSON number with all digits. A float is refused
//	floats       float64; NaN and infinity are null in a *float64, "NaN" and "Infinity" in a string, an error in a float64
//	timestamps   time.Time or string: RFC 3339, with the zone the database gave, UTC where it gave none to keep
//	dates, times string: 2026-01-31, 15:04:05.999; dates also time.Time
//	intervals    Interval or string: ISO 8601
//	bytes        []byte: base64
//	UUID, enum, network addresses, ranges   string
//	lists        slices, []*T where elements may be NULL
//	structs      structs, or map[string]any
//	JSON         json.RawMessage, structs, maps, lists, any; numbers keep their digits
//	any of them  any: what keeps the value; decimals are JSON numbers then
//
// # Limits
//
// A result holds at most MaxRows rows (10,000) and about MaxBytes bytes (3 MiB); its flag truncated is exact: it is set if and only if there
// was more. The server's own Limits.ResultBytes (4 MiB) refuses what is larger, so raise both for large results. Lists in arguments are bounded
// by MaxList, a wait for a connection by AcquireWait, a statement by the call's deadline, which reaches the database, and by Timeout.
//
// # What is recorded
//
// Each statement adds its provenance to the call's record (system, name, digest of the text, digest of the arguments, when, how fresh, how
// many rows, the tables beneath, model and revision) and a step of kind "query" with its time. Slow ones are logged by name and digest.
// Neither texts of statements nor values nor the database's own words reach callers. [Error] says why a statement failed.
//
// # Handlers
//
// Handlers written by hand ask with [DB.Query], [DB.QueryRow] and [DB.Exec]: the same checks, limits and records, with named arguments from a
// struct or a map.
//
// # What sqltool does not do
//
//   - It does not make a database safe: give it a user who may do no more than its statements need.
//   - It does not look into functions and views that statements name: [Statement].Tables is what the developer says.
//   - It does not undo a change that was committed: where the result is refused after it, by an output rule, a mask or a limit of the server, or time is
//     up while the database commits, the caller gets an error and the record's source and step say that the statement ran.
//   - With [Generic], parameters and statements that write are not checked against types, because database/sql cannot tell.
package sqltool
