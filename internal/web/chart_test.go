package web

import (
	"slices"
	"strings"
	"testing"
)

// A day without a figure is a gap, and not 0; today is marked as going on, in the
// picture and in its table.
func TestChartsTellGapsAndToday(t *testing.T) {
	t.Parallel()
	c := Chart{
		Kind: LineChart, Labels: []string{"1 Jan", "2 Jan", "3 Jan"}, Today: true,
		Series: []Series{{Name: "Average", Values: []int64{7, 0, 3}, Missing: []bool{false, true, false}}},
	}
	data, err := c.Data(nil)
	if err != nil || !strings.Contains(data, `"values":[7,null,3]`) || !strings.Contains(data, `"3 Jan, so far"`) || !strings.Contains(data, `"today":true`) {
		t.Errorf("%s, %v", data, err)
	}
	lines := c.Lines(nil)
	if lines[1].Values[0] != "—" || lines[2].Label != "3 Jan, so far" || !slices.Equal(c.Labels, []string{"1 Jan", "2 Jan", "3 Jan"}) {
		t.Errorf("%+v of %v", lines, c.Labels)
	}
	if c.Today = false; c.Lines(nil)[2].Label != "3 Jan" {
		t.Errorf("%+v", c.Lines(nil))
	}
}
