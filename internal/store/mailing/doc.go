// Package mailing owns the SQL of the room mailing: the mail log, which is also
// its queue, the rules and the vendors' templates.
package mailing
