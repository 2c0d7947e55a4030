package observe

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"slices"
	"time"

	"chancery/internal/ident"
)

// SlotTime is how much time the events of one block lie in: what passes the edge of the
// window is found by slot.
const SlotTime = 10 * time.Second

// SlotOf gives the slot of an instant in milliseconds.
func SlotOf(at int64) int64 { return floor(at, SlotTime.Milliseconds()) }

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Mark is an item as the figures know it: by numbers.
type Mark struct {
	What    What
	Key     ident.UUID
	At      int64 // Unix milliseconds
	Actor   int64
	License int64 // 0 for none
	Account int64 // 0 for none
	Product int64
	Version int64
}

// Content is the rest of an item, which figures do without.
type Content struct {
	ID, Session          ident.UUID
	Category, Name, Body string
}

// Block is the items of one slot that one change of the figures counted.
type Block struct {
	Slot, Seq int64
	Marks     []Mark
	Contents  []Content // as many; nil where only the head was read
}

// Packed is a block as it is stored.
type Packed struct {
	Slot, Seq        int64
	Events           int
	Keys, Head, Body []byte
}

var errBlock = errors.New("observe: a block can't be read")

// Pack gives the form that is stored.
func (b Block) Pack() Packed {
	p := Packed{Slot: b.Slot, Seq: b.Seq, Events: len(b.Marks), Keys: make([]byte, 0, 16*len(b.Marks))}
	var head, body writer
	begin := b.Slot * SlotTime.Milliseconds()
	for i, m := range b.Marks {
		p.Keys = append(p.Keys, m.Key[:]...)
		head.num(m.At - begin)
		for _, n := range []int64{int64(m.What), m.Actor, m.License, m.Account, m.Product, m.Version} {
			head.num(n)
		}
		c := b.Contents[i]
		body.b = append(body.b, c.ID[:]...)
		body.b = append(body.b, c.Session[:]...)
		body.text(c.Category)
		body.text(c.Name)
		body.text(c.Body)
	}
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestSpeed) // the level is one that exists
	_, _ = w.Write(body.b)                            // a buffer takes everything
	_ = w.Close()
	p.Head, p.Body = head.b, packed.Bytes()
	return p
}

// Open reads the marks of a block.
func (p Packed) Open() (Block, error) {
	b := Block{Slot: p.Slot, Seq: p.Seq, Marks: make([]Mark, p.Events)}
	if len(p.Head) == 0 { // its events are no longer kept
		b.Marks = nil
		return b, nil
	}
	r := reader{b: p.Head}
	begin := p.Slot * SlotTime.Milliseconds()
	for i := range b.Marks {
		m := &b.Marks[i]
		m.At, m.What = begin+r.num(), What(r.num())
		for _, n := range []*int64{&m.Actor, &m.License, &m.Account, &m.Product, &m.Version} {
			*n = r.num()
		}
		if i*16+16 > len(p.Keys) {
			return b, errBlock
		}
		copy(m.Key[:], p.Keys[i*16:])
	}
	if r.bad {
		return b, errBlock
	}
	return b, nil
}

// OpenAll reads a block whole.
func (p Packed) OpenAll() (Block, error) {
	b, err := p.Open()
	if err != nil || b.Marks == nil {
		return b, err
	}
	body, err := io.ReadAll(flate.NewReader(bytes.NewReader(p.Body)))
	if err != nil {
		return b, errors.Join(errBlock, err)
	}
	r := reader{b: body}
	b.Contents = make([]Content, len(b.Marks))
	for i := range b.Contents {
		c := &b.Contents[i]
		copy(c.ID[:], r.bytes(16))
		copy(c.Session[:], r.bytes(16))
		c.Category, c.Name, c.Body = r.text(), r.text(), r.text()
	}
	if r.bad {
		return b, errBlock
	}
	return b, nil
}

// blocks puts items into blocks by their slots.
func blocks(seq int64, marks []Mark, contents []Content) (all []Block) {
	order := make([]int, len(marks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(marks[a].At - marks[b].At) })
	for _, i := range order {
		slot := SlotOf(marks[i].At)
		if len(all) == 0 || all[len(all)-1].Slot != slot {
			all = append(all, Block{Slot: slot, Seq: seq})
		}
		last := &all[len(all)-1]
		last.Marks = append(last.Marks, marks[i])
		last.Contents = append(last.Contents, contents[i])
	}
	return all
}

// PackUsed gives the stored form of the versions that a licence or account was seen with.
func PackUsed(all []Used) []byte {
	w := writer{b: []byte{}}
	for _, u := range all {
		for _, n := range []int64{u.Version, u.Product, u.First, u.Last - u.First} {
			w.num(n)
		}
	}
	return w.b
}

// UnpackUsed reads what PackUsed has written.
func UnpackUsed(b []byte) (all []Used, err error) {
	r := reader{b: b}
	for len(r.b) > 0 {
		u := Used{Version: r.num(), Product: r.num(), First: r.num()}
		u.Last = u.First + r.num()
		all = append(all, u)
	}
	if r.bad {
		return nil, errBlock
	}
	return all, nil
}

// PackNumbers gives the stored form of numbers, and UnpackNumbers reads it.
func PackNumbers(all []int64) []byte {
	w := writer{b: []byte{}}
	for _, n := range all {
		w.int(n)
	}
	return w.b
}

// UnpackNumbers reads what PackNumbers has written.
func UnpackNumbers(b []byte) (all []int64) {
	for r := (reader{b: b}); len(r.b) > 0; {
		all = append(all, r.int())
	}
	return all
}
