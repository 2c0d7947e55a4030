package browser_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"chancery/internal/server/servertest"
)

// forget clears the browser's cookies: who was signed in is not any more.
func (b *tab) forget() {
	b.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{})
		return err
	}))
}

// TestPasskey: with the browser's own authenticator a passkey is made, signs in
// alone, and stands beside the password.
func TestPasskey(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	b := open(t, s, v, desk())
	b.base = strings.Replace(b.base, "127.0.0.1", "localhost", 1) // passkeys are bound to names
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
			Options: &webauthn.VirtualAuthenticatorOptions{
				Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true,
				AutomaticPresenceSimulation: true,
			},
		})
		return err
	}))
	b.signIn(v)
	b.get("/account")
	b.click("Make a passkey")
	b.at("/account/passkeys/new")
	b.fill("Name", "Laptop")
	b.click("Go on")
	b.see("Recovery codes")
	b.click("I have kept them")
	b.see("Laptop")

	b.forget()
	b.get("/sign-in?next=%2Faccount")
	b.click("Sign in with a passkey")
	b.at("/account")
	b.see("10 recovery codes are left")

	b.forget()
	b.get("/sign-in?next=%2Faccount")
	b.fill("E-mail", v.OwnerEmail)
	b.fill("Password", v.OwnerPassword)
	b.click("Sign in")
	b.see("Second factor")
	b.click("Use your passkey")
	b.at("/account")
	b.see("Laptop")
}
