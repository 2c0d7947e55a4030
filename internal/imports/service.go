package imports

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Trade makes what lines ask for, by the rules of the rooms that own it. What a
// line can't have is an error with what is wrong; the transaction then rolls back.
type Trade interface {
	CreateCustomer(t tx.Tx, v ident.VendorID, c CustomerLine) (Result, error)
	IssueLicense(t tx.Tx, v ident.VendorID, l LicenseLine) (Result, error)
}

// Known reads what lines are checked against before anything is written.
type Known interface {
	// Numbers gives those of the customer numbers that exist.
	Numbers(ctx context.Context, v ident.VendorID, numbers []string) (map[string]bool, error)

	Editions(ctx context.Context, v ident.VendorID) (map[EditionName]bool, error)
}

// Store keeps imports and their lines.
type Store interface {
	Insert(t tx.Tx, v ident.VendorID, i Import, lines []Line) error

	// Lock reads an import and locks it until the transaction ends.
	Lock(t tx.Tx, v ident.VendorID, id ident.UUID) (i Import, found bool, err error)
	Save(t tx.Tx, v ident.VendorID, i Import) error

	// Waiting gives the first waiting lines, at most limit.
	Waiting(t tx.Tx, v ident.VendorID, id int64, limit int) ([]Line, error)
	SaveLine(t tx.Tx, v ident.VendorID, id int64, l Line) error

	// TryAgain makes failed lines wait again, and tells how many.
	TryAgain(t tx.Tx, v ident.VendorID, id int64) (int, error)
	Delete(t tx.Tx, v ident.VendorID, id int64) error

	// NextRunning gives the import that has been running longest of those after
	// one; ok is false when there is none.
	NextRunning(ctx context.Context, after int64) (r Job, ok bool, err error)

	// Forget removes a portion of an import whose time is over; gone tells that it was
	// the last one of it, and more is false when there is no such import.
	Forget(t tx.Tx, draftsBefore, othersBefore time.Time) (gone, more bool, err error)
}

// Job is an import that the job is to work on.
type Job struct {
	ID     int64
	Vendor ident.VendorID
	UUID   ident.UUID
	Actor  tx.Actor
}

// Config is what the service needs; all of it is required.
type Config struct {
	Store  Store
	Trade  Trade
	Known  Known
	Runner tx.Runner
	IDs    ident.Source
}

// Service brings files in.
type Service struct{ Config }

// New makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Trade == nil || c.Known == nil || c.Runner == nil || c.IDs.Rand == nil || c.IDs.Clock == nil {
		return nil, errors.New("imports: the configuration is incomplete")
	}
	return &Service{c}, nil
}

// Read reads and checks a file. It writes nothing.
func (s *Service) Read(ctx context.Context, v ident.VendorID, k Kind, zone *time.Location, content []byte) (File, error) {
	if k != Customers && k != Licenses {
		return File{}, fault.Wrong(fault.Field{Name: "kind", Message: "must be customers or licenses"})
	}
	f, err := ReadFile(content)
	if err != nil {
		return File{}, err
	}
	r, err := ReadAs(k, f.Columns)
	if err != nil {
		return File{}, err
	}
	var around Around
	if around.Numbers, err = s.Known.Numbers(ctx, v, NumbersNamed(f, r)); err != nil {
		return File{}, err
	}
	if k == Licenses {
		if around.Editions, err = s.Known.Editions(ctx, v); err != nil {
			return File{}, err
		}
	}
	Check(k, f, r, around, zone)
	return f, nil
}

// Keep stores a file that was read as a draft.
func (s *Service) Keep(t tx.Tx, v ident.VendorID, k Kind, zone *time.Location, name string, f File) (Import, error) {
	i := Import{
		UUID: s.IDs.V7(), Kind: k, FileName: shortened(name), Zone: zone.String(), Columns: f.Columns, State: Draft, Lines: len(f.Lines),
		Actor: tx.ActorFrom(t.Context()), CreatedAt: t.Now(),
	}
	for _, l := range f.Lines {
		if l.State == LineFailed {
			i.Failed++
		}
	}
	return i, s.Store.Insert(t, v, i, f.Lines)
}

func shortened(name string) string {
	name = strings.ToValidUTF8(name, "")
	if name == "" {
		return "file.csv"
	}
	for utf8.RuneCountInString(name) > 100 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

// Start lets the job carry the lines out, in the name of who starts it.
func (s *Service) Start(t tx.Tx, v ident.VendorID, id ident.UUID, allOrNothing bool) (Import, error) {
	i, err := s.lock(t, v, id)
	if err != nil {
		return i, err
	}
	switch {
	case i.State == Running:
		return i, nil // asked twice
	case i.State != Draft && i.State != Stopped:
		return i, fault.Refused("import_over", "This import is over.", "Upload a file to import more.")
	case i.Waiting() == 0:
		return i, fault.Refused("import_empty", "No line of the file can be imported.", "Correct the lines, and upload the file again.")
	case allOrNothing && i.Lines > MaxAllOrNothing:
		return i, fault.Refused("import_too_long", "All or nothing is for files of up to 500 lines.", "Split the file, or let each line stand on its own.")
	case allOrNothing && i.Failed > 0:
		return i, fault.Refused("import_has_problems", "All or nothing is not possible while lines have problems.", "Correct them and upload the file again, or let each line stand on its own.")
	}
	if i.State == Draft {
		i.AllOrNothing = allOrNothing
	}
	i.State, i.StartedAt, i.Actor = Running, t.Now(), tx.ActorFrom(t.Context())
	s.journal(t, v, "import.started", i)
	return i, s.Store.Save(t, v, i)
}

// Stop keeps the job from carrying out more lines.
func (s *Service) Stop(t tx.Tx, v ident.VendorID, id ident.UUID) (Import, error) {
	i, err := s.lock(t, v, id)
	if err != nil || i.State != Running {
		return i, err
	}
	i.State = Stopped
	s.journal(t, v, "import.stopped", i)
	return i, s.Store.Save(t, v, i)
}

// TryAgain lets the job carry out the failed lines once more: what was missing
// may be there now.
func (s *Service) TryAgain(t tx.Tx, v ident.VendorID, id ident.UUID) (Import, error) {
	i, err := s.lock(t, v, id)
	if err != nil {
		return i, err
	}
	if i.State != Finished && i.State != Stopped && i.State != Refused {
		return i, fault.Refused("import_not_over", "This import is not over yet.", "Wait until it is, then try the failed lines again.")
	}
	n, err := s.Store.TryAgain(t, v, i.ID)
	if err != nil {
		return i, err
	}
	i.Failed -= n
	i.State, i.StartedAt, i.FinishedAt, i.Actor = Running, t.Now(), time.Time{}, tx.ActorFrom(t.Context())
	s.journal(t, v, "import.started", i)
	return i, s.Store.Save(t, v, i)
}

// Discard removes a draft.
func (s *Service) Discard(t tx.Tx, v ident.VendorID, id ident.UUID) error {
	i, err := s.lock(t, v, id)
	if err != nil {
		return err
	}
	if i.State != Draft {
		return fault.Refused("import_no_draft", "This import was started: it is kept as a record.", "What it brought in can be changed on its own pages.")
	}
	return s.Store.Delete(t, v, i.ID)
}

func (s *Service) lock(t tx.Tx, v ident.VendorID, id ident.UUID) (Import, error) {
	i, found, err := s.Store.Lock(t, v, id)
	if err == nil && !found {
		err = fault.Missing("import")
	}
	return i, err
}

func (s *Service) journal(t tx.Tx, v ident.VendorID, action string, i Import) {
	t.Journal(tx.Entry{Vendor: v, Action: action, Subject: "import", ID: i.UUID, After: struct {
		Kind         Kind   `json:"kind"`
		File         string `json:"file"`
		Lines        int    `json:"lines"`
		Done         int    `json:"done"`
		Failed       int    `json:"failed"`
		AllOrNothing bool   `json:"all_or_nothing"`
	}{i.Kind, i.FileName, i.Lines, i.Done, i.Failed, i.AllOrNothing}})
}

func text(n int) string { return strconv.Itoa(n) }
