package browser_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// The devices of the story.
const (
	tracker = "990000000000017"
	camera  = "990000000000025"
)

// trade is the story's people, each in a browser of their own: a maker, a distributor on a
// phone in the dark, and a shop's administrator, who has a second browser without script.
type trade struct {
	*servertest.Trade

	distributor, shop string // customers
	people            map[*tab]person
}

// person is how somebody comes in.
type person struct{ email, password, home string }

// TestThePrepaidStory is a day of a maker, its distributor and the distributor's shop: cards
// go down the tree, are charged for devices, and come back up; each side's records show its
// own part of it.
func TestThePrepaidStory(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), servertest.TestClock)
	d := &trade{Trade: servertest.OpenTrade(t, s), distributor: "top", shop: "mid", people: map[*tab]person{}}
	d.Device(t, tracker, d.shop)
	d.Device(t, camera, d.shop)
	maker := open(t, s, d.Vendor, desk())
	d.people[maker] = person{d.Vendor.OwnerEmail, d.Vendor.OwnerPassword, "/prepaid"}
	distributor := d.opens(t, "distributor@example.com", d.distributor, desk())
	night := d.opens(t, "night@example.com", d.distributor, screen{Width: 360, Height: 740, Dark: true})
	keeper := d.opens(t, "keeper@example.com", d.shop, desk())
	quiet := d.opens(t, "quiet@example.com", d.shop, screen{Width: 1360, Height: 900, NoScript: true})

	d.makerSells(maker)
	card, second := d.shopBuys(distributor, keeper)
	d.shopUses(t, keeper, card, second)
	d.daysRunOut(t, maker, keeper, card)
	d.superiorHelps(t, night, quiet, card)
	d.recordsTell(t, maker, distributor, keeper)
}

// opens gives a browser for an administrator of a customer.
func (d *trade) opens(t *testing.T, email, customer string, look screen) *tab {
	t.Helper()
	b := open(t, d.Server, d.Vendor, look)
	b.base = d.Program.URL() + "/portal/" + d.Vendor.Slug
	password := d.NewOwner(t, d.Vendor, email, map[string]owners.Role{d.Customers[customer]: owners.Administrator})
	d.people[b] = person{email, password, d.At(customer, "")}
	return b
}

// at opens a page of the section, and signs in where somebody has to.
func (d *trade) at(b *tab, path string) {
	b.Helper()
	who := d.people[b]
	b.get(who.home + path)
	b.until("the page", `document.readyState === "complete"`)
	if ask[bool](b, `Boolean(document.querySelector("input[name=password]"))`) {
		b.fill("E-mail", who.email)
		b.fill("Password", who.password)
		b.click("Sign in")
		b.until("the way in", `document.readyState === "complete" && !document.querySelector("input[name=password]")`)
		b.get(who.home + path)
		b.until("the page", `document.readyState === "complete"`)
	}
}

// pictured looks at the page as it is, and leaves a picture.
func (b *tab) pictured(name string) {
	b.Helper()
	if wide := ask[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
		b.Errorf("%s is %d px too wide: %s", name, wide, ask[string](b, widest))
	}
	b.shoot("/prepaid-story", name)
}

// batch sells so many cards by number, to a customer.
func (d *trade) batch(b *tab, count int, to string) {
	b.Helper()
	d.at(b, "/licenses")
	b.click("Details")
	b.see("Cards of TR-30")
	b.click("Batch select")
	b.fill("Quantity", fmt.Sprint(count))
	b.pictured(fmt.Sprintf("quantity-%d", count))
	b.click("OK")
	b.see(fmt.Sprintf("%d cards are ticked", count))
	b.pictured(fmt.Sprintf("select-%d", count))
	b.click("Sell license")
	b.until("the question to whom", `document.querySelector("form.app-form select[name=to]")`)
	b.choose("to", "C-"+to)
	b.submit()
	b.see(fmt.Sprintf("%d cards with", count))
}

// makerSells: a hundred cards of four days are issued, and forty sold.
func (d *trade) makerSells(b *tab) {
	b.Helper()
	d.at(b, "/codes/issue")
	b.choose("code", "TR-30")
	b.fill("How many", "100")
	b.fill("Days on each", "4")
	b.submit()
	b.see("100 cards were issued.")
	b.pictured("issued")
	d.batch(b, 40, d.distributor)
	b.see("40 cards with 160 days are sold.")
}

// shopBuys: the distributor sells ten of its forty cards on. It gives two of them.
func (d *trade) shopBuys(distributor, keeper *tab) (card, second string) {
	distributor.Helper()
	d.batch(distributor, 10, d.shop)
	distributor.see("10 cards with 40 days are sold.")
	d.at(keeper, "/cards")
	keeper.until("ten cards", `document.querySelectorAll("#rows tr").length === 10`)
	keeper.pictured("shop-cards")
	numbers := ask[[]string](keeper, `Array.from(document.querySelectorAll("#rows tr a[href*='/cards/']")).map(function (a) { return a.textContent.trim(); })`)
	return numbers[0], numbers[1]
}

// answer is what a device hears when it reports.
type answer struct {
	Device      string
	Allowed     bool
	UsableUntil string `json:"usable_until"`
	Reason      string
}

func (d *trade) report(t *testing.T, device string) answer {
	t.Helper()
	var said struct{ Results []answer }
	d.API(t, 200, "POST", "/reports", servertest.Fields{"reports": []servertest.Fields{{"device": device}}}).JSON(t, &said)
	return said.Results[0]
}

func (d *trade) days(t *testing.T, card string, want int) {
	t.Helper()
	var is struct {
		AvailableDays int `json:"available_days"`
	}
	if d.API(t, 200, "GET", "/cards/"+card, nil).JSON(t, &is); is.AvailableDays != want {
		t.Errorf("%d days are left on %s, want %d", is.AvailableDays, card, want)
	}
}

// binds puts a card on a device, from the page of the card.
func (d *trade) binds(b *tab, card, device string) {
	b.Helper()
	d.at(b, "/cards/"+card)
	b.click("Bind license")
	b.fill("Device number", device)
	b.click("Bind license")
	b.see(card + " is on " + device)
}

// unbinds takes a card off its device, from the page of the card.
func (d *trade) unbinds(b *tab, card string) {
	b.Helper()
	d.at(b, "/cards/"+card)
	b.click("Unbind license")
	b.see("Days that were paid are not given back")
	b.submit()
	b.see("1 card is unbound.")
}

// shopUses: a card is bound by keyboard and charged by a report, and a day later by the run;
// it is moved to another device, where it goes before a card that was never charged.
func (d *trade) shopUses(t *testing.T, b *tab, card, second string) {
	t.Helper()
	d.at(b, "/cards/"+card)
	b.see("Unused")
	b.tabTo(`.app-actions a[href*="/cards/bind"]`)
	b.press(kb.Enter)
	b.see("Charged from")
	b.tabTo(`#device`)
	b.press(tracker)
	b.tabTo(`main form.app-form button[type=submit].btn-primary`)
	b.press(kb.Enter)
	b.see(card + " is on " + tracker)
	b.see("Inactive")
	b.pictured("bound")

	first := d.report(t, tracker)
	if again := d.report(t, tracker); !first.Allowed || again != first {
		t.Errorf("two reports in a day: %+v, then %+v", first, again)
	}
	d.days(t, card, 3)
	d.Advance(t, d.Vendor, "25h")
	d.days(t, card, 2)
	d.at(b, "/devices/"+tracker)
	b.see("a report of the device")
	b.see("the run")
	b.pictured("device")

	d.unbinds(b, card)
	d.binds(b, card, camera)
	if on := d.report(t, tracker); !on.Allowed {
		t.Errorf("within its paid day the device that lost its card is refused: %+v", on)
	}
	if on := d.report(t, camera); !on.Allowed {
		t.Errorf("the device that the card was moved to: %+v", on)
	}
	d.days(t, card, 1)
	d.binds(b, second, camera)
	d.Advance(t, d.Vendor, "25h")
	d.days(t, card, 0)
	d.days(t, second, 4)
	if out := d.report(t, tracker); out.Allowed || out.Reason != "no_card" {
		t.Errorf("a device without a card: %+v", out)
	}
}

// daysRunOut: with the other card off, the device has no day left. The maker puts days on.
func (d *trade) daysRunOut(t *testing.T, maker, b *tab, card string) {
	t.Helper()
	d.at(b, "/devices/"+camera)
	b.until("two cards on it", `document.body.innerText.includes("Expired") && document.body.innerText.includes("Inactive")`)
	ask[bool](b, `Array.from(document.querySelectorAll("main tr")).find(function (r) { return r.textContent.includes("Inactive"); }).querySelector("a[href*='/unbind']").click(), true`)
	b.see("Days that were paid are not given back")
	b.submit()
	b.see("1 card is unbound.")
	d.Advance(t, d.Vendor, "25h")
	if out := d.report(t, camera); out.Allowed || out.Reason != "no_days" {
		t.Errorf("a device whose days are used up: %+v", out)
	}
	d.at(b, "/devices/"+camera)
	b.see("The device is blacklisted: its reports are refused.")
	b.see("Buy days: days@example.com")
	b.pictured("blacklisted")

	d.at(maker, "/cards/"+card)
	maker.openMenu()
	maker.click("Top up")
	maker.fill("Days to put on", "5")
	maker.submit()
	maker.see("5 days were put on.")
	if on := d.report(t, camera); !on.Allowed {
		t.Errorf("after the top-up: %+v", on)
	}
	d.days(t, card, 4)
	d.at(b, "/devices/"+camera)
	b.see("Usable until")
	b.until("a device that works", `!document.body.innerText.includes("is blacklisted")`)
}

// superiorHelps: the distributor looks at the shop's card on a phone in the dark, and may not
// touch it until the shop lets it; then it takes back card and device, and sells both again.
func (d *trade) superiorHelps(t *testing.T, night, quiet *tab, card string) {
	t.Helper()
	of := "?customer=" + d.Customers[d.shop]
	d.at(night, "/cards"+of)
	night.see("This customer does not let its superior manage its licences.")
	night.until("cards without ticks", `document.querySelectorAll("#rows tr").length === 10 && !document.querySelector("#rows input[type=checkbox]")`)
	night.pictured("superior-looks")
	d.at(night, "/cards/unbind"+of+"&id="+card)
	night.see("This customer does not let its superior manage its licences.")

	d.at(quiet, "/settings")
	quiet.see("may not touch them")
	quiet.click("Change")
	quiet.until("the switches", `document.querySelector("[name=allow_superior]")`)
	ask[bool](quiet, `document.querySelector("[name=allow_superior][type=checkbox]").click(), true`)
	quiet.submit()
	quiet.see("The settings were saved.")
	quiet.see("may bind, unbind, lock, unlock and return the cards")
	quiet.pictured("switch")

	d.unbinds(night, card)
	night.see("Deactivated")
	night.openMenu()
	night.click("Return license")
	night.see("The cards go back to you, with all days on them.")
	night.pictured("return")
	night.submit()
	night.see("1 card is returned.")

	d.at(night, "/devices/"+tracker)
	night.click("Return device")
	night.see("The devices go back to you")
	night.submit()
	night.see("1 device is returned.")
	d.binds(night, card, tracker)
	if on := d.report(t, tracker); !on.Allowed {
		t.Errorf("the device with its new card: %+v", on)
	}
	d.at(night, "/devices/"+tracker)
	night.pictured("device-night")
	night.click("Sell device")
	night.until("the question to whom", `document.querySelector("form.app-form select[name=to]")`)
	night.choose("to", "C-"+d.shop)
	night.submit()
	night.see("1 device is sold.")
	d.days(t, card, 3)
}

// recordsTell: all of it stands in the records, and each side sees its own part.
func (d *trade) recordsTell(t *testing.T, maker, distributor, keeper *tab) {
	t.Helper()
	count := func(b *tab, path string, want map[string]int) {
		t.Helper()
		d.at(b, path)
		b.see("record")
		for text, n := range want {
			b.until(fmt.Sprintf("%d rows with %q", n, text), fmt.Sprintf(
				`Array.from(document.querySelectorAll("#rows tr")).filter(function (r) { return r.innerText.includes(%q); }).length === %d`, text, n))
		}
	}
	for _, w := range []struct {
		who      string
		b        *tab
		sold     map[string]int
		deducted map[string]int
	}{
		{
			"maker", maker,
			map[string]int{"Issue": 3, "Sell": 2, "Top up": 1, "Return": 1, "Device sale": 2},
			map[string]int{"Charged": 6, "Deduction failed": 2},
		},
		{
			"distributor", distributor,
			map[string]int{"Issue": 0, "Sell": 2, "Top up": 0, "Return": 1, "Device sale": 2},
			map[string]int{"Charged": 1, "Deduction failed": 0},
		},
		{
			"shop", keeper,
			map[string]int{"Issue": 2, "Sell": 1, "Top up": 1, "Return": 1, "Device sale": 2},
			map[string]int{"Charged": 5, "Deduction failed": 2},
		},
	} {
		count(w.b, "/sales", w.sold)
		w.b.pictured("sales-" + w.who)
		count(w.b, "/deductions", w.deducted)
		w.b.pictured("deductions-" + w.who)
	}
}

// TestEveryPrepaidPage looks at each kind of page of prepaid licences as TestEveryPage does,
// on the console and for a reseller on the portal, with cards in every state.
func TestEveryPrepaidPage(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile("testdata/axe.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, least := range map[string]int{"console": 20, "portal": 15} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.Start(t, servertest.SQLite(t))
			d := &trade{Trade: servertest.OpenTrade(t, s), people: map[*tab]person{}}
			card := d.trades(t)
			b, home := open(t, s, d.Vendor, desk()), "/prepaid"
			if name == "console" {
				b.signIn(d.Vendor)
			} else {
				home = d.At("mid", "")
				b.signInAsOwner(s, d.Vendor, "mid@example.com", map[string]owners.Role{d.Customers["mid"]: owners.Administrator})
			}
			kinds := b.walkBelow(home, string(axe), "prepaid-"+name+"-", home+"/overview", home+"/cards", home+"/cards/"+card, home+"/devices/"+tracker,
				home+"/cards/select?quantity=2", home+"/cards/sell?id="+card, home+"/devices/sell?id="+tracker, home+"/cards/lock?id="+card)
			t.Logf("%d kinds of page: %v", len(kinds), kinds)
			if len(kinds) < least {
				t.Errorf("only %d kinds of page were found", len(kinds))
			}
		})
	}
}

// trades brings cards into every state, and gives an unused one of mid's.
func (d *trade) trades(t *testing.T) string {
	t.Helper()
	cards := append(d.Issue(t, 8), d.IssueOf(t, "TR-30", 1, 1)...)
	d.Hand(t, cards[1:], "top", "mid")
	d.Hand(t, cards[7:8], "shop")
	d.Device(t, tracker, "mid")
	d.Device(t, camera, "mid")
	bind := func(card, device string) {
		t.Helper()
		d.API(t, 200, "POST", "/cards/bind", servertest.Fields{"card": card, "device": device})
	}
	bind(cards[8], tracker) // is expired by its first report
	d.report(t, tracker)
	bind(cards[2], tracker) // stays inactive
	bind(cards[3], camera)
	d.report(t, camera)
	d.API(t, 200, "POST", "/cards/unbind", servertest.Fields{"card": cards[3]})
	bind(cards[4], camera)
	d.API(t, 200, "POST", "/cards/lock", servertest.Fields{"cards": cards[5:6]})
	return cards[6]
}
