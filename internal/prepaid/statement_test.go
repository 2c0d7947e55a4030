package prepaid

import "testing"

// What is left is what there was, with all that came and without all that went, in cards
// and in days; and each kind of transfer is something else to its two sides.
func TestReckon(t *testing.T) {
	t.Parallel()
	codes := []Code{{ID: 1, Code: "A"}, {ID: 2, Code: "B"}, {ID: 3, Code: "C"}}
	entries := []Entry{
		{Amount{10, 300}, 1, ItemOpening}, {Amount{0, 7}, 1, ItemCharged}, {Amount{0, 2}, 1, ItemSettled}, {Amount{4, 0}, 2, ItemOpening},
	}
	for _, kind := range TransferKinds() {
		for _, gets := range []bool{true, false} {
			if e, ok := Transferred(kind, gets, 1, Amount{2, 50}); ok {
				entries = append(entries, e)
			}
		}
	}
	entries = append(entries, Entry{Amount{}, 0, ItemDevicesIn}) // devices without cards
	lines := Reckon(codes, entries)
	if len(lines) != 2 || lines[0].Code.Code != "A" || lines[1].Code.Code != "B" {
		t.Fatalf("lines: %+v", lines)
	}
	two, days := Amount{2, 50}, Amount{0, 50}
	want := map[Item]Amount{
		ItemOpening: {10, 300}, ItemIssued: two, ItemBought: {4, 100}, ItemTakenBack: two, ItemDevicesIn: two, ItemToppedUp: days,
		ItemSold: {4, 100}, ItemReturned: two, ItemDevicesOut: two, ItemWithdrawn: days, ItemCharged: {0, 7}, ItemSettled: {0, 2},
		ItemClosing: {12, 300 + 50 - 9},
	}
	for _, i := range Items() {
		if got := lines[0].Of(i); got != want[i] {
			t.Errorf("%s: %+v, want %+v", i, got, want[i])
		}
		if i.Came() && i.Went() {
			t.Errorf("%s both came and went", i)
		}
	}
	if got := StatementTotal(lines).Of(ItemClosing); got != (Amount{16, 341}) {
		t.Errorf("the total: %+v", got)
	}
	if got := Reckon(codes, nil); got != nil {
		t.Errorf("of nothing: %+v", got)
	}
}

// The sides of a transfer: what it is to who gives and to who gets.
func TestTransferred(t *testing.T) {
	t.Parallel()
	const none = Item(-1)
	for kind, want := range map[TransferKind][2]Item{
		Sell: {ItemSold, ItemBought}, BindDown: {ItemSold, ItemBought}, Return: {ItemReturned, ItemTakenBack}, DeviceSale: {ItemDevicesOut, ItemDevicesIn},
		Issue: {none, ItemIssued}, TopUp: {none, ItemToppedUp}, Withdraw: {ItemWithdrawn, none}, "unheard of": {none, none},
	} {
		for side, gets := range []bool{false, true} {
			e, ok := Transferred(kind, gets, 7, Amount{3, 9})
			got := none
			if ok {
				got = e.Item
			}
			if got != want[side] {
				t.Errorf("%s, gets %t: %d, want %d", kind, gets, got, want[side])
			}
			if ok && (e.Days != 9 || e.Code != 7 || (e.Cards == 3) != e.Item.HasCards()) {
				t.Errorf("%s: %+v", kind, e)
			}
		}
	}
}
