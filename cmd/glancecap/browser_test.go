package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// browser is a headless Chromium, spoken to in the DevTools protocol over two
// pipes: JSON messages, each closed by a NUL
// (https://chromedevtools.github.io/devtools-protocol/).
type browser struct {
	t       *testing.T
	to      io.Writer
	from    *bufio.Reader
	session string
	last    int
	// asked are the addresses that the page asked for, said what it wrote to
	// the console, threw, or was refused.
	asked, said []string
	loaded      bool
}

// message is what the browser says.
type message struct {
	ID     int
	Method string
	Params struct {
		Request struct{ URL string }
		Type    string
		Args    []struct{ Value any }
		Entry   struct{ Level, Text string }
		Message string

		ExceptionDetails struct{ Text string }
	}
	Result struct {
		TargetID  string
		SessionID string
		Result    struct{ Value any }
		Metrics   []struct {
			Name  string
			Value float64
		}

		ExceptionDetails *struct{ Text string }
	}
	Error *struct{ Message string }
}

// browse starts Chromium, or skips.
func browse(t *testing.T) *browser {
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed: the page is not tried in a browser")
	}
	in, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.MkdirTemp("", "glancecap-browser-")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--no-first-run", "--disable-dev-shm-usage", "--window-size=1280,1200", "--user-data-dir="+profile, "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{in, out}
	if err := cmd.Start(); err != nil {
		t.Skipf("chromium does not start: %v", err)
	}
	in.Close()
	out.Close()
	from.SetReadDeadline(time.Now().Add(5 * time.Minute))
	t.Cleanup(func() {
		// Chromium ends where its pipe does. Its helpers may write a little
		// longer: what they leave behind is no failure of the page.
		to.Close()
		from.Close()
		cmd.Wait()
		os.RemoveAll(profile)
	})
	b := &browser{t: t, to: to, from: bufio.NewReader(from)}
	target := b.call("Target.createTarget", map[string]any{"url": "about:blank"}).Result.TargetID
	b.session = b.call("Target.attachToTarget", map[string]any{"targetId": target, "flatten": true}).Result.SessionID
	for _, domain := range []string{"Page", "Runtime", "Network", "Log"} {
		b.call(domain+".enable", nil)
	}
	return b
}

// call gives an order and waits for its answer.
func (b *browser) call(method string, params map[string]any) message {
	b.t.Helper()
	b.last++
	order := map[string]any{"id": b.last, "method": method, "params": params}
	if b.session != "" {
		order["sessionId"] = b.session
	}
	if params == nil {
		delete(order, "params")
	}
	text, err := json.Marshal(order)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	for {
		if m := b.hear(); m.ID == b.last {
			if m.Error != nil {
				b.t.Fatalf("%s: %s", method, m.Error.Message)
			}
			return m
		}
	}
}

// hear takes the next message, and notes what it says of the page.
func (b *browser) hear() message {
	b.t.Helper()
	text, err := b.from.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("chromium says no more: %v", err)
	}
	var m message
	if err := json.Unmarshal(bytes.TrimRight(text, "\x00"), &m); err != nil {
		return message{} // a message of another form, about nothing that is asked here
	}
	p := m.Params
	switch m.Method {
	case "Network.requestWillBeSent":
		b.asked = append(b.asked, p.Request.URL)
	case "Runtime.consoleAPICalled":
		b.said = append(b.said, fmt.Sprint("console: ", p.Args))
	case "Runtime.exceptionThrown":
		b.said = append(b.said, "thrown: "+p.ExceptionDetails.Text)
	case "Log.entryAdded":
		b.said = append(b.said, p.Entry.Level+": "+p.Entry.Text)
	case "Page.javascriptDialogOpening":
		b.said = append(b.said, "dialog: "+p.Message)
	case "Page.loadEventFired":
		b.loaded = true
	}
	return m
}

// open loads a page and waits until it is there.
func (b *browser) open(path string) {
	b.t.Helper()
	b.asked, b.said, b.loaded = nil, nil, false
	b.call("Page.navigate", map[string]any{"url": (&url.URL{Scheme: "file", Path: path}).String()})
	for !b.loaded {
		b.hear()
	}
}

// eval gives the value of an expression in the page.
func (b *browser) eval(expression string) any {
	b.t.Helper()
	m := b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true})
	if m.Result.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, m.Result.ExceptionDetails.Text)
	}
	return m.Result.Result.Value
}

// expect holds an expression to a value.
func (b *browser) expect(expression string, want any) {
	b.t.Helper()
	if got := b.eval(expression); got != want {
		b.t.Errorf("%s is %v, want %v", expression, got, want)
	}
}

// mouse gives an event of the mouse at the middle of an element.
func (b *browser) mouse(selector string, events ...map[string]any) {
	b.t.Helper()
	at, _ := b.eval(fmt.Sprintf(`(e => { e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })(document.querySelector(%q))`, selector)).([]any)
	if len(at) != 2 {
		b.t.Fatalf("%s is not on the page", selector)
	}
	for _, e := range events {
		e["x"], e["y"] = at[0], at[1]
		b.call("Input.dispatchMouseEvent", e)
	}
	b.painted()
}

// painted waits until the page was painted twice.
func (b *browser) painted() {
	b.t.Helper()
	b.eval("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")
}

// click clicks the middle of an element.
func (b *browser) click(selector string) {
	b.t.Helper()
	b.mouse(selector, map[string]any{"type": "mousePressed", "button": "left", "buttons": 1, "clickCount": 1},
		map[string]any{"type": "mouseReleased", "button": "left", "buttons": 0, "clickCount": 1})
}

// key presses a key and lets it go.
func (b *browser) key(name string) {
	b.t.Helper()
	press := map[string]any{"type": "keyDown", "key": name}
	switch {
	case len(name) == 1:
		press["text"] = name
	case name == "Enter":
		press["text"], press["windowsVirtualKeyCode"] = "\r", 13
	}
	b.call("Input.dispatchKeyEvent", press)
	b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": name})
	b.painted()
}

// pageOf writes the HTML report of a capture to a file.
func pageOf(t *testing.T, capture string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	var out bytes.Buffer
	p := &program{out: &out, err: &out}
	if s := p.run([]string{"timeline", "--format", "html", "--quiet", "-w", path, capture}); s != statusDone {
		t.Fatalf("status %d, %s", s, out.String())
	}
	return path
}

// quiet holds a page to asking nobody and complaining of nothing.
func (b *browser) quiet() {
	b.t.Helper()
	for _, address := range b.asked {
		if !strings.HasPrefix(address, "file:///") || !strings.HasSuffix(address, "/page.html") {
			b.t.Errorf("the page asks for %s", address)
		}
	}
	for _, line := range b.said {
		b.t.Errorf("the page says %s", line)
	}
}
