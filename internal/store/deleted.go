package store

import "strings"

// Deleted remembers that a row of this id was deleted. Ids of licences stand in sealed
// records, and ids of what a catalogue holds in what a process has read: no other row
// may get one.
func (t *Tx) Deleted(table string, id int64) error {
	return t.Later(`INSERT INTO last_ids (name, id) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET id = `+t.Dialect.Greatest("last_ids.id", "excluded.id"), table, id)
}

// NewID gives the text of an INSERT with a new row's id before all else, as the engine
// makes it (Dialect.NewID).
func (t *Tx) NewID(table, insert string) string {
	columns, values, _ := strings.Cut(insert, "VALUES (")
	return strings.Replace(columns, "(", "(id, ", 1) + "VALUES (" + t.Dialect.NewID(table) + ", " + values
}
