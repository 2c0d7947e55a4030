package faults_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"chancery/internal/server/servertest"
)

// rounds is how often a fault is made: in `make soak` as often as it says.
func rounds(short int) int {
	if n := soak(); n > 0 {
		return n
	}
	return short
}

// soak is how often the long form makes a fault; 0 in the short form.
func soak() int {
	n, err := strconv.Atoi(os.Getenv("CHANCERY_SOAK"))
	if err != nil {
		return 0
	}
	return min(max(n, 0), 1000)
}

// Killed at random moments under load, and started again: nothing acknowledged
// is missing, nothing is counted twice, and verify finds nothing. On PostgreSQL
// one of two servers is killed, and the other goes on.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t, storage(t))
			server := p.serve()
			s := newSite(t, p, server.url, "Acme")
			var others []string
			if name == "postgres" {
				others = append(others, p.serve().url)
			}
			for n := 0; s.goesOn(n, rounds(4)); n++ {
				answers, end := s.load(append([]string{server.url}, others...)...)
				some(answers, 20+rand.IntN(100))
				server.kill()
				end()
				server = p.serve()
				s.check(server.url)
			}
			s.checkCount(server.url)
			s.allKinds()
			p.verify()
		})
	}
}
