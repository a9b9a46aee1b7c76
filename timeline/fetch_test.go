package timeline

import (
	"fmt"
	"strings"
	"testing"

	"glancecap/timeline/story"
)

const webURL = "http://172.16.0.10/missing.raw"

// webEnds are a web server and the connection on which Glance fetches.
const webEnds = "web = 172.16.0.10:80\nfetcher = 172.16.0.19:46000\nstranger = 172.16.0.77:46000"

// ordersDownload orders an import by web-download of an image.
func ordersDownload(url string) string {
	return request("client", "glance", "POST /v2/images/"+id+"/import", `{"method": {"name": "web-download", "uri": "`+url+`"}}`, "Host: x", jsonType) +
		response("client", "glance", "202 Accepted", "", req+"2") +
		saved("worker", "queued", "importing", matchedOne) + commit("worker")
}

// fetches is an exchange with the web server.
func fetches(who, target, status string, headers ...string) string {
	return request(who, "web", "GET "+target, "", "Host: 172.16.0.10") + response(who, "web", status, "", headers...)
}

// downloading tells an image of which an import by web-download falls back to
// queued, with what was said meanwhile.
func downloading(t *testing.T, url string, meanwhile ...string) *story.Story {
	t.Helper()
	lines := then([]string{webEnds, login("worker"), created(), inserted("worker"), commit("worker"), ordersDownload(url)}, meanwhile...)
	return tell(t, then(lines, saved("worker", "importing", "queued", matchedOne), commit("worker"))...)
}

const fetcherConnects = "fetcher --> web connect"

func TestAWebServersRefusalIsTheCauseOfAnImportThatFailed(t *testing.T) {
	s := downloading(t, webURL, fetcherConnects, fetches("fetcher", "/missing.raw", "404 Not Found"))
	d := says(t, s, "import_failed", "error", "the web server 172.16.0.10:80 answered 404 Not Found to GET "+webURL)
	if len(s.Fetched) != 1 || d.Cause == nil || d.Cause.From != "172.16.0.10:80" || d.Cause.Frame != s.Fetched[0].LastFrame || d.Frames[0] != d.Cause.Frame || d.Cause.RequestID == "" {
		t.Errorf("cause %+v, frames %v, fetched %+v", d.Cause, d.Frames, s.Fetched)
	}
	if got := codes(s); got != "import_failed" {
		t.Errorf("diagnoses %q", got)
	}
	silentWeb := downloading(t, webURL, fetcherConnects, request("fetcher", "web", "GET /missing.raw", "", "Host: 172.16.0.10"))
	says(t, silentWeb, "import_failed", "error", "gave no answer to GET "+webURL)
}

func TestAFetchThatIsNotTheImportsOrWentWellIsNoCause(t *testing.T) {
	for name, meanwhile := range map[string][]string{
		"it was answered 200":     {fetcherConnects, fetches("fetcher", "/missing.raw", "200 OK")},
		"another host fetched it": {"stranger --> web connect", fetches("stranger", "/missing.raw", "404 Not Found")},
		"it is another URL":       {fetcherConnects, fetches("fetcher", "/other.raw", "404 Not Found")},
		"its query is another":    {fetcherConnects, fetches("fetcher", "/missing.raw?v=2", "404 Not Found")},
		"two answers differ":      {fetcherConnects, fetches("fetcher", "/missing.raw", "404 Not Found"), fetches("fetcher", "/missing.raw", "200 OK")},
	} {
		d := says(t, downloading(t, webURL, meanwhile...), "import_failed", "error", "the task behind the import failed")
		if strings.Contains(d.Text, "web server") {
			t.Errorf("%s: %s", name, d.Text)
		}
	}
	before := tell(t, webEnds, fetcherConnects, fetches("fetcher", "/missing.raw", "404 Not Found"), login("worker"), created(), inserted("worker"), commit("worker"),
		ordersDownload(webURL), saved("worker", "importing", "queued", matchedOne), commit("worker"))
	if d := says(t, before, "import_failed", "error"); strings.Contains(d.Text, "web server") {
		t.Errorf("it was fetched before the import: %s", d.Text)
	}
}

func TestAFetchIsFollowedToWhereItIsSent(t *testing.T) {
	moved := fetches("fetcher", "/missing.raw", "302 Found", "Location: /new/place.raw")
	s := downloading(t, webURL, fetcherConnects, moved, fetches("fetcher", "/new/place.raw", "403 Forbidden"))
	says(t, s, "import_failed", "error", "answered 403 Forbidden to GET http://172.16.0.10/new/place.raw")
	s = downloading(t, webURL, fetcherConnects, moved, fetches("fetcher", "/new/place.raw", "200 OK"))
	if d := says(t, s, "import_failed", "error"); strings.Contains(d.Text, "web server") {
		t.Errorf("the second answer was 200: %s", d.Text)
	}
	away := fetches("fetcher", "/missing.raw", "302 Found", "Location: https://elsewhere/x.raw")
	if d := says(t, downloading(t, webURL, fetcherConnects, away), "import_failed", "error"); strings.Contains(d.Text, "web server") {
		t.Errorf("what came behind TLS is not known: %s", d.Text)
	}
}

func TestAURLIsTheSameHoweverItIsWrittenAndShowsNoSecret(t *testing.T) {
	s := downloading(t, "http://user:secret@172.16.0.10:80/missing.raw?key=hidden", fetcherConnects, fetches("fetcher", "/missing.raw?key=hidden", "401 Unauthorized"))
	d := says(t, s, "import_failed", "error", "answered 401 Unauthorized to GET http://172.16.0.10/missing.raw")
	if all := fmt.Sprintf("%s %s %+v", d.Text, d.Advice, s.Fetched); strings.Contains(all, "hidden") || strings.Contains(all, "secret") {
		t.Errorf("a secret is shown: %s", all)
	}
}

func TestFetchesOfHostsThatDoNotImportMakeRoom(t *testing.T) {
	lines := []string{"stranger --> web connect"}
	for range maxFetches {
		lines = append(lines, fetches("stranger", "/page", "200 OK"))
	}
	s := downloading(t, webURL, then(lines, fetcherConnects, fetches("fetcher", "/missing.raw", "404 Not Found"))...)
	says(t, s, "import_failed", "error", "answered 404 Not Found")
	if len(s.Limits) > 0 {
		t.Errorf("limits %+v", s.Limits)
	}
}

func TestAFetchIsToldWithATaskThatFailedBeforeTheStatusChanged(t *testing.T) {
	ordered := strings.SplitAfter(ordersDownload(webURL), req+"2\n")[0]
	task := query("worker", "INSERT INTO tasks (id, type, status, image_id, request_id) VALUES ('"+taskID+"', 'api_image_import', 'pending', '"+id+"', 'req-bd5194f0-b1c2-40d3-a646-8a24ed0a1b12')", matchedOne) + commit("worker")
	failing := func(status string) *story.Story {
		return tell(t, webEnds, login("worker"), created(), inserted("worker"), commit("worker"), ordered, task, fetcherConnects, fetches("fetcher", "/missing.raw", status), taskEnded("failure"))
	}
	d := says(t, failing("500 Oh No"), "import_failed", "error", "answered 500 Oh No to GET "+webURL+"; the task of the import failed")
	if d.Cause == nil || d.Cause.From != "172.16.0.10:80" || len(d.Frames) != 2 {
		t.Errorf("cause %+v, frames %v", d.Cause, d.Frames)
	}
	if d := says(t, failing("200 OK"), "import_failed", "error"); strings.Contains(d.Text, "web server") {
		t.Errorf("it was fetched: %s", d.Text)
	}
}

func TestAWebServerThatCannotBeReachedIsTheCauseOfAnImportThatFailed(t *testing.T) {
	refuses, silent := "fetcher --> web syn\nfetcher <-- web rst\n", "fetcher --> web syn\nfetcher --> web syn-again\n"
	s := downloading(t, webURL, refuses)
	d := says(t, s, "import_failed", "error", "the web server 172.16.0.10:80 refused 1 connection, to which GET "+webURL+" was to go")
	if len(s.Fetched) != 1 || d.Cause == nil || d.Cause.From != "172.16.0.10:80" || d.Cause.Frame != s.Fetched[0].LastFrame || len(s.Fetched[0].Streams) != 1 {
		t.Errorf("cause %+v, fetched %+v", d.Cause, s.Fetched)
	}
	says(t, downloading(t, webURL, silent), "import_failed", "error", "the web server 172.16.0.10:80 did not answer 1 connection attempt")
	for name, s := range map[string]*story.Story{
		"another port":            downloading(t, "http://172.16.0.10:8000/missing.raw", refuses),
		"the name may be another": downloading(t, "http://web.example/missing.raw", refuses),
		"another host":            downloading(t, webURL, "stranger --> web syn\nstranger <-- web rst\n"),
		"later it was answered":   downloading(t, webURL, refuses, "fetcher2 = 172.16.0.19:46002", "fetcher2 --> web connect", fetches("fetcher2", "/missing.raw", "200 OK")),
	} {
		if d := says(t, s, "import_failed", "error"); strings.Contains(d.Text, "web server") {
			t.Errorf("%s: %s", name, d.Text)
		}
	}
}
