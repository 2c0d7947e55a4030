package faults_test

import (
	"os"
	"path/filepath"
	"testing"

	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// A backup is taken while clients call, and restored into the other engine. What
// was acknowledged before it began is there to the last call, verify finds
// nothing, and the same clients go on.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	for name, engines := range map[string][2]func(testing.TB) wiring.Storage{
		"sqlite to postgres": {servertest.SQLite, servertest.Postgres},
		"postgres to sqlite": {servertest.Postgres, servertest.SQLite},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := engines[0](t)
			p := newProgram(t, from)
			server := p.serve()
			quiet, busy := newSite(t, p, server.url, "Quiet"), newSite(t, p, server.url, "Busy")
			answers, end := quiet.load(server.url)
			some(answers, 200)
			end()

			answers, end = busy.load(server.url)
			some(answers, 50)
			file := filepath.Join(t.TempDir(), "copy.backup")
			p.run("backup", file)
			some(answers, 50) // it is no different afterwards
			end()
			busy.check(server.url)
			if err := server.stop(); err != nil {
				t.Errorf("stop: %v\n%s", err, server.said())
			}

			to := engines[1](t)
			there := newProgram(t, to).with("CHANCERY_MASTER_KEY=" + masterKey(t, from))
			there.run("restore", file)
			there.verify()
			restored := there.serve()
			quiet.check(restored.url)
			quiet.checkCount(restored.url)
			busy.look(restored.url)
			for _, s := range []*site{quiet, busy} {
				answers, end := s.load(restored.url)
				some(answers, 100)
				end()
				s.check(restored.url)
			}
			there.verify()
		})
	}
}

// masterKey gives the key of a storage, as the environment carries it.
func masterKey(t *testing.T, s wiring.Storage) string {
	t.Helper()
	if s.MasterKey != "" {
		return s.MasterKey
	}
	key, err := os.ReadFile(filepath.Join(s.Dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return string(key)
}
