// Package auditlog owns the operations of the management API on
// the audit log and the signed heads of its chain.
package auditlog
