package value

// DisplayName is what somebody calls the device of an activation.
type DisplayName struct {
	DisplayName string `json:"display_name" doc:"at most 100 characters, in one line; empty takes the name away"`
}
