package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// surveyedFile is what `info` says of a file and capinfos does too.
type surveyedFile struct {
	Format     string
	LinkTypes  []string `json:"link_types"`
	Packets    int64
	Size       int64
	DataBytes  int64 `json:"data_bytes"`
	CutPackets int64 `json:"cut_packets"`
	Snaplen    int64
	First      string
	Last       string
	Seconds    float64
	InOrder    bool `json:"in_order"`
	SHA256     string
}

// capinfosOf gives capinfos's machine-readable table of a file, by its headings;
// nil where it cannot read the file.
func capinfosOf(path string) map[string]string {
	c := exec.Command("capinfos", "-M", "-T", "-m", path)
	c.Env = append(os.Environ(), "TZ=UTC")
	out, err := c.Output()
	if err != nil {
		return nil
	}
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 2 {
		return nil
	}
	table := make(map[string]string)
	for i, heading := range rows[0] {
		table[heading] = rows[1][i]
	}
	return table
}

func TestInfoAgreesWithCapinfos(t *testing.T) {
	if _, err := exec.LookPath("capinfos"); err != nil {
		t.Skip("skipped: capinfos is not installed")
	}
	list := captures(t)
	for _, kind := range []string{"mysql-modes", "third-party", "overlap"} {
		more, _ := filepath.Glob("../../../shared/captures/" + kind + "/*.pcap*")
		list = append(list, more...)
	}
	compared := 0
	for _, path := range list {
		table := capinfosOf(path)
		var out, said bytes.Buffer
		p := &program{in: strings.NewReader(""), out: &out, err: &said}
		if s := p.run([]string{"info", "--hash", "--format", "json", path}); s != statusDone || table == nil {
			continue // what one of them calls damaged is compared elsewhere
		}
		var survey struct{ Captures []surveyedFile }
		if err := json.Unmarshal(out.Bytes(), &survey); err != nil {
			t.Fatal(err)
		}
		compared++
		for _, wrong := range unlike(&survey.Captures[0], table) {
			t.Errorf("%s: %s", path, wrong)
		}
	}
	t.Logf("%d captures compared", compared)
	if compared < 2 {
		t.Error("hardly anything was compared")
	}
}

// unlike lists where info and capinfos differ.
func unlike(f *surveyedFile, table map[string]string) (wrong []string) {
	same := func(heading, got string) {
		if want := table[heading]; got != want && want != "n/a" && want != "Unknown" {
			wrong = append(wrong, fmt.Sprintf("%s is %s, capinfos says %s", heading, got, want))
		}
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	same("Number of packets", number(f.Packets))
	same("File size (bytes)", number(f.Size))
	same("Data size (bytes)", number(f.DataBytes))
	same("SHA256", f.SHA256)
	if kind := table["File type"]; strings.HasPrefix(kind, "pcapng") != (f.Format == "pcapng") {
		wrong = append(wrong, fmt.Sprintf("the format is %s, capinfos says %s", f.Format, kind))
	}
	if limit := table["Packet size limit"]; limit != "(not set)" && f.Format == "pcap" {
		same("Packet size limit", number(f.Snaplen))
	}
	if f.Packets == 0 {
		return wrong
	}
	same("Strict time order", strings.ToUpper(strconv.FormatBool(f.InOrder)[:1])+strconv.FormatBool(f.InOrder)[1:])
	for heading, got := range map[string]string{"Start time": f.First, "End time": f.Last} {
		want := table[heading]
		got = strings.TrimSuffix(strings.Replace(got, "T", " ", 1), "Z")
		if want != "n/a" && !strings.HasPrefix(got, want) {
			wrong = append(wrong, fmt.Sprintf("%s is %s, capinfos says %s", heading, got, want))
		}
	}
	if d, err := strconv.ParseFloat(table["Capture duration (seconds)"], 64); err == nil && (f.Seconds-d > 1e-6 || d-f.Seconds > 1e-6) {
		wrong = append(wrong, fmt.Sprintf("the duration is %v s, capinfos says %v s", f.Seconds, d))
	}
	if (table["File encapsulation"] == "per-packet") != (len(f.LinkTypes) > 1) && table["File encapsulation"] != "" {
		wrong = append(wrong, fmt.Sprintf("the link types are %v, capinfos says %s", f.LinkTypes, table["File encapsulation"]))
	}
	return wrong
}
