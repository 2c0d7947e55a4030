package erasure

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Kind is who is to be forgotten.
type Kind string

// The kinds.
const (
	Customer Kind = "customer" // with the licensees, users and devices of all its licences
	Licensee Kind = "licensee" // a person by the e-mail address, with the devices of the licences that are theirs
	User     Kind = "user"     // of the vendor's, who was removed from the team
)

// Erasure is one that goes on, or that has ended.
type Erasure struct {
	ID         int64
	Vendor     ident.VendorID
	UUID       ident.UUID
	Kind       Kind
	Subject    ident.UUID // the customer or user; zero for a licensee
	Stage      string     // what it is at; Done at the end
	After      string     // the key of the last row that it has looked at there; "" at the beginning
	Rows       int64      // from which something was erased so far
	StartedAt  time.Time
	FinishedAt time.Time // zero while it goes on
}

// Stages that are no table, in their order; the tables come between Named and Done.
const (
	Licenses = "their licenses"    // licences, and who they name
	Machines = "their devices"     // devices that only those licences were used on
	Named    = "their activations" // what past activations call those devices
	Done     = "done"
)

// Uses is what would bring personal data back.
type Uses struct {
	Devices, Sessions int64 // in use under the licences of who is to be forgotten
	Recipients        int64 // mail rules and webhooks that name the address
	Staff             bool  // the address is of one of the team
}

// Row is one row of a table, with its texts.
type Row struct {
	Key     string // as Erasure.After has it
	Related int    // bits: in what the row is about the person
	Texts   []Text
}

// Text is a text of a row.
type Text struct {
	Value string
	Was   string // what it was when it was read
	Null  bool
	Blank int    // bits of Row.Related with which it goes as a whole
	Mark  string // what then stands there; most often nothing
	About int    // bits of Row.Related with which it loses what it says of people
	Whole bool   // a word in it makes all of the row go that any bit makes go
	Named bool   // an id of theirs in it says that the row is about them
}

// Redaction is what a record of the audit log says of another one; see package audit.
type Redaction any

// Store keeps erasures, and reaches all that is to be erased. All methods reach one
// vendor's rows only.
type Store interface { //nolint:interfacebloat // all that one room stores
	// Insert stores an erasure that begins; Save how far it has come, if it stands where
	// from was: else it reports false, and another copy of the server goes on with it.
	Insert(t tx.Tx, e Erasure) (id int64, err error)
	Save(t tx.Tx, from, to Erasure) (bool, error)

	// Running gives an erasure that goes on, the first with an id above after.
	Running(ctx context.Context, after int64) (e Erasure, found bool, err error)

	// AddWords and Words keep what is looked for.
	AddWords(t tx.Tx, e Erasure, words []string) error
	Words(ctx context.Context, e Erasure) ([]string, error)

	// IDs gives the ids of their licences, as texts have them.
	IDs(ctx context.Context, e Erasure) ([]string, error)

	// Forget throws words and licences away, some at a time; it reports whether there is more.
	Forget(t tx.Tx, e Erasure) (more bool, err error)

	// Uses tells what would bring the data back.
	Uses(t tx.Tx, v ident.VendorID, k Kind, subject ident.UUID, email string) (Uses, error)

	// EraseCustomer replaces a customer's name and address, and deletes those of its people
	// who have nothing else here; it gives what all of them were called. found is false where
	// there is no such customer.
	EraseCustomer(t tx.Tx, v ident.VendorID, customer ident.UUID) (called []string, found bool, err error)

	// EraseLicensee deletes the user without a role who has an address, and gives the name.
	EraseLicensee(t tx.Tx, v ident.VendorID, email string) (name string, err error)

	// Spoken gives texts of the audit log that may say what a customer, a user or a licence
	// was called before, after the record of this id; at most limit records.
	Spoken(ctx context.Context, v ident.VendorID, subject ident.UUID, license ident.LicenseID, after int64, limit int) (texts []string, last int64, err error)

	// LicensesAfter gives licences that are theirs, by id behind after. EraseLicense takes the
	// name and the licensee out of one, and gives who that was and what they are called.
	LicensesAfter(ctx context.Context, e Erasure, email string, after int64, limit int) ([]ident.LicenseID, error)
	EraseLicense(t tx.Tx, e Erasure, id ident.LicenseID) (licensee, name string, err error)

	// MachinesAfter gives the devices of past activations of those licences, by id behind
	// after. EraseMachine gives one another name, if no other licence has to do with it.
	MachinesAfter(ctx context.Context, e Erasure, after int64, limit int) ([]int64, error)
	EraseMachine(t tx.Tx, e Erasure, device int64) error

	// NamedAfter gives past activations that have the former name of their device, by id
	// behind after: a device may have had any number. EraseNamed gives one the name of now.
	NamedAfter(ctx context.Context, e Erasure, after int64, limit int) ([]int64, error)
	EraseNamed(t tx.Tx, e Erasure, activation int64) error

	// Tables gives the names of the tables that hold texts, in the order of the stages. Page
	// gives rows of one behind e.After, and SaveRow stores new texts of one; for a record of the
	// audit log it gives what the log has to say of that. A row that was changed or went
	// meanwhile is an error: it is to be read anew.
	Tables() []string
	Page(ctx context.Context, e Erasure, limit int) ([]Row, error)
	SaveRow(t tx.Tx, e Erasure, r Row) (Redaction, error)

	// Redacted gives the entry of the audit log that says what was erased from others.
	Redacted(e Erasure, all []Redaction) tx.Entry
}
