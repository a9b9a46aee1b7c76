package mysql_test

import (
	"context"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
)

// commandsOn decodes a capture in which MySQL is spoken on these ports.
func commandsOn(t *testing.T, path string, ports ...uint16) []*record.MySQL {
	t.Helper()
	var found []*record.MySQL
	o := decoder.Options{
		Bounds: bounds.Default(), After: record.NoTime, Before: record.NoTime, ShowSecrets: true,
		Ports: make(map[uint16]string), KeepRows: func(string, string) bool { return true },
	}
	for _, port := range ports {
		o.Ports[port] = decoder.MySQL
	}
	err := decoder.Run(context.Background(), []string{path}, o, func(r record.Record) {
		if m, ok := r.(*record.MySQL); ok {
			found = append(found, m)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
