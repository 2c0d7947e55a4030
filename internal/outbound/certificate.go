package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// isCertificate reports whether a call failed because of the receiver's certificate.
func isCertificate(err error) bool {
	var verification *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &unknown) || errors.As(err, &name)
}
