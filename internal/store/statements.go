package store

import (
	"context"
	"database/sql"
	"sync"
)

// statements keeps prepared statements by their text. Lists build their texts
// from a closed set of filters and sorts, so the number of texts is small.
type statements struct {
	prepare func(ctx context.Context, sqltext string) (*sql.Stmt, error)
	mu      sync.RWMutex
	byText  map[string]*sql.Stmt
}

func newStatements(prepare func(context.Context, string) (*sql.Stmt, error)) *statements {
	return &statements{prepare: prepare, byText: map[string]*sql.Stmt{}}
}

func (s *statements) get(sqltext string) (*sql.Stmt, error) {
	s.mu.RLock()
	st := s.byText[sqltext]
	s.mu.RUnlock()
	if st != nil {
		return st, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.byText[sqltext]; st != nil {
		return st, nil
	}
	// A statement outlives the call that first needed it.
	st, err := s.prepare(context.Background(), sqltext) //nolint:sqlclosecheck // kept; close ends it
	if err != nil {
		return nil, err
	}
	s.byText[sqltext] = st
	return st, nil
}
