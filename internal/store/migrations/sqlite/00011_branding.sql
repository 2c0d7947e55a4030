-- +goose Up

-- Where a vendor's customers and users find help: on sign-in pages and in mails.
ALTER TABLE vendors ADD COLUMN support_email TEXT NOT NULL DEFAULT '';
ALTER TABLE vendors ADD COLUMN website TEXT NOT NULL DEFAULT '';
