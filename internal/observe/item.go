package observe

import (
	"encoding/binary"
	"errors"
	"time"

	"chancery/internal/ident"
)

// Item is one event, session or exception that was accepted.
type Item struct {
	What    What
	Key     ident.UUID // counts once, see KeyOf
	ID      ident.UUID // as it was sent
	At      time.Time  // to the millisecond; never after the receipt
	Actor   string
	Product string
	Version string
	Session ident.UUID // zero for none
	Account string     // "" for none
	License string     // "" for none

	Category, Name, Body string // Body is JSON, or ""
}

// Join says that an anonymous actor turned out to be an identified one.
type Join struct{ Anonymous, Identified string }

// Batch is what one call brought, as it lies in the inbox.
type Batch struct {
	ID       int64
	Received time.Time
	Items    []Item
	Joins    []Join
}

// Count is how much work a batch is.
func (b Batch) Count() int { return len(b.Items) + len(b.Joins) }

// batchForm is the first byte of a payload: the form that the rest has.
const batchForm = 1

var errPayload = errors.New("observe: a batch in the inbox can't be read")

// Pack gives a batch as bytes for the inbox.
func (b Batch) Pack() []byte {
	w := writer{b: append(make([]byte, 0, 256*len(b.Items)+64), batchForm)}
	w.uint(uint64(len(b.Items)))
	for _, it := range b.Items {
		w.b = append(w.b, byteOf(it.What))
		w.b = append(w.b, it.Key[:]...)
		w.b = append(w.b, it.ID[:]...)
		w.b = append(w.b, it.Session[:]...)
		w.num(it.At.UnixMilli())
		for _, s := range []string{it.Actor, it.Product, it.Version, it.Account, it.License, it.Category, it.Name, it.Body} {
			w.text(s)
		}
	}
	w.uint(uint64(len(b.Joins)))
	for _, j := range b.Joins {
		w.text(j.Anonymous)
		w.text(j.Identified)
	}
	return w.b
}

// UnpackBatch reads what Pack has written.
func UnpackBatch(payload []byte) (b Batch, err error) {
	if len(payload) == 0 || payload[0] != batchForm {
		return b, errPayload
	}
	r := reader{b: payload[1:]}
	for n := r.uint(); n > 0 && !r.bad; n-- {
		var it Item
		it.What = What(r.bytes(1)[0])
		copy(it.Key[:], r.bytes(16))
		copy(it.ID[:], r.bytes(16))
		copy(it.Session[:], r.bytes(16))
		it.At = time.UnixMilli(r.num()).UTC()
		for _, s := range []*string{&it.Actor, &it.Product, &it.Version, &it.Account, &it.License, &it.Category, &it.Name, &it.Body} {
			*s = r.text()
		}
		b.Items = append(b.Items, it)
	}
	for n := r.uint(); n > 0 && !r.bad; n-- {
		b.Joins = append(b.Joins, Join{r.text(), r.text()})
	}
	if r.bad {
		return Batch{}, errPayload
	}
	return b, nil
}

// writer and reader hold numbers as varints, and texts behind their lengths.
type writer struct{ b []byte }

func (w *writer) uint(n uint64) { w.b = binary.AppendUvarint(w.b, n) }
func (w *writer) int(n int64)   { w.b = binary.AppendVarint(w.b, n) }

// num writes a number that is never below 0: a time since 1970, or what a name is numbered.
func (w *writer) num(n int64) { w.uint(uint64(max(n, 0))) }

func (w *writer) text(s string) {
	w.uint(uint64(len(s)))
	w.b = append(w.b, s...)
}

type reader struct {
	b   []byte
	bad bool // it ended too early
}

func (r *reader) uint() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[size:]
	return n
}

// num reads what writer.num has written.
func (r *reader) num() int64 { return int64(r.uint()) } //nolint:gosec // anything else is as wrong as a broken text

func (r *reader) int() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[size:]
	return n
}

// bytes gives n bytes, which are zero once the text has ended.
func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return make([]byte, min(n, 16))
	}
	all := r.b[:n]
	r.b = r.b[n:]
	return all
}

func (r *reader) text() string {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return ""
	}
	return string(r.bytes(n))
}
