package store

import (
	"slices"
	"strconv"
	"strings"

	"chancery/internal/ident"
)

// Record is a row of a table as Go holds it. Columns tells its columns, each on one
// line: the name, the value that is written, and the destination that is read to. The
// statements of the table are made from these lines, so that nobody counts placeholders.
//
// Columns is called for a zero record too, of which no value is used.
type Record interface{ Columns(c *Columns) }

// Columns gathers what a Record tells.
type Columns struct {
	wants wants
	alias string
	names []string
	all   []any
}

// wants is what is gathered.
type wants int

const (
	readNames wants = iota
	destinations
	madeNames
	madeValues
	savedNames
	savedValues
)

// columnsAtMost is how many columns a wide table has, with those that are joined to it.
const columnsAtMost = 48

// Read tells a column that is only read. A name of a joined table has its alias.
func (c *Columns) Read(name string, dest any) {
	switch c.wants {
	case readNames:
		if c.alias != "" && !strings.Contains(name, ".") {
			name = c.alias + "." + name
		}
		c.names = append(c.names, name)
	case destinations:
		c.all = append(c.all, dest)
	case madeNames, madeValues, savedNames, savedValues:
	}
}

// Fixed tells a column that is written when the row is made. Whatever changes it later
// is a statement of its own. Where dest is nil, it is not read.
func (c *Columns) Fixed(name string, value, dest any) {
	if dest != nil {
		c.Read(name, dest)
	}
	switch c.wants {
	case madeNames:
		c.names = append(c.names, name)
	case madeValues:
		c.all = append(c.all, value)
	case readNames, destinations, savedNames, savedValues:
	}
}

// Saved tells a column that is written when the row is made, and whenever it is saved.
func (c *Columns) Saved(name string, value, dest any) {
	c.Fixed(name, value, dest)
	switch c.wants {
	case savedNames:
		c.names = append(c.names, name)
	case savedValues:
		c.all = append(c.all, value)
	case readNames, destinations, madeNames, madeValues:
	}
}

// told gathers what records tell.
func told(w wants, alias string, records ...Record) Columns {
	c := Columns{wants: w, alias: alias}
	if w == destinations || w == madeValues || w == savedValues {
		c.all = make([]any, 0, columnsAtMost)
	}
	for _, r := range records {
		r.Columns(&c)
	}
	return c
}

// Selected returns the columns that a record is read from, for a SELECT; alias is that
// of its own table.
func Selected(alias string, r Record) string {
	return strings.Join(told(readNames, alias, r).names, ", ")
}

// Dest returns where records are read to, one after the other, each in the order of
// Selected.
func Dest(records ...Record) []any { return told(destinations, "", records...).all }

// Insertion is the INSERT of a table's rows. Every row belongs to a vendor, whose column
// comes first.
type Insertion struct {
	Text string // "INSERT INTO t (vendor_id, a) VALUES ($1, $2)", which more may follow

	into    string
	columns int
}

// InsertInto makes the INSERT of records of this kind.
func InsertInto(table string, r Record) Insertion {
	names := append([]string{"vendor_id"}, told(madeNames, "", r).names...)
	into := `INSERT INTO ` + table + ` (` + strings.Join(names, ", ") + `) VALUES`
	return Insertion{Text: into + placeholders(1, len(names)), into: into, columns: len(names)}
}

// Values returns what goes into a row.
func (i Insertion) Values(v ident.VendorID, r Record) []any {
	return slices.Insert(told(madeValues, "", r).all, 0, any(v))
}

// Many inserts rows, whose Values follow each other; returning and scan are as in InsertMany.
func (i Insertion) Many(t *Tx, values []any, returning string, scan func(Scan) error) error {
	return t.InsertMany(i.into, i.columns, values, returning, scan)
}

// Update makes the UPDATE of records of this kind. Each ? in where takes the next of the
// values that SavedValues is given.
func Update(table string, r Record, where string) string {
	var b strings.Builder
	n := 0
	next := func() string {
		n++
		return "$" + strconv.Itoa(n)
	}
	b.WriteString(`UPDATE ` + table + ` SET `)
	for i, name := range told(savedNames, "", r).names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name + " = " + next())
	}
	for i, part := range strings.Split(" WHERE "+where, "?") {
		if i > 0 {
			b.WriteString(next())
		}
		b.WriteString(part)
	}
	return b.String()
}

// SavedValues returns the values of an Update: those of the record, and then where's.
func SavedValues(r Record, where ...any) []any {
	return append(told(savedValues, "", r).all, where...)
}
