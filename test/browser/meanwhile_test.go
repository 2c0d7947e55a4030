package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"chancery/internal/server/servertest"
)

// elsewhere saves a form from another page, as somebody else would.
func (b *tab) elsewhere(path, set string) {
	b.Helper()
	b.await(fmt.Sprintf(`(async function () {
		var path = %q, set = %s, page = new DOMParser().parseFromString(await (await fetch(path)).text(), "text/html");
		var data = new URLSearchParams(new FormData(page.querySelector("form.app-form")));
		Object.keys(set).forEach(function (name) { data.set(name, set[name]); });
		return String((await fetch(path, { method: "POST", body: data })).status);
	})()`, path, set))
}

// TestWhatWasChangedMeanwhileIsShown above a form, on a page and in a dialogue, on a desk
// and on a phone: the focus is there, and by keyboard one gets to the field and saves.
func TestWhatWasChangedMeanwhileIsShown(t *testing.T) {
	t.Parallel()
	s := servertest.OpenShop(t, servertest.Start(t, servertest.SQLite(t)))
	id, _ := s.Issue(t, s.Pro, nil)
	night := desk()
	night.Dark = true
	for name, look := range map[string]screen{"desk": desk(), "phone": phone(), "night": night} {
		b := open(t, s.Server, s.Vendor, look)
		b.signIn(s.Vendor)
		path := "/licenses/" + id + "/change"
		b.get(path)
		b.elsewhere(b.base[len(s.URL):]+path, `{name: "The works in the north, `+name+`", freeride_days: "`+map[string]string{"desk": "21", "phone": "22", "night": "23"}[name]+`"}`)
		b.tabTo("#name")
		b.press("Mine " + name + kb.Enter)
		b.see("Changed meanwhile: nothing is saved yet.")
		b.until("the focus on what was changed", `document.activeElement.classList.contains("app-meanwhile")`)
		b.until("a page that is no wider than the screen", `document.documentElement.scrollWidth <= window.innerWidth`)
		b.press(kb.Tab + kb.Enter)
		b.press(kb.Tab)
		b.until("the field that was changed", `document.activeElement.id === "name"`)
		b.press(kb.Enter)
		b.see("The licence was changed.")

		b.get("/customers/" + s.Customer)
		b.click("Edit")
		b.until("the dialogue", `document.querySelector("dialog[open] form")`)
		b.elsewhere(b.base[len(s.URL):]+"/customers/"+s.Customer+"/edit", `{company_name: "Theirs `+name+`", email: "`+name+`@example.com"}`)
		b.fill("Name", "Mine "+name)
		ask[bool](b, `document.querySelector("dialog[open] form button[type=submit]").click(), true`)
		b.see("Changed meanwhile: nothing is saved yet.")
		b.until("the focus on what was changed", `document.activeElement.classList.contains("app-meanwhile")`)
		ask[bool](b, `document.querySelector("dialog[open] form button[type=submit]").click(), true`)
		b.until("the end of the dialogue", `!document.querySelector("dialog[open]")`)
		b.see("Mine " + name)
	}
}
