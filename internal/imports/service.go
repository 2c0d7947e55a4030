package imports

import (
	"context"
	"errors"
	"slices"
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

	PrepaidTrade
}

// Known tells before anything is written what would come of lines.
type Known interface {
	// Numbers gives those of the customer numbers that exist.
	Numbers(ctx context.Context, v ident.VendorID, numbers []string) (map[string]bool, error)

	// RefusedCustomers tells why CreateCustomer would refuse each line, as far as it can
	// be told from the line: nil where nothing speaks against it.
	RefusedCustomers(lines []CustomerLine) []error

	// RefusedLicenses tells the same of IssueLicense, with what is there now.
	RefusedLicenses(ctx context.Context, v ident.VendorID, lines []LicenseLine) ([]error, error)

	PrepaidKnown
}

// Store keeps imports and their lines.
type Store interface { //nolint:interfacebloat // all that one room stores
	// Insert stores an import without its lines, and gives its ID.
	Insert(t tx.Tx, v ident.VendorID, i Import) (int64, error)

	// LastLine gives the number of the last line that is stored; 0 for none.
	LastLine(t tx.Tx, v ident.VendorID, id int64) (int, error)
	InsertLines(t tx.Tx, v ident.VendorID, id int64, lines []Line) error

	// Lock reads an import and locks it until the transaction ends.
	Lock(t tx.Tx, v ident.VendorID, id ident.UUID) (i Import, found bool, err error)
	Save(t tx.Tx, v ident.VendorID, i Import) error

	// Before gives the last import that brought something in of the same file, or is doing
	// so; found is false when there is none.
	Before(t tx.Tx, v ident.VendorID, i Import) (before Import, found bool, err error)

	// Waiting gives the first waiting lines by level and number, at most limit.
	Waiting(t tx.Tx, v ident.VendorID, id int64, limit int) ([]Line, error)
	SaveLine(t tx.Tx, v ident.VendorID, id int64, l Line) error

	// TryAgain makes failed lines wait again, at most limit, and tells how many.
	TryAgain(t tx.Tx, v ident.VendorID, id int64, limit int) (int, error)

	// NextRunning gives the import that has been running longest of those after
	// one; ok is false when there is none.
	NextRunning(ctx context.Context, after int64) (r Job, ok bool, err error)

	// Forget removes some lines of an import that is Gone or whose time is over; gone
	// tells that they were its last, and more is false when there is no such import.
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
	if !slices.Contains(Kinds(), k) {
		return File{}, fault.Wrong(fault.Field{Name: "kind", Message: "must be customers, licenses, cards or devices"})
	}
	f, err := ReadFile(content)
	if err != nil {
		return File{}, err
	}
	r, err := ReadAs(k, f.Columns)
	if err != nil {
		return File{}, err
	}
	return f, s.check(ctx, v, k, zone, f, r)
}

// Receive stores a file that was read, in portions. Nobody sees it before Keep makes it
// a draft; one that a server did not finish is forgotten as drafts are.
func (s *Service) Receive(ctx context.Context, v ident.VendorID, k Kind, zone *time.Location, name string, f File) (Import, error) {
	i := Import{
		UUID: s.IDs.V7(), Kind: k, FileName: shortened(name), Zone: zone.String(), Columns: f.Columns, State: Arriving, Lines: len(f.Lines), Digest: f.digest(),
		Actor: tx.ActorFrom(ctx),
	}
	for _, l := range f.Lines {
		if l.State == LineFailed {
			i.Failed++
		}
	}
	if err := s.Runner.Run(ctx, func(t tx.Tx) (err error) {
		i.CreatedAt = t.Now()
		i.ID, err = s.Store.Insert(t, v, i)
		return err
	}); err != nil {
		return i, err
	}
	_, err := tx.Portions(ctx, s.Runner, func(t tx.Tx) (bool, error) {
		last, err := s.Store.LastLine(t, v, i.ID)
		if err != nil {
			return false, err
		}
		from, _ := slices.BinarySearchFunc(f.Lines, last+1, func(l Line, number int) int { return l.Number - number })
		return s.storeLines(t, v, i.ID, f.Lines[from:])
	})
	if err == nil {
		err = context.Cause(ctx)
	}
	return i, err
}

// storeLines stores lines for as long as the transaction has time.
func (s *Service) storeLines(t tx.Tx, v ident.VendorID, id int64, lines []Line) (more bool, err error) {
	stored := 0
	for stored < min(len(lines), linesAtOnce) {
		n := min(linesOfStep, len(lines)-stored)
		if err := s.Store.InsertLines(t, v, id, lines[stored:stored+n]); err != nil {
			return false, err
		}
		if stored += n; t.Spent() {
			break
		}
	}
	return stored < len(lines), nil
}

// Keep makes a draft of a file that was stored.
func (s *Service) Keep(t tx.Tx, v ident.VendorID, id ident.UUID) (Import, error) {
	i, found, err := s.Store.Lock(t, v, id)
	if err != nil {
		return i, err
	}
	if !found || i.State != Arriving {
		return i, fault.Missing("import")
	}
	i.State = Draft
	return i, s.Store.Save(t, v, i)
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

// How says how the lines of an import are to be carried out.
type How struct {
	AllOrNothing bool
	Again        bool // also if the same file was brought in before
}

// Start lets the job carry the lines out, in the name of who starts it.
func (s *Service) Start(t tx.Tx, v ident.VendorID, id ident.UUID, how How) (Import, error) {
	i, err := s.lock(t, v, id)
	if err != nil {
		return i, err
	}
	repeats := false
	if i.State == Draft && !how.Again {
		if _, repeats, err = s.Store.Before(t, v, i); err != nil {
			return i, err
		}
	}
	switch {
	case i.State == Running:
		return i, nil // asked twice
	case i.State != Draft && i.State != Stopped:
		return i, fault.Refused("import_over", "This import is over.", "Upload a file to import more.")
	case i.Waiting() == 0 && !i.Retrying:
		return i, fault.Refused("import_empty", "No line of the file can be imported.", "Correct the lines, and upload the file again.")
	case repeats:
		return i, fault.Refused("import_repeated", "This file was brought in before.", "Tick \"Bring it in once more\" if that is what you want.")
	case how.AllOrNothing && i.Lines > MaxAllOrNothing:
		return i, fault.Refused("import_too_long", "All or nothing is for files of up to 500 lines.", "Split the file, or let each line stand on its own.")
	case how.AllOrNothing && i.Failed > 0:
		return i, fault.Refused("import_has_problems", "All or nothing is not possible while lines have problems.", "Correct them and upload the file again, or let each line stand on its own.")
	}
	if i.State == Draft {
		i.AllOrNothing = how.AllOrNothing
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
	i.Retrying = true // the job lets them wait, in portions
	i.State, i.StartedAt, i.FinishedAt, i.Actor = Running, t.Now(), time.Time{}, tx.ActorFrom(t.Context())
	s.journal(t, v, "import.started", i)
	return i, s.Store.Save(t, v, i)
}

// Discard removes a draft: nobody finds it any more, and its lines go in portions.
func (s *Service) Discard(t tx.Tx, v ident.VendorID, id ident.UUID) error {
	i, err := s.lock(t, v, id)
	if err != nil {
		return err
	}
	if i.State != Draft {
		return fault.Refused("import_no_draft", "This import was started: it is kept as a record.", "What it brought in can be changed on its own pages.")
	}
	i.State = Gone
	return s.Store.Save(t, v, i)
}

func (s *Service) lock(t tx.Tx, v ident.VendorID, id ident.UUID) (Import, error) {
	i, found, err := s.Store.Lock(t, v, id)
	if err == nil && (!found || i.State == Arriving || i.State == Gone) {
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
