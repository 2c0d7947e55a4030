package store

import (
	"slices"
	"testing"

	"chancery/internal/ident"
)

// drill is a record whose columns are of each kind.
type drill struct {
	id           int64
	name, folded string
	owner        string
}

func (d *drill) Columns(c *Columns) {
	c.Read("id", &d.id)
	c.Fixed("uuid", "u", nil)
	c.Saved("name", d.name, &d.name)
	c.Saved("folded", d.folded, nil)
	c.Fixed("kind", 7, &d.folded)
	c.Read("o.name", &d.owner)
}

// A column's line makes all statements: what is read, what is written, and in which order.
func TestColumns(t *testing.T) {
	t.Parallel()
	if got, want := Selected("d", &drill{}), "d.id, d.name, d.kind, o.name"; got != want {
		t.Errorf("selected %s, want %s", got, want)
	}
	into := InsertInto("drills", &drill{})
	if want := "INSERT INTO drills (vendor_id, uuid, name, folded, kind) VALUES ($1, $2, $3, $4, $5)"; into.Text != want {
		t.Errorf("inserts %s, want %s", into.Text, want)
	}
	const where = "vendor_id = ? AND id = ? AND NOT EXISTS (SELECT 1 FROM drills o WHERE o.name = ?)"
	update := Update("drills", &drill{}, where)
	if want := "UPDATE drills SET name = $1, folded = $2 WHERE vendor_id = $3 AND id = $4 AND NOT EXISTS (SELECT 1 FROM drills o WHERE o.name = $5)"; update != want {
		t.Errorf("updates %s, want %s", update, want)
	}
	d := &drill{name: "Hammer Drill", folded: "hammer drill"}
	v := ident.VendorOf(3)
	if got, want := into.Values(v, d), []any{v, "u", "Hammer Drill", "hammer drill", 7}; !slices.Equal(got, want) {
		t.Errorf("inserted %v, want %v", got, want)
	}
	if got, want := SavedValues(d, v, 1), []any{"Hammer Drill", "hammer drill", v, 1}; !slices.Equal(got, want) {
		t.Errorf("saved %v, want %v", got, want)
	}
	if got, want := Dest(d), []any{&d.id, &d.name, &d.folded, &d.owner}; !slices.Equal(got, want) {
		t.Errorf("read to %v, want %v", got, want)
	}
}
