// Package observe holds the SQL of the room observe: the inbox, the figures, the events that
// are kept, and the lists of licences and accounts, which are held in memory (lists.go).
package observe
