package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

// violations lists where a value is not what a schema allows: the part of JSON
// Schema that Schema writes.
func violations(schema, root map[string]any, value any, path string) []string {
	if ref, ok := schema["$ref"].(string); ok {
		return violations(root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), root, value, path)
	}
	if several, ok := schema["anyOf"].([]any); ok {
		var all []string
		for _, one := range several {
			found := violations(one.(map[string]any), root, value, path)
			if len(found) == 0 {
				return nil
			}
			all = append(all, found...)
		}
		return all
	}
	if !allows(schema["type"], value) {
		return []string{fmt.Sprintf("%s is %v, allowed %v", path, value, schema["type"])}
	}
	var found []string
	switch v := value.(type) {
	case []any:
		items, _ := schema["items"].(map[string]any)
		for n, x := range v {
			found = append(found, violations(items, root, x, fmt.Sprintf("%s[%d]", path, n))...)
		}
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		for _, name := range asStrings(schema["required"]) {
			if _, ok := v[name]; !ok {
				found = append(found, path+"."+name+" is missing")
			}
		}
		for name, x := range v {
			if p, ok := properties[name].(map[string]any); ok {
				found = append(found, violations(p, root, x, path+"."+name)...)
			} else if properties != nil {
				found = append(found, path+"."+name+" is not in the schema")
			}
		}
	}
	return found
}

func asStrings(v any) []string {
	list, _ := v.([]any)
	var names []string
	for _, x := range list {
		names = append(names, x.(string))
	}
	return names
}

// allows tells whether a value is of one of the types.
func allows(types, value any) bool {
	var names []string
	switch t := types.(type) {
	case nil:
		return true
	case string:
		names = []string{t}
	default:
		names = asStrings(t)
	}
	switch v := value.(type) {
	case nil:
		return slices.Contains(names, "null")
	case bool:
		return slices.Contains(names, "boolean")
	case string:
		return slices.Contains(names, "string")
	case []any:
		return slices.Contains(names, "array")
	case map[string]any:
		return slices.Contains(names, "object")
	case float64:
		return slices.Contains(names, "number") || slices.Contains(names, "integer") && v == float64(int64(v))
	}
	return false
}

func schemaOf(t *testing.T, name string) map[string]any {
	t.Helper()
	var b bytes.Buffer
	if err := Schema(&b, name); err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(b.Bytes(), &schema); err != nil {
		t.Fatalf("the schema of %s is no JSON: %v", name, err)
	}
	return schema
}

func TestWhatIsPrintedIsWhatTheSchemaSays(t *testing.T) {
	var timeline, about, line, statements, comparison bytes.Buffer
	if err := JSON(&timeline, failed()); err != nil {
		t.Fatal(err)
	}
	if err := InfoJSON(&about, surveyed()); err != nil {
		t.Fatal(err)
	}
	if err := DigestJSON(&statements, digested("x")); err != nil {
		t.Fatal(err)
	}
	if err := ComparisonJSON(&comparison, comparedStories("x")); err != nil {
		t.Fatal(err)
	}
	NewLines(&line).Write(&record.MySQL{Result: &record.Result{}, HasParams: true, Params: []record.Value{{Kind: record.ValueNumber, Text: "1"}}})
	for name, printed := range map[string]*bytes.Buffer{"timeline": &timeline, "info": &about, "records": &line, "statements": &statements, "comparison": &comparison} {
		var value any
		if err := json.Unmarshal(printed.Bytes(), &value); err != nil {
			t.Fatal(err)
		}
		schema := schemaOf(t, name)
		if found := violations(schema, schema, value, name); len(found) > 0 {
			t.Errorf("%s: %s", name, strings.Join(found, "\n"))
		}
	}
}

func TestTheSchemaRefusesWhatIsNotPrinted(t *testing.T) {
	schema := schemaOf(t, "timeline")
	if found := violations(schema, schema, map[string]any{"schema": 1.0}, "timeline"); len(found) < 5 {
		t.Errorf("only %v is found wrong in an object that holds nothing", found)
	}
}
