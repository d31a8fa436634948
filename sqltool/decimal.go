package sqltool

// Decimal is a decimal number of any size, written as text so that no reader rounds it: "1234.50". A json.Number holds the same digits as a
// JSON number, which many readers take for a float64.
type Decimal string
