package faults_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"chancery/internal/keyring"
	"chancery/internal/server/servertest"
)

// sealedAnswers is how many sealed values there are beside the vendor's keys, so that
// a rotation takes several portions.
const sealedAnswers = 350

// The rotation of the master key is killed at random moments, under load and beside
// one server or two: every value opens all along, and the next run finishes it.
func TestRotationKilled(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), keyring.MasterKeyFile)
			if _, err := keyring.CreateMasterKeys(file, rand.Reader); err != nil {
				t.Fatal(err)
			}
			where := storage(t)
			where.MasterKey = ""
			p := newProgram(t, where).with("CHANCERY_MASTER_KEY_FILE=" + file)
			urls := []string{p.serve().url}
			s := newSite(t, p, urls[0], "Acme")
			if name == "postgres" {
				urls = append(urls, p.serve().url)
			}
			secrets := make([]string, sealedAnswers)
			var making sync.WaitGroup
			for hand := range 8 {
				making.Go(func() {
					for n := hand; n < sealedAnswers; n += 8 {
						secrets[n] = s.adminKey(urls[n%len(urls)], n)
					}
				})
			}
			making.Wait()
			cut := 0
			for range rounds(3) {
				before := masterKeys(t, file)
				answers, end := s.load(urls...)
				some(answers, 10)
				for range 3 {
					if killAfter(t, p, answers, mathrand.IntN(200), "key", "rotate-master") {
						cut++
					}
					p.verify()
					for range 20 {
						n := mathrand.IntN(sealedAnswers)
						if got := s.adminKey(urls[n%len(urls)], n); got != secrets[n] {
							t.Errorf("a kept answer is %q, and was %q", got, secrets[n])
						}
					}
				}
				if said := p.run("key", "rotate-master"); !strings.Contains(said, "Nothing is sealed under an old master key") {
					t.Errorf("it does not finish: %s", said)
				}
				killAfter(t, p, answers, mathrand.IntN(200), "key", "rotate-master", "--remove-old")
				p.verify()
				p.run("key", "rotate-master", "--remove-old")
				if after := masterKeys(t, file); len(after) != 1 || after[0] == before[0] || len(before) != 1 {
					t.Errorf("%d keys, before %d", len(after), len(before))
				}
				some(answers, 20)
				end()
				p.verify()
			}
			s.check(urls[0])
			s.checkCount(urls[0])
			left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".master.key.*"))
			if err != nil || len(left) != 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			t.Logf("%d rotations were killed", cut)
		})
	}
}

// killAfter starts a command and kills it after n answers to others, unless it has
// ended by then.
func killAfter(t *testing.T, p program, answers <-chan struct{}, n int, args ...string) (killed bool) {
	t.Helper()
	cmd := p.command(args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	some(answers, n)
	_ = cmd.Process.Kill()
	if err := cmd.Wait(); err != nil && cmd.ProcessState.Exited() {
		t.Errorf("%v: %v\n%s", args, err, said.String())
	}
	return !cmd.ProcessState.Exited()
}

// adminKey makes an admin key, whose answer is kept sealed; again the same one.
func (s *site) adminKey(url string, n int) string {
	got := s.do(url, request{
		method: "POST", path: "/api/v1/api-keys", staff: true, key: fmt.Sprintf("key-%d", n),
		body: object{"kind": "admin", "name": fmt.Sprintf("Office %d", n)},
	})
	secret, _ := got.object()["secret"].(string)
	if got.status != http.StatusCreated || secret == "" {
		s.t.Errorf("an API key: %d %s %v", got.status, got.data, got.failed)
	}
	return secret
}

func masterKeys(t *testing.T, file string) keyring.MasterKeys {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keyring.ParseMasterKeys(string(b))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
