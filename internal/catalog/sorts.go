package catalog

// The sorts that the lists of the catalogue offer; the first is the default.
var (
	ProductSorts    = []string{"name", "created_at"}
	EditionSorts    = []string{"name", "created_at"}
	ReleaseSorts    = []string{"software_release"}
	DefinitionSorts = []string{"name"}
)
