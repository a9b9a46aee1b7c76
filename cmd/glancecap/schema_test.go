package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"glancecap/fixtures/jsonschema"
)

// printedSchema is what `glancecap schema` prints.
func printedSchema(t *testing.T, name string) (schema map[string]any) {
	t.Helper()
	if err := json.Unmarshal(ran(t, nil, "schema", name), &schema); err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestEveryLineOfRecordsIsWhatTheSchemaSays(t *testing.T) {
	schema := printedSchema(t, "records")
	list := captures(t)
	if !testing.Short() {
		modes, _ := filepath.Glob("../../../shared/captures/mysql-modes/*.pcap*")
		list = append(list, modes...)
	}
	kinds := make(map[string]int)
	for _, capture := range list {
		for _, args := range [][]string{{"--for", "timeline"}, {"--rows", "--bodies"}, {"--type", "stream"}} {
			if strings.Contains(capture, "large") {
				continue // the same kinds of lines, thousands of times
			}
			for line := range strings.Lines(string(ran(t, nil, append(append([]string{"records", "-q"}, args...), capture)...))) {
				var value map[string]any
				if err := json.Unmarshal([]byte(line), &value); err != nil {
					t.Fatalf("%s: %v: %s", capture, err, line)
				}
				kind, _ := value["type"].(string)
				if kinds[kind]++; len(only(schema, kind)) == 0 {
					t.Fatalf("%s: the schema knows no line of type %q", capture, kind)
				}
				one := map[string]any{"$defs": schema["$defs"], "anyOf": only(schema, kind)}
				if found := jsonschema.Violations(one, value, kind); len(found) > 0 {
					t.Fatalf("%s, %v: %s\n%.500s", capture, args, strings.Join(found, "\n"), line)
				}
			}
		}
	}
	for _, kind := range []string{"run", "capture", "connection", "books", "http", "mysql", "mysql.login", "stream"} {
		if kinds[kind] == 0 {
			t.Errorf("no line of type %s was looked at", kind)
		}
	}
}

// only gives what a schema of lines says of those of a type.
func only(schema map[string]any, kind string) (list []any) {
	for _, one := range schema["anyOf"].([]any) {
		if one.(map[string]any)["properties"].(map[string]any)["type"].(map[string]any)["const"] == kind {
			list = append(list, one)
		}
	}
	return list
}

func TestEveryStoryAndSurveyIsWhatTheSchemaSays(t *testing.T) {
	for name, command := range map[string]string{"timeline": "timeline", "info": "info"} {
		schema := printedSchema(t, name)
		for _, capture := range captures(t) {
			var value map[string]any
			if err := json.Unmarshal(ran(t, nil, command, "--format", "json", capture), &value); err != nil {
				t.Fatal(err)
			}
			if found := jsonschema.Violations(schema, value, name); len(found) > 0 {
				t.Errorf("%s of %s: %s", name, capture, strings.Join(found[:min(len(found), 10)], "\n"))
			}
		}
	}
}
