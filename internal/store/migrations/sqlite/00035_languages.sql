-- +goose Up

-- The language in which somebody is spoken to; empty where it is not said. A user's goes
-- before the customer's, and that before the vendor's.
ALTER TABLE vendors ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT '';

-- A vendor's own text of a mail is one for each language. Those of before are English.
CREATE TABLE mail_templates_new (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  kind       TEXT NOT NULL,
  language   TEXT NOT NULL,
  subject    TEXT NOT NULL,
  body_text  TEXT NOT NULL,
  body_html  TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, kind, language)
);
INSERT INTO mail_templates_new (vendor_id, kind, language, subject, body_text, body_html, updated_at)
  SELECT vendor_id, kind, 'en', subject, body_text, body_html, updated_at FROM mail_templates;
DROP TABLE mail_templates;
ALTER TABLE mail_templates_new RENAME TO mail_templates;

-- +goose Down
SELECT 1;
