package client

// The calls below answer what the licence grants now. Without a valid licence
// they grant nothing: a program that asks them needs no other check.

// A Limit is a limitation as a program needs it.
type Limit struct {
	Value     float64  // how many by contract; 0 if Unlimited
	Unlimited bool     // there is no limit
	Remaining *float64 // left in this period, by the last answer; nil: not a consumed limit, or unlimited
}

// Feature tells whether the feature with this name is switched on now.
func (c *Client) Feature(name string) bool {
	s := c.Status()
	if !s.Valid() {
		return false
	}
	for _, f := range s.License.Features {
		if f.Name == name {
			return f.IsActive && (f.ExpirationDate == nil || s.serverNow.Before(*f.ExpirationDate))
		}
	}
	return false
}

// Limit returns the limitation with this name; false: the licence has none, or
// is not valid.
func (c *Client) Limit(name string) (Limit, bool) {
	s := c.Status()
	if !s.Valid() {
		return Limit{}, false
	}
	for _, l := range s.License.Limitations {
		if l.Name == name {
			if l.Value == nil {
				return Limit{Unlimited: true}, true
			}
			return Limit{Value: *l.Value, Remaining: l.Remaining}, true
		}
	}
	return Limit{}, false
}

// Variable returns the text with this name; false: the licence has none, or is
// not valid.
func (c *Client) Variable(name string) (string, bool) {
	s := c.Status()
	if !s.Valid() {
		return "", false
	}
	for _, v := range s.License.Variables {
		if v.Name == name {
			return v.Value, true
		}
	}
	return "", false
}
