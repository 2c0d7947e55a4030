package licensing

// SortedAtOnce is how many activations a licence may have for its list to be sorted by
// anything: above it there is the order of activation, which an index has.
const SortedAtOnce = 2000

// OwnClientSorts are what the list of one licence's activations in a standing offers
// while so many of them are in use.
func OwnClientSorts(used int64, s Standing) []string {
	sorts := []string{"-created_at"}
	if used <= SortedAtOnce && s != StandingReleased {
		sorts = append(sorts, "-last_seen", "name", "hostname", "address", "platform", "country")
	}
	return sorts
}
