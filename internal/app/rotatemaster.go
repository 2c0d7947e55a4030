package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"chancery/internal/keyring"
	"chancery/internal/setup"
	"chancery/internal/store"
	"chancery/internal/tx"
)

type rotateMaster struct {
	storageFlags

	RemoveOld bool `help:"Take the old master key away, once nothing is sealed under it. Makes no new one."`
}

// Run implements the command.
func (c *rotateMaster) Run(s streams) error {
	say := func(format string, values ...any) { fmt.Fprintf(s.out, format+"\n", values...) }
	return c.withRooms(func(ctx context.Context, r *Rooms) error {
		if r.masterKeys == "" {
			return r.rotateGiven(ctx, c.RemoveOld, say)
		}
		unlock, err := store.LockFile(ctx, r.masterKeys+".lock")
		if err != nil {
			return fmt.Errorf("another process rotates the master key: %w", err)
		}
		defer unlock()
		if err := keyring.ForgetUnfinished(r.masterKeys); err != nil {
			return err
		}
		if c.RemoveOld {
			return r.removeOldMasters(ctx, say)
		}
		return r.rotateFile(ctx, say)
	})
}

// rotateFile makes a new master key, or goes on with one that was made before, and
// seals everything under it. The new key is durable, and every server can read it,
// before the first value is sealed under it.
func (r *Rooms) rotateFile(ctx context.Context, say func(string, ...any)) error {
	keys, err := keyring.ReadMasterKeys(r.masterKeys)
	if err != nil {
		return err
	}
	if len(keys) == 1 {
		m, err := keyring.NewMasterKey(rand.Reader)
		if err != nil {
			return err
		}
		keys = slices.Insert(keys, 0, m)
		if err := keyring.ReplaceMasterKeys(r.masterKeys, keys); err != nil {
			return err
		}
		say("The new master key %s is in %s, before the old one. Keep a copy of this file apart.", m.ID(), r.masterKeys)
	} else {
		say("%s holds an old master key already: everything is sealed under %s now.", r.masterKeys, keys[0].ID())
	}
	if err := r.reseal(ctx, say); err != nil {
		return err
	}
	say("Nothing is sealed under an old master key any more. Backups made until now still need it: keep a copy of it with them.\n" +
		"Then `chancery key rotate-master --remove-old` takes it out of the file.")
	return nil
}

// rotateGiven seals everything under the first of the keys in the environment. They
// are not the program's to change.
func (r *Rooms) rotateGiven(ctx context.Context, remove bool, say func(string, ...any)) error {
	left, err := r.underOldMasters(ctx)
	if err != nil {
		return err
	}
	keys, err := keyring.ParseMasterKeys(environment(masterKeyVariable))
	if err != nil {
		return err
	}
	switch {
	case remove && left > 0:
		return errStillSealed(left)
	case remove:
		say("Nothing is sealed under an old master key: take it out of %s of every server.", masterKeyVariable)
		return nil
	case len(keys) == 1 && left == 0:
		return setup.Wrong("The master key is in "+masterKeyVariable+", which this program can't change. Make a new key with "+
			"`head -c 32 /dev/urandom | base64`, give it to every server behind the old one (OLD,NEW), then before it (NEW,OLD), "+
			"and run this command with the same. docs/operate.md has the steps.", nil)
	}
	if err := r.reseal(ctx, say); err != nil {
		return err
	}
	say("Nothing is sealed under an old master key any more. Backups made until now still need it: keep a copy of it with them.\n"+
		"Then leave it out of %s of every server.", masterKeyVariable)
	return nil
}

// removeOldMasters leaves the newest key in the file, alone.
func (r *Rooms) removeOldMasters(ctx context.Context, say func(string, ...any)) error {
	keys, err := keyring.ReadMasterKeys(r.masterKeys)
	if err != nil {
		return err
	}
	if len(keys) == 1 {
		say("%s holds one master key, %s: there is no old one.", r.masterKeys, keys[0].ID())
		return nil
	}
	left, err := r.underOldMasters(ctx)
	if err != nil {
		return err
	}
	if left > 0 {
		return errStillSealed(left)
	}
	if err := keyring.ReplaceMasterKeys(r.masterKeys, keys[:1]); err != nil {
		return err
	}
	// A transaction that was older than the rotation may have ended since.
	if left, err = r.underOldMasters(ctx); err == nil && left == 0 {
		say("The old master key is out of %s. Keep a copy of this file apart, and one of the old key with the backups that need it.", r.masterKeys)
		return nil
	}
	if e := keyring.ReplaceMasterKeys(r.masterKeys, keys); e != nil || err != nil {
		return fmt.Errorf("the old master key was put back: %w", firstOf(e, err))
	}
	return errStillSealed(left)
}

func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

func errStillSealed(n int) error {
	return fmt.Errorf("%d values are still sealed under an old master key: run `chancery key rotate-master` again, without --remove-old", n)
}

// resealPortion is how many values one transaction seals anew: a few milliseconds.
const resealPortion = 100

// reseal seals everything under the newest master key that is not. Each value names
// its key, which is the record of how far this came: after a stop it is run again. A
// transaction that began before the new key was there may still bring a value under
// the old one, so it goes round until it finds none.
func (r *Rooms) reseal(ctx context.Context, say func(string, ...any)) error {
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

// underOldMasters counts the values that are under another master key than the newest,
// and open: without that key they would be lost.
func (r *Rooms) underOldMasters(ctx context.Context) (total int, err error) {
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
