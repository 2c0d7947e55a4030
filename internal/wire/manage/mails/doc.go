// Package mails owns the operations of the management API on
// the mail log, the rules of what is told by mail, and the
// texts.
package mails
