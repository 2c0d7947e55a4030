// Package history owns the portal's pages of what was done to licences, by whom and when: of
// one, and of all those of the customers that somebody administers. What of it owners are
// told, and as whose doing, is decided in owners; the sentences are in sentences.go.
package history
