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

// What is counted in parts of a unit is drawn and told with them: little is not nothing.
func TestChartsTellParts(t *testing.T) {
	t.Parallel()
	c := Chart{Kind: BarChart, Labels: []string{"1", "2", "3"}, Per: 1_000_000, Series: []Series{{Name: "Consumed", Values: []int64{250_000, 1_234_000_000, -500_000}}}}
	data, err := c.Data(nil)
	if err != nil || !strings.Contains(data, `"values":[0.25,1234,-0.5]`) || c.Nothing() {
		t.Errorf("%s, %v", data, err)
	}
	told := make([]string, 0, 3)
	for _, l := range c.Lines(nil) {
		told = append(told, l.Values[0])
	}
	if !slices.Equal(told, []string{"0.25", "1,234", "-0.5"}) {
		t.Errorf("%q", told)
	}
}
