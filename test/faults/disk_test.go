package faults_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// What useDisk reads from the environment of the program.
const (
	diskEnv  = "CHANCERY_FAULTS_DISK"  // a folder: what is in it is what a power failure leaves
	liesEnv  = "CHANCERY_FAULTS_LIES"  // set: the disk says that it has written and synced, and has not
	spaceEnv = "CHANCERY_FAULTS_SPACE" // a file with the size in bytes that a database file or log may have
)

// disk is a disk that forgets. The embedded engine's files are where they always
// are; platter is a folder with the same files as they would be after a power
// failure: with every write that was synced, and some that were not, as they come.
type disk struct {
	platter string
	lies    bool
	space   string

	mu    sync.Mutex
	files map[string]*cached // by path
}

// cached is a file with the writes that were not synced.
type cached struct {
	writes []write
}

// write is one write, or with nil data the cutting of a file to a length.
type write struct {
	at   int64
	data []byte
}

// useDisk puts the disk that the environment asks for under the embedded engine.
func useDisk() {
	d := &disk{platter: os.Getenv(diskEnv), lies: os.Getenv(liesEnv) != "", space: os.Getenv(spaceEnv), files: map[string]*cached{}}
	if d.platter != "" || d.space != "" {
		put(d)
	}
}

// cache gives the unsynced writes of a file. Other connections may have it open too.
func (d *disk) cache(path string) *cached {
	if d.files[path] == nil {
		d.files[path] = &cached{}
	}
	return d.files[path]
}

// written notes a write that the machine has in its memory. Some reach the
// platter at once, in whole or in part, whatever their order.
func (d *disk) written(path string, w write) {
	if d.platter == "" || d.lies {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.cache(path)
	c.writes = append(c.writes, w)
	if w.data == nil || rand.IntN(4) > 0 {
		return
	}
	if sectors := len(w.data) / 512; sectors > 1 && rand.IntN(2) == 0 {
		w.data = w.data[:512*(1+rand.IntN(sectors))]
	}
	d.reach(path, w)
}

// synced brings all writes of a file to the platter.
func (d *disk) synced(path string) {
	if d.platter == "" || d.lies {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.cache(path)
	for _, w := range c.writes {
		d.reach(path, w)
	}
	c.writes = nil
}

// removed takes a file off the platter.
func (d *disk) removed(path string) {
	if d.platter == "" || d.lies {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.files, path)
	_ = os.Remove(d.on(path))
}

func (d *disk) on(path string) string { return filepath.Join(d.platter, filepath.Base(path)) }

func (d *disk) reach(path string, w write) {
	f, err := os.OpenFile(d.on(path), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if w.data == nil {
		err = f.Truncate(w.at)
	} else {
		_, err = f.WriteAt(w.data, w.at)
	}
	if err != nil {
		panic(err)
	}
}

// full reports whether a file that shall grow to size has no room.
func (d *disk) full(path string, size int64) bool {
	if d.space == "" {
		return false
	}
	text, err := os.ReadFile(d.space)
	if err != nil {
		return false
	}
	room, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || size <= room {
		return false
	}
	now, err := os.Stat(path)
	return err != nil && os.IsNotExist(err) || err == nil && size > now.Size()
}
