package packet

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What tables does for layers, it must have done before layers begins.
func TestTheTablesOfLayersAreAdvisedBeforeTheyAreFilled(t *testing.T) {
	c := exec.Command(os.Args[0], "-test.run=^$")
	c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	trace := string(out)
	advised, filled := strings.Index(trace, "init glancecap/decoder/packet/tables "), strings.Index(trace, "init github.com/google/gopacket/layers ")
	if advised < 0 || filled < advised {
		t.Errorf("tables at %d, layers at %d of\n%s", advised, filled, trace)
	}
}
