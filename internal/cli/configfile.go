package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"chancery/internal/setup"
)

// configFlag names a file with settings. What a flag or the environment says goes before.
type configFlag string

// BeforeResolve is called by kong once the command line is read.
func (f configFlag) BeforeResolve(k *kong.Kong, ctx *kong.Context) error {
	file := string(ctx.FlagValue(configFlagOf(k)).(configFlag)) //nolint:forcetypeassert // it is this flag's type
	if file == "" {
		return nil
	}
	settings, err := readSettings(file)
	if err != nil {
		return err
	}
	if err := onlyKnown(file, settings, k.Model); err != nil {
		return err
	}
	ctx.AddResolver(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		value, ok := settings[flag.Name]
		if !ok || slices.ContainsFunc(flag.Envs, func(name string) bool { return environment(name) != "" }) {
			return nil, nil // kong's way to say that this resolver has nothing
		}
		return value, nil
	}))
	return nil
}

func configFlagOf(k *kong.Kong) *kong.Flag {
	at := slices.IndexFunc(k.Model.Flags, func(f *kong.Flag) bool { return f.Name == "config" })
	return k.Model.Flags[at]
}

// readSettings reads a file into values by flag name.
func readSettings(file string) (map[string]string, error) {
	data, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return nil, setup.Wrong(fmt.Sprintf("The configuration file can't be read: %v.", err), err)
	}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		return settingsFromJSON(file, trimmed)
	}
	return settingsFromLines(file, data)
}

func settingsFromJSON(file string, data []byte) (map[string]string, error) {
	var values map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&values); err != nil {
		return nil, setup.Wrong(fmt.Sprintf("The configuration file %s is not valid JSON: %v.", file, err), err)
	}
	settings := map[string]string{}
	for name, value := range values {
		text, err := settingText(value)
		if err != nil {
			return nil, setup.Wrong(fmt.Sprintf("The setting %q in %s must be a text, a number, true or false, or a list of texts.", name, file), err)
		}
		settings[flagName(name)] = text
	}
	return settings, nil
}

var errSetting = errors.New("not a setting")

func settingText(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case bool, json.Number:
		return fmt.Sprint(v), nil
	case []any:
		texts := make([]string, len(v))
		for i, item := range v {
			text, ok := item.(string)
			if !ok {
				return "", errSetting
			}
			texts[i] = text
		}
		return strings.Join(texts, ","), nil
	}
	return "", errSetting
}

func settingsFromLines(file string, data []byte) (map[string]string, error) {
	settings := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, setup.Wrong(fmt.Sprintf("Line %d of %s is not of the form NAME=VALUE.", n, file), nil)
		}
		value = strings.TrimSpace(value)
		if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
			value = value[1 : len(value)-1]
		}
		settings[flagName(strings.TrimSpace(name))] = value
	}
	return settings, lines.Err()
}

// flagName takes a setting as a flag is written or as its environment variable.
func flagName(name string) string {
	name = strings.TrimPrefix(strings.ToLower(name), "chancery_")
	return strings.ReplaceAll(strings.TrimPrefix(name, "--"), "_", "-")
}

// onlyKnown refuses misspelt settings. A file may serve several commands, so the
// flags of all of them are known.
func onlyKnown(file string, settings map[string]string, model *kong.Application) error {
	var known []string
	_ = kong.Visit(model, func(node kong.Visitable, next kong.Next) error { // our function never fails
		if flag, ok := node.(*kong.Flag); ok && flag.Name != "help" && flag.Name != "config" && !slices.Contains(known, flag.Name) {
			known = append(known, flag.Name)
		}
		return next(nil)
	})
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if !slices.Contains(known, name) {
			return setup.Wrong(fmt.Sprintf("There is no setting %q, which %s holds; %s", name, file, meant(name, known)), nil)
		}
	}
	return nil
}
