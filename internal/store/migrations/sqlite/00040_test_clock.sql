-- +goose Up

-- How the database stands to the test clock (docs/testing.md): no row until a server
-- has run on it.
CREATE TABLE test_clock (
  id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  is_plain    INTEGER NOT NULL, -- 1: a server ran on it without a test clock, and it never has one again
  ahead       INTEGER NOT NULL, -- of the real time, in milliseconds
  moved_by    TEXT NOT NULL, -- who moves the clock at the moment; empty for nobody
  moved_until INTEGER NOT NULL  -- by the real time: when another may move it, whatever became of that one
);

-- A database that holds vendors is a real one, as far as anybody knows.
INSERT INTO test_clock (id, is_plain, ahead, moved_by, moved_until)
SELECT 1, 1, 0, '', 0 WHERE EXISTS (SELECT 1 FROM vendors);

-- +goose Down
SELECT 1;
