package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"chancery/internal/keyring"
	"chancery/internal/setup"
	"chancery/internal/store"
	"chancery/internal/wiring"
)

type rotateMaster struct {
	storageFlags

	RemoveOld bool `help:"Take the old master key away, once nothing is sealed under it. Makes no new one."`
}

// Run implements the command.
func (c *rotateMaster) Run(s streams) error {
	say := func(format string, values ...any) { fmt.Fprintf(s.out, format+"\n", values...) }
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		if r.MasterKeys == "" {
			return rotateGiven(ctx, r, c.RemoveOld, say)
		}
		unlock, err := store.LockFile(ctx, r.MasterKeys+".lock")
		if err != nil {
			return fmt.Errorf("another process rotates the master key: %w", err)
		}
		defer unlock()
		if err := keyring.ForgetUnfinished(r.MasterKeys); err != nil {
			return err
		}
		if c.RemoveOld {
			return removeOldMasters(ctx, r, say)
		}
		return rotateFile(ctx, r, say)
	})
}

// rotateFile makes a new master key, or goes on with one that was made before, and
// seals everything under it. The new key is durable, and every server can read it,
// before the first value is sealed under it.
func rotateFile(ctx context.Context, r *wiring.Rooms, say func(string, ...any)) error {
	keys, err := keyring.ReadMasterKeys(r.MasterKeys)
	if err != nil {
		return err
	}
	if len(keys) == 1 {
		m, err := keyring.NewMasterKey(rand.Reader)
		if err != nil {
			return err
		}
		keys = slices.Insert(keys, 0, m)
		if err := keyring.ReplaceMasterKeys(r.MasterKeys, keys); err != nil {
			return err
		}
		say("The new master key %s is in %s, before the old one. Keep a copy of this file apart.", m.ID(), r.MasterKeys)
	} else {
		say("%s holds an old master key already: everything is sealed under %s now.", r.MasterKeys, keys[0].ID())
	}
	if err := r.Reseal(ctx, say); err != nil {
		return err
	}
	say("Nothing is sealed under an old master key any more. Backups made until now still need it: keep a copy of it with them.\n" +
		"Then `chancery key rotate-master --remove-old` takes it out of the file.")
	return nil
}

// rotateGiven seals everything under the first of the keys in the environment. They
// are not the program's to change.
func rotateGiven(ctx context.Context, r *wiring.Rooms, remove bool, say func(string, ...any)) error {
	left, err := r.UnderOldMasters(ctx)
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
	if err := r.Reseal(ctx, say); err != nil {
		return err
	}
	say("Nothing is sealed under an old master key any more. Backups made until now still need it: keep a copy of it with them.\n"+
		"Then leave it out of %s of every server.", masterKeyVariable)
	return nil
}

// removeOldMasters leaves the newest key in the file, alone.
func removeOldMasters(ctx context.Context, r *wiring.Rooms, say func(string, ...any)) error {
	keys, err := keyring.ReadMasterKeys(r.MasterKeys)
	if err != nil {
		return err
	}
	if len(keys) == 1 {
		say("%s holds one master key, %s: there is no old one.", r.MasterKeys, keys[0].ID())
		return nil
	}
	left, err := r.UnderOldMasters(ctx)
	if err != nil {
		return err
	}
	if left > 0 {
		return errStillSealed(left)
	}
	if err := keyring.ReplaceMasterKeys(r.MasterKeys, keys[:1]); err != nil {
		return err
	}
	// A transaction that was older than the rotation may have ended since.
	if left, err = r.UnderOldMasters(ctx); err == nil && left == 0 {
		say("The old master key is out of %s. Keep a copy of this file apart, and one of the old key with the backups that need it.", r.MasterKeys)
		return nil
	}
	if e := keyring.ReplaceMasterKeys(r.MasterKeys, keys); e != nil || err != nil {
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
