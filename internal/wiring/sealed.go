package wiring

import (
	"context"
	"fmt"
	"slices"

	"chancery/internal/setup"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// resealPortion is how many values one transaction seals anew: a few milliseconds.
const resealPortion = 100

// Reseal seals everything under the newest master key that is not. Each value names
// its key, which is the record of how far this came: after a stop it is run again. A
// transaction that began before the new key was there may still bring a value under
// the old one, so it goes round until it finds none.
func (r *Rooms) Reseal(ctx context.Context, say func(string, ...any)) error {
	header := r.sealer.Header()
	total, unreadable := 0, 0
	for again := true; again; {
		again, unreadable = false, 0
		for _, c := range SealedColumns() {
			n, bad, err := r.resealColumn(ctx, c, header)
			if err != nil {
				return err
			}
			if n > 0 {
				say("%s: %d sealed anew.", c.Name(), n)
				total, again = total+n, true
			}
			unreadable += bad
		}
	}
	say("%d values were sealed anew.", total)
	if unreadable > 0 {
		say("%d values do not open and were left as they are: `chancery verify` tells which key they need.", unreadable)
	}
	return nil
}

func (r *Rooms) resealColumn(ctx context.Context, c store.SealedColumn, header []byte) (total, unreadable int, err error) {
	var after []any
	for {
		var done store.Resealed
		if err := r.DB.Run(ctx, func(t tx.Tx) (err error) {
			done, err = c.Reseal(t, r.sealer, header, after, resealPortion)
			return err
		}); err != nil {
			return total, unreadable, err
		}
		total, unreadable = total+done.Sealed, unreadable+done.Unreadable
		if after = done.Last; after == nil {
			return total, unreadable, nil
		}
	}
}

// UnderOldMasters counts the values that are under another master key than the newest,
// and open: without that key they would be lost.
func (r *Rooms) UnderOldMasters(ctx context.Context) (total int, err error) {
	header := r.sealer.Header()
	for _, c := range SealedColumns() {
		if err := c.Each(ctx, r.DB, header, func(v store.SealedValue) {
			if _, err := r.sealer.Open(v.Purpose, v.Sealed); err == nil {
				total++
			}
		}); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// verifySealed opens every sealed value, and gives what does not open.
func (r *Rooms) verifySealed(ctx context.Context) (opened int, problems []string, err error) {
	for _, c := range SealedColumns() {
		failed := map[string]int{}
		if err := c.Each(ctx, r.DB, nil, func(v store.SealedValue) {
			opened++
			if _, err := r.sealer.Open(v.Purpose, v.Sealed); err != nil {
				failed[setup.Sentence(err)]++
			}
		}); err != nil {
			return opened, nil, err
		}
		for why, n := range failed {
			problems = append(problems, fmt.Sprintf("%d of %s do not open: %s", n, c.Name(), why))
		}
	}
	slices.Sort(problems)
	return opened, problems, nil
}
