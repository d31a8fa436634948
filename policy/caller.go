package policy

// User is who calls, from verified credentials only. In conditions an empty text is absent: reading it is an error, so
// that two users without an e-mail address are never equal.
type User struct {
	ID       string // stable and unique within the provider
	Name     string // for people to read
	Email    string // e-mail address
	Role     string // the one role, where there is one
	Tenant   string // the customer or organisation the user belongs to
	Provider string // who vouches for the user, such as an OAuth issuer

	Roles       []string // all roles
	Groups      []string // memberships, as the provider names them
	Permissions []string // what the user may do, such as pii.view
	Scopes      []string // OAuth scopes of the credentials used

	// Attributes holds further facts by name. A policy sees those it declares. One of another type than declared is
	// an error when it is read and is not converted, but for what JSON cannot tell apart: a whole number is taken for
	// a double, 3.0 for an int, and text in the form of RFC 3339 for a timestamp.
	Attributes map[string]any
	Anonymous  bool // nobody in particular
}

// Agent is the program that calls on a user's behalf. Empty texts are absent.
type Agent struct {
	ID   string // such as the OAuth client id
	Kind string // such as oauth_client, api_key or mtls
	Name string // for people to read
}
