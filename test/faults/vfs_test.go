package faults_test

import (
	"fmt"
	"slices"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// under is the disk under the embedded engine of this process. SQLite calls plain
// functions, so it can't be anywhere else.
var under struct {
	disk  *disk
	open  func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	erase func(tls *libc.TLS, vfs, name uintptr, sync int32) int32

	mu      sync.Mutex
	paths   map[uintptr]string                       // of open files
	methods map[uintptr]uintptr                      // SQLite's own → ours
	own     map[uintptr]*sqlite3.Tsqlite3_io_methods // ours → SQLite's own
}

// put makes SQLite do its reading and writing of files through ours, which call
// its own and tell the disk.
func put(d *disk) {
	tls := libc.NewTLS()
	found := sqlite3.Xsqlite3_vfs_find(tls, 0)
	size := unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})
	ours := libc.Xmalloc(tls, libc.Tsize_t(size))
	if found == 0 || ours == 0 {
		panic("SQLite has no file system")
	}
	under.disk, under.paths = d, map[uintptr]string{}
	under.methods, under.own = map[uintptr]uintptr{}, map[uintptr]*sqlite3.Tsqlite3_io_methods{}
	vfs := at[sqlite3.Tsqlite3_vfs](ours)
	*vfs = *at[sqlite3.Tsqlite3_vfs](found)
	name, err := libc.CString("faults")
	if err != nil {
		panic(err)
	}
	under.open = function[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](vfs.FxOpen)
	under.erase = function[func(*libc.TLS, uintptr, uintptr, int32) int32](vfs.FxDelete)
	vfs.FzName, vfs.FxOpen, vfs.FxDelete = name, pointer(openFile), pointer(eraseFile)
	if code := sqlite3.Xsqlite3_vfs_register(tls, ours, 1); code != sqlite3.SQLITE_OK {
		panic(fmt.Sprintf("SQLite refuses our file system: %d", code))
	}
}

// at reads an address that SQLite gave.
func at[T any](address uintptr) *T { return (*T)(*(*unsafe.Pointer)(unsafe.Pointer(&address))) }

// function makes a Go function of a pointer to one of SQLite's, and pointer the
// reverse of a function that is no closure.
func function[F any](address uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{address})) }
func pointer[F any](f F) uintptr        { return *(*uintptr)(unsafe.Pointer(&f)) }

func openFile(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
	code := under.open(tls, vfs, name, file, flags, out)
	if code != sqlite3.SQLITE_OK || name == 0 || flags&(sqlite3.SQLITE_OPEN_MAIN_DB|sqlite3.SQLITE_OPEN_WAL|sqlite3.SQLITE_OPEN_MAIN_JOURNAL) == 0 {
		return code // a temporary file is nobody's promise
	}
	under.mu.Lock()
	defer under.mu.Unlock()
	f := at[sqlite3.Tsqlite3_file](file)
	if under.methods[f.FpMethods] == 0 {
		ours := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
		own := at[sqlite3.Tsqlite3_io_methods](f.FpMethods)
		m := at[sqlite3.Tsqlite3_io_methods](ours)
		*m = *own
		m.FxClose, m.FxWrite, m.FxTruncate, m.FxSync = pointer(closeFile), pointer(writeFile), pointer(truncateFile), pointer(syncFile)
		under.methods[f.FpMethods], under.own[ours] = ours, own
	}
	f.FpMethods = under.methods[f.FpMethods]
	under.paths[file] = libc.GoString(name)
	return code
}

// look gives a file's path, and what SQLite itself does with it.
func look(file uintptr) (path string, own *sqlite3.Tsqlite3_io_methods) {
	under.mu.Lock()
	defer under.mu.Unlock()
	return under.paths[file], under.own[at[sqlite3.Tsqlite3_file](file).FpMethods]
}

func closeFile(tls *libc.TLS, file uintptr) int32 {
	_, own := look(file)
	under.mu.Lock()
	delete(under.paths, file)
	under.mu.Unlock()
	return function[func(*libc.TLS, uintptr) int32](own.FxClose)(tls, file)
}

func writeFile(tls *libc.TLS, file, data uintptr, size int32, offset int64) int32 {
	path, own := look(file)
	if under.disk.full(path, offset+int64(size)) {
		return sqlite3.SQLITE_FULL
	}
	code := function[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](own.FxWrite)(tls, file, data, size, offset)
	if code == sqlite3.SQLITE_OK {
		under.disk.written(path, write{offset, slices.Clone(unsafe.Slice(at[byte](data), size))})
	}
	return code
}

func truncateFile(tls *libc.TLS, file uintptr, size int64) int32 {
	path, own := look(file)
	code := function[func(*libc.TLS, uintptr, int64) int32](own.FxTruncate)(tls, file, size)
	if code == sqlite3.SQLITE_OK {
		under.disk.written(path, write{at: size})
	}
	return code
}

func syncFile(tls *libc.TLS, file uintptr, flags int32) int32 {
	path, own := look(file)
	code := function[func(*libc.TLS, uintptr, int32) int32](own.FxSync)(tls, file, flags)
	if code == sqlite3.SQLITE_OK {
		under.disk.synced(path)
	}
	return code
}

func eraseFile(tls *libc.TLS, vfs, name uintptr, sync int32) int32 {
	code := under.erase(tls, vfs, name, sync)
	if code == sqlite3.SQLITE_OK {
		under.disk.removed(libc.GoString(name))
	}
	return code
}
