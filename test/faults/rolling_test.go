package faults_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"chancery/internal/server/servertest"
)

// Two servers over one database are replaced one after the other under load. A
// call that finds its server leaving goes to the other one, once; none is refused,
// and each server finishes what it has accepted and ends with 0.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	p := newProgram(t, servertest.Postgres(t))
	servers := [2]*running{p.serve(), p.serve()}
	s := newSite(t, p, servers[0].url, "Acme")
	var urls [2]atomic.Pointer[string]
	for i, server := range servers {
		urls[i].Store(&server.url)
	}
	var moved atomic.Int64
	stop, answers := make(chan struct{}), make(chan struct{})
	var calling sync.WaitGroup
	for _, h := range s.hands {
		calling.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				at := h.n % 2
				got := h.once(func(c request) reply {
					got := s.do(*urls[at].Load(), c)
					if got.status == 0 || got.later() {
						moved.Add(1)
						got = s.do(*urls[1-at].Load(), c)
					}
					return got
				})
				if got.status == 0 || got.later() {
					t.Errorf("both servers refused: %d %s %v", got.status, got.data, got.failed)
				}
				select {
				case answers <- struct{}{}:
				default:
				}
			}
		})
	}
	for n := range rounds(3) {
		some(answers, 50)
		leaving := servers[n%2]
		if err := leaving.stop(); err != nil {
			t.Errorf("a server that was asked to stop ended with %v\n%s", err, leaving.said())
		}
		some(answers, 50) // the other one alone
		servers[n%2] = p.serve()
		urls[n%2].Store(&servers[n%2].url)
	}
	close(stop)
	calling.Wait()
	s.check(servers[0].url)
	s.checkCount(servers[1].url)
	p.verify()
	t.Logf("%d calls went to the other server", moved.Load())
}
