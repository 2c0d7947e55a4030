package faults_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"chancery/internal/wiring"
)

// The power fails: what was not synced is gone, or there in part and in any
// order. Nothing acknowledged is missing all the same. Killing the process alone
// does not show that, because the machine goes on to write what it was given.
func TestPowerFailsUnderLoad(t *testing.T) {
	t.Parallel()
	power := newPower(t)
	p := power.on()
	server := p.serve()
	s := newSite(t, p, server.url, "Acme")
	for n := 0; s.goesOn(n, rounds(4)); n++ {
		answers, end := s.load(server.url)
		some(answers, 20+rand.IntN(200))
		server.kill()
		end()
		p = power.on()
		server = p.serve()
		s.check(server.url)
	}
	s.checkCount(server.url)
	s.allKinds()
	p.verify()
}

// The test above can fail: on a disk that says it has synced, and has not, what
// was acknowledged is gone.
func TestPowerFailsOnADiskThatLies(t *testing.T) {
	t.Parallel()
	power := newPower(t)
	p := power.on()
	server := p.serve()
	s := newSite(t, p, server.url, "Acme")
	server.kill()
	p = power.on().with(liesEnv + "=1")
	server = p.serve()
	const made = 100
	for n := range made {
		s.make(server.url, "customers", object{"company_name": fmt.Sprint(n)})
	}
	server.kill()
	p = power.on()
	server = p.serve()
	if n := len(s.staff(server.url, "customers?limit=500").items()); n >= made {
		t.Errorf("all of %d customers are there: nothing was lost, so the tests on this disk prove nothing", n)
	}
}

// power is a machine whose power fails. Each time that it comes back there is
// what was on the platter.
type power struct {
	t      *testing.T
	folder string
	times  int
}

func newPower(t *testing.T) *power {
	t.Helper()
	pw := &power{t: t, folder: t.TempDir()}
	if err := os.Mkdir(pw.platter(), 0o700); err != nil {
		t.Fatal(err)
	}
	return pw
}

func (pw *power) platter() string { return filepath.Join(pw.folder, fmt.Sprint("platter-", pw.times)) }

// on gives the program on what the last power failure left.
func (pw *power) on() program {
	pw.t.Helper()
	left := pw.platter()
	pw.times++
	data := filepath.Join(pw.folder, fmt.Sprint("data-", pw.times))
	copyFiles(pw.t, left, data)
	copyFiles(pw.t, left, pw.platter())
	// The master key is no matter of SQLite: it is synced when it is made, once.
	for _, dir := range []string{data, pw.platter()} {
		key := filepath.Join(pw.folder, fmt.Sprint("data-", pw.times-1), "master.key")
		if b, err := os.ReadFile(key); err == nil {
			if err := os.WriteFile(filepath.Join(dir, "master.key"), b, 0o600); err != nil {
				pw.t.Fatal(err)
			}
		}
	}
	return newProgram(pw.t, wiring.Storage{Dir: data}).with(diskEnv + "=" + pw.platter())
}
