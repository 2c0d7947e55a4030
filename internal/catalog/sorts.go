package catalog

// The sorts that the lists of the catalogue offer; the first is the default.

// ProductSorts are those of products.
func ProductSorts() []string { return []string{"name", "created_at"} }

// EditionSorts are those of editions.
func EditionSorts() []string { return []string{"name", "created_at"} }

// ReleaseSorts are those of software releases.
func ReleaseSorts() []string { return []string{"software_release"} }

// DefinitionSorts are those of features, limitations and variables.
func DefinitionSorts() []string { return []string{"name"} }
