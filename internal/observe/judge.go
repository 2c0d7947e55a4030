package observe

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"chancery/internal/calendar"
	"chancery/internal/ident"
)

// The limits of an item, texts in UTF-16 units (docs/rules/observed.md, rules 2 to 5).
const (
	MostEventBytes     = 4 << 10
	MostExceptionBytes = 128 << 10
	mostID             = 256
	mostActor          = 512
	mostProduct        = 256
	mostVersion        = 128
	mostCategory       = 128
	mostName           = 256
	mostMessage        = 1000
	mostStack          = 32768
	mostSeverity       = 64
	mostEndReason      = 256
	mostProperties     = 20
	mostPropertyKey    = 64
	mostPropertyText   = 256
	mostBreadcrumbs    = 200

	// Ahead is how far the clock of a device may be ahead of the server's.
	Ahead = 48 * time.Hour
)

// reserved are the names that no property may have.
var reserved = map[string]bool{ //nolint:gochecknoglobals // a list that never changes
	"event_id": true, "actor_id": true, "session_id": true, "account_id": true, "license_id": true,
	"account": true, "accountId": true, "license": true, "licenseId": true,
}

// Judge says what an item comes to that is received at an instant, or why it is refused;
// oldest is the oldest time that an event may have.
func Judge(s Sent, received, oldest time.Time) (Item, Reason) {
	if s.Broken {
		return Item{}, InvalidEvent
	}
	most := MostEventBytes
	if s.What == Exception {
		most = MostExceptionBytes
	}
	if s.Size > most {
		return Item{}, EventTooLarge
	}
	j := judging{item: Item{What: s.What}}
	j.id(s)
	j.time(s.Time, received, oldest)
	if s.What != SessionEnd || s.Started.Given { // an end without its start names nothing
		j.names(s)
	}
	j.content(s)
	return j.item, j.reason
}

// judging is the first reason that was found, and what an item comes to meanwhile.
type judging struct {
	item   Item
	reason Reason
}

func (j *judging) refuse(wrong bool, r Reason) {
	if wrong && j.reason == "" {
		j.reason = r
	}
}

func (j *judging) id(s Sent) {
	reason := map[What]Reason{Event: InvalidEventID, Exception: InvalidExceptionID}[s.What]
	if reason == "" {
		reason = InvalidSessionID
	}
	id, ok := uuid(s.ID)
	j.refuse(!ok, reason)
	j.item.Key, j.item.ID = KeyOf(s.What, id), id
	if s.What == SessionStart || s.What == SessionEnd {
		j.item.Session = id
		return
	}
	if s.Session.Given {
		j.item.Session, ok = uuid(s.Session)
		j.refuse(!ok, InvalidSessionID)
	}
}

func uuid(f Field) (ident.UUID, bool) {
	if f.Other || !f.Given {
		return ident.UUID{}, false
	}
	id, err := ident.ParseUUID(strings.TrimSpace(f.Text))
	return id, err == nil && !id.IsZero()
}

// KeyOf is what an item is known by that counts once: an event's id, and for others what is
// made of theirs, because the ids of different things say nothing of each other.
func KeyOf(what What, id ident.UUID) ident.UUID {
	if what == Event {
		return id
	}
	sum := sha256.Sum256(append([]byte{byteOf(what)}, id[:]...))
	return ident.UUID(sum[:16])
}

// time takes the time of an item. One ahead of the server's clock becomes the time of receipt.
func (j *judging) time(f Field, received, oldest time.Time) {
	at, ok := moment(f)
	j.refuse(!ok, InvalidTimestamp)
	j.refuse(ok && (at.After(received.Add(Ahead)) || at.Before(oldest)), TimestampOutOfRange)
	if at.After(received) {
		at = received
	}
	j.item.At = at
}

func moment(f Field) (time.Time, bool) {
	at, wrong := calendar.ParseInstant(strings.TrimSpace(f.Text))
	return at, wrong == "" && !f.Other && f.Given
}

// names takes who and what an item names.
func (j *judging) names(s Sent) {
	var ok bool
	j.item.Actor, ok = identifier(s.Actor, mostActor)
	j.refuse(!ok, InvalidActorID)
	if s.License.Given {
		j.item.License, ok = identifier(s.License, mostID)
		j.refuse(!ok, InvalidLicenseID)
	}
	if s.Account.Given {
		j.item.Account, ok = identifier(s.Account, mostID)
		j.refuse(!ok, InvalidAccountID)
	}
	j.item.Product, ok = text(s.Product, 1, mostProduct)
	j.refuse(!ok, InvalidProduct)
	j.item.Version, ok = text(s.Version, 1, mostVersion)
	j.refuse(!ok, InvalidVersion)
}

// content takes the rest.
func (j *judging) content(s Sent) {
	switch s.What {
	case Event:
		var ok bool
		j.item.Category, ok = text(s.Category, 1, mostCategory)
		j.refuse(!ok, InvalidCategory)
		j.item.Name, ok = text(s.Name, 1, mostName)
		j.refuse(!ok, InvalidName)
		j.properties(s)
	case Exception:
		j.exception(s)
	case SessionEnd:
		reason, ok := text(s.EndReason, 0, mostEndReason)
		j.refuse(!ok, InvalidEndReason)
		j.item.Name = reason
	case SessionStart, Identify:
	}
}

func (j *judging) properties(s Sent) {
	j.refuse(s.PropertiesOther, InvalidProperty)
	j.refuse(len(s.Properties) > mostProperties, TooManyProperties)
	if len(s.Properties) == 0 || j.reason != "" {
		return
	}
	var b strings.Builder
	for i, p := range s.Properties {
		j.refuse(reserved[p.Key], ReservedPropertyKey)
		j.refuse(p.Nested || units(p.Key) > mostPropertyKey || units(p.Text.Text) > mostPropertyText || len(p.Raw) > mostPropertyText, InvalidProperty)
		b.WriteString([]string{"{", ","}[min(i, 1)])
		b.WriteString(quoted(readable(p.Key)) + ":")
		if p.Text.Given {
			b.WriteString(quoted(readable(p.Text.Text)))
		} else {
			b.WriteString(p.Raw)
		}
	}
	j.item.Body = b.String() + "}"
}

// thrown is what is kept of an exception beside its type.
type thrown struct {
	Severity    string          `json:"severity"`
	Message     string          `json:"message,omitempty"`
	Stack       string          `json:"stack_trace,omitempty"`
	Breadcrumbs json.RawMessage `json:"breadcrumbs,omitempty"`
}

func (j *judging) exception(s Sent) {
	var t thrown
	var named, severe, said, traced bool
	j.item.Name, named = text(s.Name, 1, mostName)
	t.Severity, severe = text(s.Severity, 1, mostSeverity)
	t.Message, said = text(s.Message, 0, mostMessage)
	t.Stack, traced = text(s.Stack, 0, mostStack)
	j.refuse(!named || !severe || !said || !traced, InvalidException)
	j.refuse(s.BreadcrumbsOther || s.BreadcrumbCount > mostBreadcrumbs, InvalidBreadcrumbs)
	if s.Breadcrumbs != "" {
		t.Breadcrumbs = json.RawMessage(s.Breadcrumbs)
	}
	if j.reason != "" {
		return
	}
	body, err := json.Marshal(t)
	j.refuse(err != nil, InvalidBreadcrumbs)
	j.item.Body = string(body)
}

// identifier takes an id that is compared with others: trimmed, with 1 to most units and no
// control character. One with half a UTF-16 pair is refused and never mended, because mending
// would join what differs.
func identifier(f Field, most int) (string, bool) {
	if f.Other || !f.Given {
		return "", false
	}
	id := trim(f.Text)
	n := units(id)
	return id, n >= 1 && n <= most && !strings.ContainsFunc(id, func(r rune) bool { return unicode.IsControl(r) || r == Lone })
}

// text takes a text that people read: trimmed, and what no database holds is replaced.
func text(f Field, least, most int) (string, bool) {
	if f.Other {
		return "", false
	}
	s := trim(f.Text)
	n := units(s)
	return readable(s), n >= least && n <= most
}

// trim takes white space off both ends, as SDKs do.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' })
}

// units is the length of a text in UTF-16, in which the SDKs' languages count.
func units(s string) (n int) {
	for _, r := range s {
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}

// readable replaces U+0000 and halves of UTF-16 pairs, alike for both engines.
func readable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0 || r == Lone {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func quoted(s string) string {
	b, _ := json.Marshal(s) //nolint:errchkjson // a text
	return string(b)
}

// Nobody reports whether an id stands for nobody: what a program sends by mistake before its
// user has signed in. Joining by it would make all users one (docs/rules/observed.md, rule 9).
func Nobody(id string) bool {
	switch strings.ToLower(trim(id)) {
	case "", "null", "undefined", "none", "nan", "0", "anonymous", "[object object]", "00000000-0000-0000-0000-000000000000":
		return true
	}
	return false
}
