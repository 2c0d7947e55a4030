package devices_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

func report(t *testing.T, d *servertest.Trade, device string) {
	t.Helper()
	d.API(t, 200, "POST", "/reports", servertest.Fields{"reports": []servertest.Fields{{"device": device}}})
}

// ask presses a button for ticked rows, and gives the page that asks.
func ask(t *testing.T, b *servertest.Browser, list, button string, ids ...string) *servertest.Page {
	t.Helper()
	p := b.Get(t, list)
	form := url.Values{"id": ids, "look": {"1"}}
	for _, hidden := range p.Find("form[data-bulk] > input[type=hidden]").EachIter() {
		form.Add(hidden.AttrOr("name", ""), hidden.AttrOr("value", ""))
	}
	press := p.Find("form[data-bulk] button:contains('" + button + "')")
	if press.Length() != 1 {
		t.Fatalf("%s offers no %q: %s", list, button, p.Text("main"))
	}
	return b.Post(t, strings.TrimPrefix(press.AttrOr("formaction", ""), b.Base), form)
}

// Devices are sold and returned with the cards on them, one or many; a superior takes a
// device back, binds a card, and sells it along with it.
func TestDevicesMove(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		cards := d.Issue(t, 2)
		d.Hand(t, cards, "top", "mid")
		for _, number := range []string{"00501", "50-2", "503"} {
			d.Device(t, number, "mid")
		}
		d.API(t, 200, "POST", "/cards/bind", servertest.Fields{"card": cards[0], "device": "501"})
		mid, list := d.As(t, "mid", owners.Administrator), d.At("mid", "/devices")
		p := ask(t, mid, list, "Sell device", "501", "502")
		servertest.Says(t, p, "main", "Sell 2 devices", "00501", "50-2", "30 days left", "with the cards on them")
		servertest.Refuses(t, mid.Press(t, p, "Sell device", nil), "to", "must name a customer")
		servertest.Refuses(t, mid.Press(t, p, "Sell device", url.Values{"to": {d.Customers["shop"]}, "transfer_code": {"T-1"}}), "transfer_code", "must be left out")
		if p := mid.Press(t, p, "Sell device", url.Values{"transfer_code": {"T-0000"}}); p.Status != 409 || !strings.Contains(p.Text(".alert"), "No customer accepts transfers") {
			t.Errorf("a dead code: %d %s", p.Status, p.Text(".alert"))
		}
		done := mid.Press(t, p, "Sell device", url.Values{"to": {d.Customers["shop"]}})
		servertest.Says(t, done, "#flash", "2 devices are sold.")
		if done.Path != list || done.Find("#rows tr").Length() != 1 {
			t.Errorf("%s shows %s", done.Path, done.Text("#rows"))
		}

		ofShop := "?customer=" + d.Customers["shop"]
		servertest.Says(t, mid.Get(t, list+ofShop), "main", "does not let its superior manage its licences")
		d.API(t, 200, "PATCH", "/customers/"+d.Customers["shop"], servertest.Fields{"allow_superior": true})
		back := ask(t, mid, list+ofShop, "Return device", "502")
		servertest.Says(t, back, "main", "The devices go back to you", "shop sees them no more")
		servertest.Says(t, mid.Press(t, back, "Return device", nil), "#flash", "1 device is returned.")
		bind := mid.Get(t, d.At("mid", "/cards/bind?device=502&id="+cards[1]))
		servertest.Says(t, mid.Press(t, bind, "Bind license", nil), "#flash", cards[1]+" is on 50-2.")
		servertest.Says(t, mid.Press(t, mid.Get(t, d.At("mid", "/devices/sell?id=502")), "Sell device", url.Values{"to": {d.Customers["shop"]}}), "#flash", "1 device is sold.")
		shop := d.As(t, "shop", owners.Viewer)
		servertest.Says(t, shop.Get(t, d.At("shop", "/devices/00502")), "main", cards[1], "Device sale")
	})
}

// A device's page says first whether it works, why not, and what helps; a refused device
// and one that is dead do not look alike.
func TestOneDevice(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		d.Hand(t, d.Issue(t, 1), "top")
		d.Device(t, "501", "top")
		d.Device(t, "502", "top")
		report(t, d, "501")
		report(t, d, "999")
		top := d.As(t, "top", owners.Operator)
		heard := servertest.Shows(t, top, d.At("top", "/devices/501"), func(p *servertest.Page) bool { return strings.Contains(p.Text("main"), "refused:") })
		servertest.Says(t, heard, "main", "The device is blacklisted: its reports are refused.", "No card is bound", "Bind license", "Deduction failed")
		servertest.Says(t, top.Get(t, d.At("top", "/devices/502")), "main", "Not started", "never heard")
		for query, want := range map[string]int{"": 2, "?blacklisted=true": 1, "?blacklisted=false": 1, "?without_card=true": 2, "?number=0050": 2, "?number=502": 1, "?model=GT06N": 2, "?model=X": 0, "?soon=1": 0} {
			if p := top.Get(t, d.At("top", "/devices"+query)); p.Status != 200 || p.Find("#rows tr").Length() != want {
				t.Errorf("%q: %d, %d rows, want %d", query, p.Status, p.Find("#rows tr").Length(), want)
			}
		}
		file := top.Get(t, d.At("top", "/devices?format=csv&blacklisted=true"))
		if strings.Count(file.Body, "\n") != 2 || !strings.Contains(file.Body, "501,GT06N,Blacklisted") {
			t.Errorf("the file: %s", file.Body)
		}
		console := s.SignIn(t, d.Vendor)
		unknown := servertest.Shows(t, console, "/prepaid/devices/unknown", func(p *servertest.Page) bool { return strings.Contains(p.Text("main"), "999") })
		servertest.Says(t, unknown, "main", "999")
		if p := top.Get(t, d.At("top", "/devices/unknown")); p.Status != 404 {
			t.Errorf("a customer sees the unknown numbers: %d", p.Status)
		}
	})
}

// Who sees and may touch a device: viewers look, and nobody beside, above, before or elsewhere.
func TestWhoMayWhatWithDevices(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		d.Device(t, "501", "shop")
		viewer := d.As(t, "shop", owners.Viewer)
		p := viewer.Get(t, d.At("shop", "/devices"))
		if p.Find("form[data-bulk]").Length() != 0 || strings.Contains(p.Text("main"), "Bind license") || !strings.Contains(p.Text("main"), "only lets you look") {
			t.Errorf("a viewer is offered: %s", p.Text("main"))
		}
		form := url.Values{"id": {"501"}, "to": {d.Customers["end"]}}
		for who, says := range map[string]string{"shop": "only lets you look", "rival": "no such", "end": "no such", "top": "", "mid": ""} {
			b := viewer
			if who != "shop" {
				b = d.As(t, who, owners.Administrator)
			}
			if p := b.Get(t, d.At(who, "/devices/501")); (p.Status == 404) != (who == "rival" || who == "end") {
				t.Errorf("%s sees the device: %d", who, p.Status)
			}
			for _, path := range []string{"/devices/sell", "/devices/return"} {
				if p := b.Post(t, d.At(who, path), form); p.Status != 403 && p.Status != 404 || !strings.Contains(p.Text("main"), says) {
					t.Errorf("%s, %s: %d %s", who, path, p.Status, p.Text("main"))
				}
			}
		}
		other := s.SignIn(t, s.Vendor(t, "Other"))
		if p := other.Get(t, "/prepaid/devices/501"); p.Status != 404 {
			t.Errorf("another vendor's staff: %d", p.Status)
		}
		d.API(t, 200, "POST", "/devices/return", servertest.Fields{"devices": []string{"501"}})
		if p := viewer.Get(t, d.At("shop", "/devices/501")); p.Status != 404 {
			t.Errorf("the former owner sees the device: %d", p.Status)
		}
	})
}

// Staff make a device, in the stock or of a customer, and change its model.
func TestStaffMakeDevices(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		console := s.SignIn(t, d.Vendor)
		form := console.Get(t, "/prepaid/devices/new?customer="+d.Customers["top"])
		servertest.Says(t, form, "main", "It belongs to top")
		servertest.Refuses(t, console.Press(t, form, "Make it", url.Values{"number": {"3.56938E+14"}, "model": {"GT06N"}}), "number", "spreadsheet")
		made := console.Press(t, form, "Make it", url.Values{"number": {"00-501"}, "model": {"GT06N"}})
		servertest.Says(t, made, "main", "00-501", "C-top")
		servertest.Refuses(t, console.Press(t, console.Get(t, "/prepaid/devices/new"), "Make it", url.Values{"number": {"501"}, "model": {"GT06N"}}), "number", "00-501")
		saved := console.Fill(t, "/prepaid/devices/501/model", url.Values{"model": {"GT06L"}})
		servertest.Says(t, saved, "main", "GT06L", "00-501 is saved.")
		if p := s.SignInAs(t, d.Vendor, "viewer").Get(t, "/prepaid/devices/new"); p.Status != 403 {
			t.Errorf("who may only look makes devices: %d", p.Status)
		}
	})
}
