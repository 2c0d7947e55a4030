// Package faults holds what must survive: the real program as processes of its
// own, under a load that remembers what it was told (load_test.go, site_test.go),
// and one file for each thing that happens to servers: kill_test.go,
// years_test.go (vendors' accounts of what they were told in account_test.go), throng_test.go,
// lost_answers_test.go, lost_writes_test.go (on the disk of disk_test.go, which
// vfs_test.go puts under SQLite), full_test.go, gone_test.go, rolling_test.go,
// overload_test.go, backup_test.go. docs/reliability.md says what is promised.
//
// `go test` runs a short form. CHANCERY_SOAK=100 (or `make soak`) sets how many
// times each thing happens.
package faults
