package main

import (
	"fmt"
	"os"
	"testing"
)

func TestThePageCanBeZoomedPinnedSearchedAndSwitched(t *testing.T) {
	b := browse(t)
	b.open(pageOf(t, "../../fixtures/upload-one/capture.pcap.zst"))
	const put = `document.querySelector(".c-glance[href='#c9'] .call")`
	b.expect(put+`.getAttribute("height")`, "8")
	before, _ := b.eval(`+` + put + `.getAttribute("width")`).(float64)

	b.mouse(".c-glance[href='#c9'] .call", map[string]any{"type": "mouseMoved"})
	b.expect(`document.querySelector("#tip").hidden`, false)
	b.expect(`document.querySelector("#tip").textContent.includes("client → glance: PUT …/file")`, true)

	b.mouse(".c-glance[href='#c9'] .call", map[string]any{"type": "mouseWheel", "deltaX": 0, "deltaY": -120})
	if after, _ := b.eval(`+` + put + `.getAttribute("width")`).(float64); after <= before*1.2 {
		t.Errorf("the wheel makes a bar %.0f wide that was %.0f", after, before)
	}
	b.eval(`document.querySelector(".lanes").focus()`)
	b.key("0")
	b.expect(`+`+put+`.getAttribute("width")`, before)

	b.expect(`document.querySelector("#pin").hidden`, true)
	b.click(".c-glance[href='#c9'] .call")
	b.expect(`document.querySelector("#pin").hidden`, false)
	b.expect(`document.querySelector("#pinned").textContent.includes(document.querySelector("#c9 .req").textContent)`, true)
	b.expect(`document.querySelector("#pinned pre").textContent.startsWith("curl -i -X PUT")`, true)

	shown := `[...document.querySelectorAll(".statements tbody tr")].filter(e => e.checkVisibility()).length`
	some, _ := b.eval(shown).(float64)
	// Rows get their places as they come into view, so that a mouse may miss
	// what moves; the switch itself is what is asked about.
	b.eval(`document.querySelector("#hk").click()`)
	b.painted()
	if all, _ := b.eval(shown).(float64); some == 0 || all <= some {
		t.Errorf("the switch shows %v statements where %v were shown", all, some)
	}
	b.eval(`document.querySelector("#search").focus()`)
	b.call("Input.insertText", map[string]any{"text": "put manifest-of-nobody"})
	b.eval(`new Promise(done => setTimeout(done, 200))`)
	b.expect(`document.querySelector("#found").textContent.startsWith("0 of")`, true)
	b.expect(shown, 0.0)

	colour := func(theme string) any {
		return b.eval(fmt.Sprintf(`(e => { e.value = %q; e.dispatchEvent(new Event("change")); return getComputedStyle(document.body).backgroundColor; })(document.querySelector("#theme"))`, theme))
	}
	if light, dark := colour("light"), colour("dark"); dark == light {
		t.Errorf("light and dark are both %v", dark)
	}
	b.quiet()
}

func TestThePageStandsWithoutItsScript(t *testing.T) {
	b := browse(t)
	b.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.open(pageOf(t, "../../fixtures/founding/founding.pcap"))
	b.expect(`document.documentElement.classList.contains("scripted")`, false)
	b.expect(`document.querySelectorAll(".call").length > 10 && document.querySelectorAll(".calls tbody tr").length > 10`, true)
	b.expect(`getComputedStyle(document.querySelector("#search")).display !== "none" && document.querySelector("#search").checkVisibility()`, false)
	b.quiet()
}

func TestNoNameOfAStrangerRunsInThePage(t *testing.T) {
	const capture = "../../../shared/captures/hostile/escape-injection.pcap"
	if _, err := os.Stat(capture); err != nil {
		t.Skip("no hostile captures beside the project: " + err.Error())
	}
	b := browse(t)
	b.open(pageOf(t, capture))
	b.expect(`document.querySelectorAll("script").length`, 1.0)
	b.expect(`document.querySelectorAll("img, iframe, object, embed, link, form, base, a[href]:not([href^='#'])").length`, 0.0)
	b.expect(`[...document.querySelectorAll("*")].flatMap(e => e.getAttributeNames()).filter(n => n.startsWith("on")).length`, 0.0)
	b.expect(`document.querySelectorAll("table.images tbody tr").length > 10`, true)
	b.quiet()
}

// copied has the page keep what it would put on the clipboard, which a browser
// without a window has not.
const copied = `Object.defineProperty(navigator, "clipboard", {value: {writeText: text => { window.copied = text; return Promise.resolve(); }}})`

func TestACallIsCopiedAsCurlAndAsAFilterForWireshark(t *testing.T) {
	b := browse(t)
	b.open(pageOf(t, "../../fixtures/upload-failed/capture.pcapng.zst"))
	b.eval(copied)
	// In its row, which has to be unfolded, and in the pinned details.
	b.expect(`document.querySelectorAll(".calls button.copy").length`, 0.0)
	b.eval(`document.querySelector("#c3 details").open = true`)
	b.painted()
	for what, want := range map[string]string{
		"curl":   `curl -i -X PUT -H "X-Auth-Token: $OS_TOKEN" -H 'Content-Type: application/octet-stream' -T image.raw 'http://172.16.0.19:9292/v2/images/2a020c9c-911f-40eb-a775-653fbac5df4b/file'`,
		"filter": `frame.number >= 57 && frame.number <= 249 && tcp.stream == 0`,
		"tshark": `tshark -r ../../fixtures/upload-failed/capture.pcapng.zst -Y 'frame.number >= 57 && frame.number <= 249 && tcp.stream == 0'`,
	} {
		for _, place := range []string{"#c3", "#pinned"} {
			if place == "#pinned" {
				b.click(".c-glance[href='#c3'] .call")
			}
			b.eval(fmt.Sprintf(`window.copied = "", document.querySelector('%s pre[data-copy="%s"] button').click()`, place, what))
			b.painted()
			if got := b.eval(`window.copied`); got != want {
				t.Errorf("%s of %s copies %v, want %s", what, place, got, want)
			}
			b.expect(fmt.Sprintf(`document.querySelector('%s pre[data-copy="%s"] button').textContent`, place, what), "copied")
		}
	}
	b.quiet()
}

// TestThePageIsUsedByKeysAlone goes by the keyboard: to the search and out of
// it, through a picture, to a call and its details, and away from them.
func TestThePageIsUsedByKeysAlone(t *testing.T) {
	b := browse(t)
	b.open(pageOf(t, "../../fixtures/upload-one/capture.pcap.zst"))
	b.key("/")
	b.expect(`document.activeElement.id`, "search")
	b.expect(`document.activeElement.value`, "")
	b.call("Input.insertText", map[string]any{"text": "images_properties"})
	b.key("Escape")
	b.expect(`document.activeElement.value`, "")

	const put = `document.querySelector(".c-glance[href='#c9'] .call")`
	at := func() float64 { x, _ := b.eval(`+` + put + `.getAttribute("x")`).(float64); return x }
	wide := func() float64 { x, _ := b.eval(`+` + put + `.getAttribute("width")`).(float64); return x }
	b.eval(`document.querySelector(".lanes").focus()`)
	before := wide()
	b.key("+")
	zoomed := wide()
	if zoomed < before*1.2 {
		t.Errorf("+ makes a bar %.1f wide that was %.1f", zoomed, before)
	}
	left := at()
	b.key("ArrowLeft")
	if at() <= left {
		t.Errorf("the left arrow moves a bar from %.1f to %.1f", left, at())
	}
	b.key("-")
	if wide() >= zoomed {
		t.Errorf("- leaves a bar %.1f wide", wide())
	}

	b.eval(`document.querySelector(".c-glance[href='#c9']").focus()`)
	b.key("Enter")
	b.expect(`document.querySelector("#pin").hidden`, false)
	b.expect(`document.querySelector("#pinned h3").textContent`, "c9")
	b.key("Escape")
	b.expect(`document.querySelector("#pin").hidden`, true)
	b.quiet()
}

func TestEverythingOnThePageHasAName(t *testing.T) {
	b := browse(t)
	b.open(pageOf(t, "../../fixtures/upload-one/capture.pcap.zst"))
	b.expect(`document.documentElement.lang`, "en")
	b.expect(`document.querySelectorAll("h1").length`, 1.0)
	b.expect(`document.querySelectorAll("main, header, footer, nav[aria-label]").length`, 4.0)
	for what, nameless := range map[string]string{
		"a control": `[...document.querySelectorAll("button, input, select, summary")].filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels && e.labels.length))`,
		"a picture": `[...document.querySelectorAll("svg")].filter(e => !e.closest("[aria-hidden], [role=group]"))`,
		"a section": `[...document.querySelectorAll("section")].filter(e => !document.getElementById(e.getAttribute("aria-labelledby")))`,
		"a heading": `[...document.querySelectorAll("th")].filter(e => !e.scope || !e.textContent.trim())`,
		"a group":   `[...document.querySelectorAll("[role=group], aside")].filter(e => !e.getAttribute("aria-label"))`,
		"a link":    `[...document.querySelectorAll("a")].filter(e => !(e.textContent.trim() || e.querySelector("title")) || !document.getElementById(decodeURIComponent(e.getAttribute("href").slice(1))))`,
	} {
		if n := b.eval(nameless + ".length"); n != 0.0 {
			t.Errorf("%s has no name, or leads nowhere: %v times, first %v", what, n, b.eval(nameless+"[0].outerHTML"))
		}
	}
}

func TestOneImageOfSeveralIsShownAlone(t *testing.T) {
	const capture = "../../../shared/captures/failures/capture.pcap"
	if noSuchFile(capture) {
		t.Skip("no recorded failures beside the project")
	}
	b := browse(t)
	b.open(pageOf(t, capture))
	b.expect(`document.querySelectorAll("table.images tbody tr").length`, 13.0)
	shown := `[...document.querySelectorAll(".calls tbody tr")].filter(e => !e.hidden).length`
	all, _ := b.eval(shown).(float64)
	b.eval(`document.querySelector("[data-alone='3']").click()`)
	b.painted()
	only, _ := b.eval(shown).(float64)
	b.expect(`document.querySelector("[data-alone='3']").getAttribute("aria-pressed")`, "true")
	if only == 0 || only >= all/2 {
		t.Errorf("%v calls are shown of one image, of %v", only, all)
	}
	b.eval(`document.querySelector("[data-alone='3']").click()`)
	b.painted()
	b.expect(shown, all)
	// A link from the table opens what is folded.
	b.expect(`document.querySelector("#i0").open`, false)
	b.eval(`document.querySelector("#v0 a").click()`)
	b.eval(`new Promise(done => setTimeout(done, 100))`)
	b.expect(`document.querySelector("#i0").open`, true)
	b.quiet()
}
