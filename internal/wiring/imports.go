package wiring

import (
	"chancery/internal/imports"
	importstore "chancery/internal/store/imports"
)

// importTrade makes what lines of files ask for, in the rooms that own it.
type importTrade struct{ r *Rooms }

// importKnown reads what lines are checked against.
type importKnown struct{ r *Rooms }

// furnishImports makes the room that brings files in.
func (r *Rooms) furnishImports() (err error) {
	r.ImportRows = importstore.Store{DB: r.DB}
	r.Imports, err = imports.New(imports.Config{
		Store: r.ImportRows, Trade: importTrade{r}, Known: importKnown{r}, Runner: r.DB, IDs: r.IDs,
	})
	return err
}
