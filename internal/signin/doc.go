// Package signin talks with what signs people in from outside: authenticators,
// through the browser (WebAuthn), and OpenID providers.
//
// It checks what they answer and says whom they mean; who that is here, and what
// they may do, is identity's. A provider's addresses are the vendor's choice, so
// all calls go through the guarded client of outbound. Only wiring makes it.
package signin
