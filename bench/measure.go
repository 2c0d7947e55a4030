package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// vendor is what `chancery vendor create --json` prints.
type vendor struct {
	ID              string `json:"vendor_id"`
	Slug            string `json:"slug"`
	OwnerEmail      string `json:"owner_email"`
	OwnerPassword   string `json:"owner_password"`
	ProvisioningKey string `json:"provisioning_key"`
	AdminKey        string `json:"admin_key"`
	Ed25519         string `json:"ed25519_public_key"`
	RSA             string `json:"rsa_public_key_pem"`
	Hybrid          string `json:"mlkem768_x25519_public_key"`
}

// site is a server on a seeded database.
type site struct {
	*process

	engine   string
	licenses int
	vendor   vendor
	report   *report
	seconds  float64

	begin func(ctx context.Context) (*process, error) // starts the server
	reach func(ctx context.Context) (database, error) // opens its database beside it
}

// database is the server's own, for what is prepared or looked up without the server.
type database interface {
	sink
	exec(ctx context.Context, text string, args ...any) error
	number(ctx context.Context, text string, args ...any) (int64, error)
	close() error
}

// measure seeds a database, starts the server on it, and takes every figure.
func measure(ctx context.Context, o options, engine string, licenses int, r *report) error {
	dir, err := os.MkdirTemp("", "chancery-bench")
	if err != nil {
		return fmt.Errorf("temporary directory: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	var flags []string
	s := &site{engine: engine, licenses: licenses, report: r, seconds: o.seconds}
	switch engine {
	case "sqlite":
		flags, err = prepareSQLite(ctx, o, dir, s)
	case "postgres":
		var drop func()
		if flags, drop, err = preparePostgres(ctx, o, dir, s); drop != nil {
			defer drop()
		}
	default:
		err = errors.New("there are sqlite and postgres")
	}
	if err != nil {
		return err
	}
	syscall.Sync() // what seeding left to be written must not be written meanwhile
	ready := filepath.Join(dir, "ready")
	began := time.Now()
	arguments := append([]string{
		"serve", "--listen", "127.0.0.1:0", "--ready-file", ready, "--metrics-listen", o.metrics,
		"--rate-key", "1000000", "--rate-address", "1000000", // counted as always, and not met by one machine that calls for a million
	}, flags...)
	s.begin = func(ctx context.Context) (*process, error) {
		_ = os.Remove(ready)
		return start(ctx, ready, o.program, arguments...)
	}
	s.reach = func(ctx context.Context) (database, error) { return reach(ctx, engine, dir, flags[1]) }
	if s.process, err = s.begin(ctx); err != nil {
		return err
	}
	defer func() { s.stop() }()
	r.add(row{Name: "start to ready", Engine: engine, Licenses: licenses, P50Millis: millis(time.Since(began)), MemoryMB: s.memory(), Note: "memory idle"})
	s.settle(ctx)
	for _, m := range measurements() {
		if !strings.Contains(m.name, o.only) {
			continue
		}
		if err := m.run(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	if engine == "postgres" && (o.only == "" || o.only == "pgbench") {
		return s.pgbench(ctx, o, dir, flags[1])
	}
	return nil
}

func reach(ctx context.Context, engine, dir, dsn string) (database, error) {
	if engine == "sqlite" {
		return openSQLite(filepath.Join(dir, "data", "chancery.db"))
	}
	db, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL: %w", err)
	}
	return postgresSink{db}, nil
}

// prepareSQLite makes a data directory, or copies one that an earlier run kept.
func prepareSQLite(ctx context.Context, o options, dir string, s *site) ([]string, error) {
	data := filepath.Join(dir, "data")
	kept := filepath.Join(o.keep, fmt.Sprintf("sqlite-%d", s.licenses))
	if o.keep != "" {
		if err := os.CopyFS(data, os.DirFS(kept)); err == nil {
			text, err := os.ReadFile(filepath.Join(data, "vendor.json"))
			if err != nil {
				return nil, fmt.Errorf("kept vendor: %w", err)
			}
			return []string{"--data", data}, json.Unmarshal(text, &s.vendor)
		}
		_ = os.RemoveAll(data)
	}
	text, err := createVendor(ctx, o.program, s, "--data", data)
	if err != nil {
		return nil, err
	}
	to, err := openSQLite(filepath.Join(data, "chancery.db"))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(seed(ctx, to, 1, s.licenses), to.db.Close()); err != nil {
		return nil, err
	}
	if o.keep != "" {
		if err := os.WriteFile(filepath.Join(data, "vendor.json"), text, 0o600); err != nil {
			return nil, fmt.Errorf("keep: %w", err)
		}
		if err := os.CopyFS(kept, os.DirFS(data)); err != nil {
			return nil, fmt.Errorf("keep: %w", err)
		}
	}
	return []string{"--data", data}, nil
}

func preparePostgres(ctx context.Context, o options, dir string, s *site) (flags []string, drop func(), err error) {
	if o.postgres == "" {
		return nil, nil, errors.New("no PostgreSQL server: run it by `make bench`")
	}
	admin, err := pgx.Connect(ctx, o.postgres)
	if err != nil {
		return nil, nil, fmt.Errorf("PostgreSQL: %w", err)
	}
	name := fmt.Sprintf("chancery_bench_%d_%d", s.licenses, os.Getpid())
	drop = func() {
		_, _ = admin.Exec(context.WithoutCancel(ctx), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		_ = admin.Close(context.WithoutCancel(ctx))
	}
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return nil, drop, fmt.Errorf("create database: %w", err)
	}
	u, err := url.Parse(o.postgres)
	if err != nil {
		return nil, drop, fmt.Errorf("DSN: %w", err)
	}
	u.Path = "/" + name
	// With PostgreSQL the server makes no master key by itself.
	if err := os.Setenv("CHANCERY_MASTER_KEY", base64.StdEncoding.EncodeToString([]byte(rand.Text() + rand.Text())[:32])); err != nil {
		return nil, drop, err
	}
	flags = []string{"--database", u.String(), "--data", filepath.Join(dir, "data")}
	if _, err := createVendor(ctx, o.program, s, flags...); err != nil {
		return nil, drop, err
	}
	db, err := pgx.Connect(ctx, u.String())
	if err != nil {
		return nil, drop, fmt.Errorf("PostgreSQL: %w", err)
	}
	defer db.Close(ctx) //nolint:errcheck // done with it
	return flags, drop, seed(ctx, postgresSink{db}, 1, s.licenses)
}

func createVendor(ctx context.Context, program string, s *site, flags ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, append([]string{"vendor", "create", "Bench", "--owner", "owner@example.com", "--json"}, flags...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("vendor create: %w", err)
	}
	return out, json.NewDecoder(io.NopCloser(bytes.NewReader(out))).Decode(&s.vendor)
}
