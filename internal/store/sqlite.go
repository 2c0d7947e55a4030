package store

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// FileName is the embedded database's file in the data directory.
const FileName = "chancery.db"

const (
	writerCacheKB = 65536
	readerCacheKB = 8192

	// A checkpoint copies the log into the file and syncs it. At 1,000,000
	// licences the pages written are spread over the whole file, so a longer log
	// (pages of 4 KB) lets one copy serve many commits.
	checkpointPages = 8000
)

func openSQLite(c Config) (*DB, error) {
	if err := makeFolder(c.Dir); err != nil {
		return nil, err
	}
	file := filepath.Join(c.Dir, FileName)
	writer, err := openWriter(file)
	if err != nil {
		return nil, err
	}
	reads, err := sql.Open("sqlite", sqliteDSN(file, readerCacheKB, 0)+"&_pragma=query_only(1)")
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	n := c.Connections
	if n == 0 {
		n = 4
	}
	reads.SetMaxOpenConns(n)
	reads.SetMaxIdleConns(n)
	db := &DB{
		Dialect: sqliteDialect{}, clock: c.Clock, random: c.Rand, log: c.Log, hold: c.Hold, portion: c.Portion,
		reads: reads, cached: newStatements(reads.PrepareContext),
	}
	db.points = newPoints(file)
	db.engine = newGroupWriter(db, writer)
	return db, nil
}

func sqliteDSN(file string, cacheKB, checkpoint int) string {
	return sqliteFile(file) + "?_pragma=" + strings.Join(sqlitePragmas(cacheKB, checkpoint), "&_pragma=")
}

func sqlitePragmas(cacheKB, checkpoint int) []string {
	return []string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(2)",
		fmt.Sprintf("cache_size(-%d)", cacheKB), fmt.Sprintf("wal_autocheckpoint(%d)", checkpoint),
		"journal_size_limit(67108864)",
	}
}

// sqliteFile gives a file's name as SQLite reads it, whatever letters are in it.
func sqliteFile(file string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath()}
	return u.String()
}
