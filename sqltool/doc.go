// Package sqltool makes governed tools of SQL statements that the developer wrote.
//
//	type lookup struct {
//		ID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$"`
//	}
//
//	type customer struct {
//		Name  string         `json:"name"`
//		Email *string        `json:"email" gov:"pii,mask=email"`
//		Spent sqltool.Decimal `json:"total_spent" gov:"unit=EUR"`
//	}
//
//	db, err := sqltool.New("crm", pool, sqltool.Options{Engine: postgres.Engine()})
//	...
//	srv, err := mcpgov.New(config, sqltool.QueryRow[lookup, customer](db,
//		mcpgov.ToolSpec{Name: "get_customer", Description: "Looks up a customer."},
//		sqltool.Statement{SQL: "SELECT name, email, total_spent FROM customers WHERE customer_id = $customer_id"}))
package sqltool
