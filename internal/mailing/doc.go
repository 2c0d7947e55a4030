// Package mailing owns the mails that the server sends for a vendor: the queue
// and log of them, which happenings are told to whom (rules), and the vendor's
// own texts (templates). Service queues mails and keeps rules and templates; a Postman
// sends what is queued.
//
// A mail is queued in the transaction of what it tells, once for its key, and
// leaves after the commit. How a text is rendered and how a mail reaches an SMTP
// server is not in here (mail); when a licence is issued, on goodwill or near its
// end is licensing's to say.
package mailing
