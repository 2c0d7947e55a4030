package browser_test

import (
	"testing"

	"chancery/internal/server/servertest"
)

// TestADialogueKeepsWhatWasFilledIn: where the server does not answer, or answers
// with a page of trouble, the dialogue says so and stays as it is; then it is sent.
func TestADialogueKeepsWhatWasFilledIn(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	b := open(t, s, v, desk())
	b.signIn(v)
	b.get("/customers/new")
	b.fill("Name", "Sample workshop")
	b.click("Create the customer")
	b.at("/customers/")
	b.see("Sample workshop")
	b.click("Edit")
	b.until("the dialogue", `document.querySelector("dialog[open] form")`)
	b.fill("Name", "Another workshop")
	for what, answer := range map[string]string{
		"The server did not answer. Send it again": `Promise.reject(new TypeError("no network"))`,
		"The disk is full. Make room. Name is so": `Promise.resolve(new Response('<main id="main"><h1>Trouble</h1><p class="app-problem-text">The disk is full.</p>' +
			'<p>Make room.</p><p>Name is so.</p><p><a href="/">To the overview</a></p><p class="app-quiet">Request 1</p></main>', {status: 503}))`,
	} {
		ask[bool](b, `(function () { window.kept = window.kept || window.fetch; window.fetch = function () { return `+answer+`; }; return true; })()`)
		ask[bool](b, `document.querySelector("dialog[open] form button[type=submit]").click(), true`)
		b.see(what)
		b.until("what was filled in", `document.querySelectorAll("dialog[open] form [role=alert]").length === 1 && document.querySelector("dialog[open] #company_name, dialog[open] #name").value === "Another workshop"`)
	}
	ask[bool](b, `window.fetch = window.kept, true`)
	ask[bool](b, `document.querySelector("dialog[open] form button[type=submit]").click(), true`)
	b.until("the end of the dialogue", `!document.querySelector("dialog[open]")`)
	b.see("Another workshop")
}
