package wiring

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"chancery/internal/keyring"
	"chancery/internal/setup"
	"chancery/internal/store"
	accessstore "chancery/internal/store/access"
	keyringstore "chancery/internal/store/keyring"
	mailstore "chancery/internal/store/mailing"
	outboxstore "chancery/internal/store/outbox"
)

// SealedColumns lists every column of the database that holds sealed values. A test
// holds it against the schema, and against what a server writes.
func SealedColumns() []store.SealedColumn {
	all := append(keyringstore.Sealed(), accessstore.Sealed()...)
	all = append(append(all, mailstore.Sealed()...), outboxstore.Sealed()...)
	return append(all, store.SealedAnswers())
}

// masterKeys reads the master keys, and tells the file that they come from. Only the
// embedded engine makes one by itself, and only while nothing in the database is
// sealed under a lost one.
func (s Storage) masterKeys(ctx context.Context, keys keyringstore.Store) (sealer *keyring.Sealer, file string, err error) {
	if s.MasterKey != "" {
		given, err := keyring.ParseMasterKeys(s.MasterKey)
		if err != nil {
			return nil, "", setup.Wrong("CHANCERY_MASTER_KEY is wrong: "+err.Error()+".", nil)
		}
		sealer, err = keyring.NewSealer(given...)
		return sealer, "", err
	}
	if file = s.MasterKeyFile; file == "" {
		file = filepath.Join(s.Dir, keyring.MasterKeyFile)
		keyring.GuardMasterKeys(file)
	}
	sealer, err = keyring.FollowMasterKeys(file)
	if err == nil {
		return sealer, file, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, "", setup.Wrong(fmt.Sprintf("The master key can't be read: %v.", err), nil)
	}
	_, _, sealed, err := keys.Sample(ctx)
	switch {
	case err != nil:
		return nil, "", err
	case sealed:
		return nil, "", setup.Wrong(fmt.Sprintf("The master key is missing, and the keys in this database are sealed under it: "+
			"put it back at %s, or set CHANCERY_MASTER_KEY.", file), nil)
	case s.URL != "":
		return nil, "", setup.Wrong("With --database a master key must be given, the same one to every copy of the server: "+
			"set CHANCERY_MASTER_KEY to what `head -c 32 /dev/urandom | base64` prints, and keep it safe.", nil)
	}
	if _, err := keyring.CreateMasterKeys(file, rand.Reader); err != nil {
		return nil, "", err
	}
	sealer, err = keyring.FollowMasterKeys(file)
	return sealer, file, err
}
