package faults_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"chancery/internal/server/servertest"
)

// Calls and answers get lost at random, for every call that changes something.
// Each is repeated until it is answered, and everything is as if it had been
// called once.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t, storage(t))
			server := p.serve()
			s := newSite(t, p, server.url, "Acme")
			line, lost := lossy(t, server.url)
			for n := 0; s.goesOn(n, rounds(1)); n++ {
				var calling sync.WaitGroup
				for _, h := range s.hands {
					calling.Go(func() {
						for answered := 0; answered < 40; {
							if h.once(func(c request) reply { return s.do(line, c) }).status != 0 {
								answered++
							}
						}
					})
				}
				calling.Wait()
				s.check(server.url)
			}
			s.checkCount(server.url)
			s.allKinds()
			p.verify()
			if lost.Load() < 50 {
				t.Errorf("only %d answers were lost", lost.Load())
			}
			t.Logf("%d answers were lost", lost.Load())
		})
	}
}

// lossy is a line to a server on which a tenth of the calls get lost on the way
// there, and a third of the answers on the way back.
func lossy(t *testing.T, to string) (at string, lost *atomic.Int64) {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	lost = new(atomic.Int64)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			if rand.IntN(10) == 0 {
				panic(http.ErrAbortHandler)
			}
			r.SetURL(target)
		},
		ModifyResponse: func(*http.Response) error {
			if rand.IntN(3) == 0 {
				lost.Add(1)
				panic(http.ErrAbortHandler)
			}
			return nil
		},
	}
	between := httptest.NewServer(proxy)
	t.Cleanup(between.Close)
	return between.URL, lost
}
