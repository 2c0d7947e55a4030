-- +goose Up

-- Where a vendor's customers and users find help: on sign-in pages and in mails.
ALTER TABLE vendors ADD COLUMN support_email TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE vendors ADD COLUMN website TEXT COLLATE "C" NOT NULL DEFAULT '';
