// Package budget owns token buckets: how often something may happen for one
// subject (an address with the networks around it, a credential, a pair of both)
// before it is refused for a while. Memory is bounded; what matters beyond a restart or over several
// copies (lock-outs) is in the database instead.
//
// It is a leaf: it imports nothing of Chancery but fault and ident.
package budget
