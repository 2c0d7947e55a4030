// Package mails owns the pages of mail: what is told to whom (rules), the texts
// (templates), and the log of what was sent. Who may sign in, and the mails of one
// licence, have pages elsewhere.
//
// The HTML of a mail is never part of a page: it is in a sandboxed frame, served
// with a policy of its own that lets it load nothing and run nothing.
package mails
