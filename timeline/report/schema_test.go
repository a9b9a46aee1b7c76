package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"glancecap/decoder/record"
	"glancecap/fixtures/jsonschema"
)

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
	NewLines(&line, false).Write(&record.MySQL{Common: record.Common{Type: record.TypeMySQL}, Result: &record.Result{}, HasParams: true, Params: []record.Value{{Kind: record.ValueNumber, Text: "1"}}})
	for name, printed := range map[string]*bytes.Buffer{"timeline": &timeline, "info": &about, "records": &line, "statements": &statements, "comparison": &comparison} {
		var value any
		if err := json.Unmarshal(printed.Bytes(), &value); err != nil {
			t.Fatal(err)
		}
		schema := schemaOf(t, name)
		if found := jsonschema.Violations(schema, value, name); len(found) > 0 {
			t.Errorf("%s: %s", name, strings.Join(found, "\n"))
		}
	}
}

func TestTheSchemaRefusesWhatIsNotPrinted(t *testing.T) {
	schema := schemaOf(t, "timeline")
	if found := jsonschema.Violations(schema, map[string]any{"schema": 1.0}, "timeline"); len(found) < 5 {
		t.Errorf("only %v is found wrong in an object that holds nothing", found)
	}
}
