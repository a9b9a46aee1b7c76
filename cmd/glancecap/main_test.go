package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"glancecap": main})
}

// TestTheProgramDoesWhatItsScriptsSay runs the files of testdata/script, one
// topic each.
func TestTheProgramDoesWhatItsScriptsSay(t *testing.T) {
	fixtures, err := filepath.Abs("../../fixtures")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("FIXTURES", fixtures)
			return writeCaptures(e.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status0to255, "mode": mode, "tmpfs": tmpfs},
		Condition: func(name string) (bool, error) {
			if name == "mounts" {
				return os.Geteuid() == 0 && mountable(), nil
			}
			return false, fmt.Errorf("there is no condition %q", name)
		},
	})
}

// status0to255 runs a command and expects its exit status: status 3 glancecap x.
func status0to255(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command...")
	}
	want, got := args[0], "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		got = exitStatus(err)
	}
	if got != want {
		ts.Fatalf("%v exits with status %s, want %s", args[1:], got, want)
	}
}

// mountable tells whether a tmpfs can be mounted here.
func mountable() bool {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return false
	}
	defer os.Remove(dir)
	if exec.Command("mount", "-t", "tmpfs", "tmpfs", dir).Run() != nil {
		return false
	}
	return exec.Command("umount", dir).Run() == nil
}

// tmpfs mounts a small file system for the rest of a script: tmpfs DIR OPTIONS.
func tmpfs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tmpfs DIR OPTIONS")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.Mkdir(dir, 0o755))
	ts.Check(exec.Command("mount", "-t", "tmpfs", "-o", args[1], "tmpfs", dir).Run())
	ts.Defer(func() { exec.Command("umount", dir).Run() })
}

// mode expects a file's permission bits: mode 600 x.json.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode OCTAL file")
	}
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := permissions(info); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}
