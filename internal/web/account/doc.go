// Package account owns the pages on which somebody looks after their own
// account: name, password, authenticator app, recovery codes, sessions. It serves
// every face, and knows none.
package account
