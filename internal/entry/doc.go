// Package entry owns the readers of what people type, paste and send: one for each
// kind, so that every door reads it alike (the clients' calls, the management API, the
// console, imports and the command line).
//
//   - Key reads keys of licences and their tokens, and LegacyKey those of other servers.
//   - Version reads versions of software, and compares them.
//   - Name, Identifier and Lines read names, numbers and texts.
//   - Address reads e-mail addresses; OnWire writes them for a mail server.
//   - Password prepares passwords (RFC 8265).
//
// It decides nothing of the trade: whether a key exists, a name is free or a version is
// allowed is for the rooms. It imports nothing of Chancery but fault, ident and visible.
package entry
