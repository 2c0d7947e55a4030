-- +goose Up

-- The language in which somebody is spoken to; empty where it is not said. A user's goes
-- before the customer's, and that before the vendor's.
ALTER TABLE vendors ADD COLUMN language TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN language TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN language TEXT COLLATE "C" NOT NULL DEFAULT '';

-- A vendor's own text of a mail is one for each language. Those of before are English.
CREATE TABLE mail_templates_new (
  vendor_id  BIGINT NOT NULL REFERENCES vendors (id),
  kind       TEXT COLLATE "C" NOT NULL,
  language   TEXT COLLATE "C" NOT NULL,
  subject    TEXT COLLATE "C" NOT NULL,
  body_text  TEXT COLLATE "C" NOT NULL,
  body_html  TEXT COLLATE "C" NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, kind, language)
);
INSERT INTO mail_templates_new (vendor_id, kind, language, subject, body_text, body_html, updated_at)
  SELECT vendor_id, kind, 'en', subject, body_text, body_html, updated_at FROM mail_templates;
DROP TABLE mail_templates;
ALTER TABLE mail_templates_new RENAME TO mail_templates;
ALTER INDEX mail_templates_new_pkey RENAME TO mail_templates_pkey;
ALTER TABLE mail_templates RENAME CONSTRAINT mail_templates_new_vendor_id_fkey TO mail_templates_vendor_id_fkey;

-- +goose Down
SELECT 1;
