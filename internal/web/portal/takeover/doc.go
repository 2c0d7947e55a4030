// Package takeover owns the page that a mailed link leads to by which somebody becomes the
// licensee of a licence. It needs no session: whoever reads the mailbox may have none yet.
package takeover
