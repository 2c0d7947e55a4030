// Package auditlog owns the page of the audit log in the console: who changed
// what, when and from where, and the signed heads of its chain.
package auditlog
