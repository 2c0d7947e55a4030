package show

import (
	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/web"
)

// The addresses below are empty where the face has no such page.

// LicenseHref is the page of a licence.
func LicenseHref(q *web.Request, id ident.UUID) string { return q.At(q.Face().Places.License, id) }

// CustomerHref is the page of a customer.
func CustomerHref(q *web.Request, id ident.UUID) string { return q.At(q.Face().Places.Customer, id) }

// EditionHref is the page of an edition.
func EditionHref(q *web.Request, id ident.UUID) string { return q.At(q.Face().Places.Edition, id) }

// ProductHref is the page of a product.
func ProductHref(q *web.Request, id ident.UUID) string { return q.At(q.Face().Places.Product, id) }

// ActivationHref is the page of one device's activation.
func ActivationHref(q *web.Request, id ident.UUID) string {
	return q.At(q.Face().Places.Activation, id)
}

// SessionHref is where one session can be closed.
func SessionHref(q *web.Request, id ident.UUID) string { return q.At(q.Face().Places.Session, id) }

// MailHref is the page of one mail.
func MailHref(q *web.Request, id ident.UUID) string { return q.At(q.Face().Places.Mail, id) }

// SubjectHref is the page of what a record is about; empty when there is none.
func SubjectHref(q *web.Request, r audit.Record) string {
	if r.SubjectID.IsZero() {
		return ""
	}
	switch r.Subject {
	case "license":
		return LicenseHref(q, r.SubjectID)
	case "customer":
		return CustomerHref(q, r.SubjectID)
	case "product":
		return ProductHref(q, r.SubjectID)
	case "edition":
		return EditionHref(q, r.SubjectID)
	case "activation":
		return ActivationHref(q, r.SubjectID)
	}
	return ""
}
