// Package statement owns the page of a customer's monthly statement: what there was of each
// license code, what came, what went, and what is left.
package statement
