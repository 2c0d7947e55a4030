package prepaid

import (
	"slices"
	"strings"
	"testing"
)

func TestReadPairs(t *testing.T) {
	t.Parallel()
	card := printed("K7MD2QXR84T" + string(checkOf("K7MD2QXR84T")))
	for name, c := range map[string]struct {
		text string
		want []Pair
	}{
		"a card and its device":            {card + ",0035 6\n", []Pair{{1, card, "0035 6"}}},
		"in the other order":               {"356;" + card, []Pair{{1, card, "356"}}},
		"devices alone":                    {"356\r\n\r\n357\r\n", []Pair{{1, "", "356"}, {3, "", "357"}}},
		"scanned one after the other":      {card + "\n356\n357\n", []Pair{{1, card, "356"}, {3, "", "357"}}},
		"a card whose device is missing":   {card + "\n", []Pair{{1, card, ""}}},
		"with a heading":                   {"IMEI\tCard number\n356\t" + card + "\n", []Pair{{2, card, "356"}}},
		"a heading of devices alone":       {"device\n356\n", []Pair{{2, "", "356"}}},
		"the exported list of cards":       {"\ufeffnumber,license_code,device\n" + card + ",TR-30,'+49\n" + card + ",TR-30,\n", []Pair{{2, card, "+49"}}},
		"a card with an error stays wrong": {"K7MD,356", []Pair{{1, "K7MD", "356"}}},
		"nothing":                          {" \n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadPairs(c.text)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%+v, %v, want %+v", got, err, c.want)
			}
			again, err := ReadPairs(WritePairs(got))
			for i := range again {
				again[i].Line = got[i].Line
			}
			if name != "a card whose device is missing" && (err != nil || !slices.Equal(again, got)) {
				t.Errorf("written and read again: %+v, %v", again, err)
			}
		})
	}
	if _, err := ReadPairs(strings.Repeat("1\n", MaxBindings+1)); err == nil {
		t.Error("more lines than can be bound were read")
	}
}
