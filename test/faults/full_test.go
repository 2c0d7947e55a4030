package faults_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"chancery/internal/wiring"
)

// The disk gets full under load: every change is made or turned away with a time
// to come back, what needs no room goes on, /readyz says what is wrong, and when
// there is room again the server goes on by itself with nothing half done.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	d := newSmallDisk(t)
	p := newProgram(t, wiring.Storage{Dir: d.folder}).with(d.env...)
	server := p.serve()
	s := newSite(t, p, server.url, "Acme")
	for range min(rounds(2), 30) { // what they leave has to find room too
		d.fill()
		turnedAway := 0
		for range 400 {
			for _, h := range s.hands {
				got := h.once(func(c request) reply { return s.do(server.url, c) })
				switch got.status {
				case 0:
					t.Fatalf("no answer: %v\n%s", got.failed, server.said())
				case 503:
					turnedAway++
					if got.header.Get("Retry-After") == "" || !strings.Contains(string(got.data), "nothing was changed") || strings.Contains(string(got.data), "disk") {
						t.Fatalf("turned away with %v %s", got.header, got.data)
					}
				}
			}
			if turnedAway >= 20 {
				break
			}
		}
		if turnedAway == 0 {
			t.Fatal("the disk never got full")
		}
		if got := s.do(server.url, request{method: "GET", path: "/readyz"}); got.status != 503 || got.header.Get("Retry-After") == "" ||
			!strings.Contains(string(got.data), "disk may be full") {
			t.Errorf("readyz: %d %s", got.status, got.data)
		}
		if got := s.do(server.url, request{method: "GET", path: "/healthz"}); got.status != 200 {
			t.Errorf("healthz: %d %s", got.status, got.data)
		}
		s.checkActivations(server.url) // heartbeats write nothing at once
		d.free()
		if testing.Verbose() {
			t.Log(d.sizes())
		}
		ready(t, s, server)
		s.check(server.url)
	}
	s.checkCount(server.url)
	p.verify()
	if err := server.stop(); err != nil {
		t.Errorf("stop: %v\n%s", err, server.said())
	}
}

// ready waits until the server calls itself ready.
func ready(t *testing.T, s *site, server *running) {
	t.Helper()
	var got reply
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		if got = s.do(server.url, request{method: "GET", path: "/readyz"}); got.status == 200 {
			return
		}
	}
	t.Fatalf("it does not get ready: %d %s %v\n%s", got.status, got.data, got.failed, server.said())
}

// smallDisk is a data directory with little room: a file system in memory where
// this machine lets us make one, else a limit that our own files under SQLite keep.
type smallDisk struct {
	t      *testing.T
	folder string
	env    []string
	limit  string // the file with the limit; empty on a real file system
}

const smallSize = 64 << 20

func newSmallDisk(t *testing.T) *smallDisk {
	t.Helper()
	d := &smallDisk{t: t, folder: t.TempDir()}
	err := syscall.Mount("tmpfs", d.folder, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", smallSize))
	if err == nil {
		t.Cleanup(func() {
			if err := syscall.Unmount(d.folder, syscall.MNT_DETACH); err != nil {
				t.Errorf("unmount %s: %v", d.folder, err)
			}
		})
		return d
	}
	t.Logf("no file system of its own (%v): the disk is full where SQLite's files say so", err)
	d.limit = filepath.Join(t.TempDir(), "limit")
	d.env = []string{spaceEnv + "=" + d.limit}
	d.free()
	return d
}

// fill leaves no room.
func (d *smallDisk) fill() {
	d.t.Helper()
	if d.limit != "" {
		d.room(0)
		return
	}
	f, err := os.Create(d.filler())
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for block := bytes.Repeat([]byte{1}, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal(err)
	}
}

// free makes room again.
func (d *smallDisk) free() {
	d.t.Helper()
	if d.limit != "" {
		d.room(smallSize)
		return
	}
	if err := os.Remove(d.filler()); err != nil {
		d.t.Fatal(err)
	}
}

// sizes tells what takes the room.
func (d *smallDisk) sizes() (sizes []string) {
	all, err := os.ReadDir(d.folder)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range all {
		if info, err := f.Info(); err == nil {
			sizes = append(sizes, fmt.Sprint(f.Name(), " ", info.Size()))
		}
	}
	return sizes
}

func (d *smallDisk) filler() string { return filepath.Join(d.folder, "filler") }

func (d *smallDisk) room(bytes int) {
	d.t.Helper()
	if err := os.WriteFile(d.limit+".new", fmt.Append(nil, bytes), 0o600); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Rename(d.limit+".new", d.limit); err != nil {
		d.t.Fatal(err)
	}
}
