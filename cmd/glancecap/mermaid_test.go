package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mermaidParser finds node and the npm package mermaid, or skips: in the folder
// that NODE_MODULES names, in node_modules beside the project's root, or where
// `npm install --global` puts it.
func mermaidParser(t *testing.T) (node, module string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the diagrams are not parsed")
	}
	folders := []string{os.Getenv("NODE_MODULES"), "../../node_modules"}
	if root, err := exec.Command("npm", "root", "--global").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(root)))
	}
	for _, folder := range folders {
		path, err := filepath.Abs(filepath.Join(folder, "mermaid/dist/mermaid.core.mjs"))
		if _, missing := os.Stat(path); folder != "" && err == nil && missing == nil {
			return node, path
		}
	}
	t.Skip("the npm package mermaid is not installed (npm install --global mermaid): the diagrams are not parsed")
	return "", ""
}

// parsing reads names of files from its arguments and says of each what mermaid
// says.
const parsing = `
import { readFileSync } from "node:fs";
const mermaid = (await import(process.argv[1])).default, told = {};
for (const file of process.argv.slice(2)) {
  try {
    told[file] = (await mermaid.parse(readFileSync(file, "utf8"))).diagramType;
  } catch (e) {
    told[file] = String(e.message);
  }
}
console.log(JSON.stringify(told));`

// TestMermaidParsesEveryDiagram gives mermaid itself the diagrams of the recorded
// captures and of harmful ones.
func TestMermaidParsesEveryDiagram(t *testing.T) {
	node, module := mermaidParser(t)
	captures := append(withImages(t), planted(t))
	for _, hostile := range []string{"escape-injection", "http-control-chars", "http-target-odd"} {
		if path := "../../../shared/captures/hostile/" + hostile + ".pcap"; !noSuchFile(path) {
			captures = append(captures, path)
		}
	}
	dir := t.TempDir()
	args, of := []string{"--input-type=module", "--eval", parsing, module}, make(map[string]string)
	for n, capture := range captures {
		var out, said bytes.Buffer
		p := &program{out: &out, err: &said}
		if s := p.run([]string{"timeline", "--format", "mermaid", capture}); s != statusDone {
			t.Fatalf("%s: status %d, %s", capture, s, said.String())
		}
		file := filepath.Join(dir, string(rune('a'+n))+".mmd")
		if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		args, of[file] = append(args, file), capture
	}
	broken := filepath.Join(dir, "broken.mmd")
	if err := os.WriteFile(broken, []byte("sequenceDiagram\n    A-->>>\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, append(args, broken)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	told := make(map[string]string)
	if err != nil || json.Unmarshal(out, &told) != nil {
		t.Fatalf("%v: %s%s", err, out, said.String())
	}
	for file, capture := range of {
		if told[file] != "sequence" {
			t.Errorf("%s: %s", capture, told[file])
		}
	}
	if told[broken] == "sequence" {
		t.Error("mermaid takes what is no diagram: it does not parse at all")
	}
}

// withImages lists the recorded captures that tell of an image: the fixtures and,
// where they are beside the project, the others.
func withImages(t *testing.T) []string {
	t.Helper()
	var captures []string
	for _, pattern := range []string{"../../fixtures/*/*.pcap*", "../../../shared/captures/*/capture.pcap"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		captures = append(captures, found...)
	}
	if len(captures) == 0 {
		t.Fatal("no fixtures")
	}
	return captures
}
