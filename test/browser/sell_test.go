package browser_test

import (
	"testing"

	"chancery/internal/server/servertest"
)

// A dialogue suggests whom a customer may be moved to; what it did is told on the
// page below it, and taken back from there.
func TestACustomerIsMovedAndBack(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	furnish(t, s, v)
	b := open(t, s, v, desk())
	b.signIn(v)
	b.get("/customers?q=Sample+branch")
	b.click("Sample branch")
	b.see("Sample customer")
	b.click("Move")
	b.until("the dialogue", `document.querySelector("dialog[open] #superior")`)
	ask[bool](b, `document.querySelector("#superior").focus(), true`)
	b.press("Sample cu")
	b.until("a suggestion", `document.querySelector('dialog[open] datalist option[value="Sample customer (C-1)"]')`)
	b.fill("New superior", "")
	b.click("Move it")
	b.see("stands at the top now")
	b.click("Undo")
	b.see("belongs to Sample customer now")
}

// The form of an edition shows what matters for its mode and for what is granted.
func TestAnEditionsFormShowsWhatMatters(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	furnish(t, s, v)
	b := open(t, s, v, desk())
	b.signIn(v)
	b.get("/products")
	b.click("Sample product")
	b.click("New edition")
	b.until("the form", `document.querySelector("#token_limit")`)
	shown := func(selector string) string {
		return `document.querySelector('` + selector + `').offsetParent !== null`
	}
	b.until("tokens and no sessions", shown("#token_limit")+" && !("+shown("#floating_token_limit")+")")
	ask[bool](b, `document.querySelector("[name=provisioning_mode][value=floating]").click(), true`)
	b.until("sessions and no tokens", shown("#floating_token_limit")+" && !("+shown("#token_limit")+")")
	b.until("no last day", "!("+shown("#expires_at")+")")
	ask[bool](b, `document.querySelector("[name=expires_mode][value=at]").click(), true`)
	b.until("the last day", shown("#expires_at"))
	ask[bool](b, `document.querySelector('[name^="limitation."][name$=".granted"]').click(), true`)
	b.until("the limit and no days", shown(`[name^="limitation."][name$=".limit"]`)+` && !(`+shown(`[name^="limitation."][name$=".reset_days"]`)+`)`)
	b.fill("Name", "Shared")
	b.fill("Last day", "2099-12-31")
	b.click("Create the edition")
	b.see("The edition Shared was created")
	b.see("up to 5 sessions open at once")
	b.see("It holds until the end of 31 Dec 2099.")
}
