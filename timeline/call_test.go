package timeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/timeline/story"
)

// request and response are messages of HTTP.
func request(from, to, line string, body string, headers ...string) string {
	return message(from+" --> "+to+" "+line+" HTTP/1.1", body, headers)
}

func response(from, to, status string, body string, headers ...string) string {
	return message(from+" <-- "+to+" HTTP/1.1 "+status, body, headers)
}

func message(first, body string, headers []string) string {
	lines := append([]string{first}, headers...)
	if body != "" || strings.Contains(first, "<--") {
		lines = append(lines, "Content-Length: @")
	}
	lines = append(lines, "")
	if body != "" {
		lines = append(lines, body)
	}
	return strings.Join(lines, "\n| ") + "\n"
}

func imageBody(status string) string {
	return fmt.Sprintf(`{"id": "%s", "name": "vmlinuz", "status": "%s", "updated_at": "2020-02-18T04:49:56Z"}`, id, status)
}

const (
	jsonType = "Content-Type: application/json"
	req      = "X-Openstack-Request-Id: req-bd5194f0-b1c2-40d3-a646-8a24ed0a1b1"
	token    = "X-Auth-Token: gAAAAABeS2xqWm9ubGVzc3Rva2Vub2ZhdXNlcg0123456789abcdefghijklmnopqrstuvwxyz0123456789"
	subject  = "X-Subject-Token: gAAAAABeS2xqWm9ubGVzc3Rva2Vub2ZhdXNlcg0123456789abcdefghijklmnopqrstuvwxyz0123456789"
)

func created() string {
	return request("client", "glance", "POST /v2/images", `{"name": "vmlinuz"}`, "Host: x", jsonType, token) +
		response("client", "glance", "201 Created", imageBody("queued"), jsonType, req+"0")
}

func uploaded(status string) string {
	return request("client", "glance", "PUT /v2/images/"+id+"/file", "@bytes 5000", "Host: x", "Content-Type: application/octet-stream", token) +
		response("client", "glance", status, "", req+"1")
}

func issued() string {
	return "client --> keystone connect\n" +
		request("client", "keystone", "POST /v3/auth/tokens", `{"auth": {}}`, "Host: x", jsonType) +
		response("client", "keystone", "201 CREATED", `{"token": {"user": {"id": "u1", "name": "admin"}, "project": {"id": "p1", "name": "demo"}, "catalog": []}}`, jsonType, subject, req+"9")
}

func TestWithoutSqlTheApiTellsTheTransitions(t *testing.T) {
	s := tell(t, created(), uploaded("204 No Content"), request("client", "glance", "GET /v2/images/"+id, "", "Host: x"), response("client", "glance", "200 OK", imageBody("active"), jsonType, req+"2"))
	i := only(t, s)
	wantArrows(t, i, "·→queued queued→active")
	for _, tr := range i.Transitions {
		if tr.Written != nil || tr.Statement != nil || tr.Certainty != "likely" || tr.Call == nil || tr.Witnesses[0] != "api" {
			t.Errorf("%+v", tr)
		}
	}
	if i.Verdict.Status != "active" || i.Verdict.SecondsFrom != "call" || !i.Verdict.OK || i.BeforeCapture {
		t.Errorf("verdict %+v, before %v", i.Verdict, i.BeforeCapture)
	}
	if i.Name != "vmlinuz" {
		t.Errorf("name %q", i.Name)
	}
}

func TestApiAndDatabaseAreWitnessesOfOneAnother(t *testing.T) {
	s := tell(t, login("worker"),
		request("client", "glance", "POST /v2/images", `{"name": "vmlinuz"}`, "Host: x", jsonType), inserted("worker"), commit("worker"),
		response("client", "glance", "201 Created", imageBody("queued"), jsonType, req+"0"),
		request("client", "glance", "GET /v2/images/"+id, "", "Host: x"), read("worker", "queued"), rollback("worker"), response("client", "glance", "200 OK", imageBody("queued"), jsonType, req+"1"))
	i := only(t, s)
	wantArrows(t, i, "·→queued")
	if tr := i.Transitions[0]; strings.Join(tr.Witnesses, " ") != "sql api poll" || !tr.Agree {
		t.Errorf("witnesses %v, agree %v", tr.Witnesses, tr.Agree)
	}
}

func TestAContradictionIsToldOfBoth(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"),
		request("client", "glance", "GET /v2/images/"+id, "", "Host: x"), response("client", "glance", "200 OK", imageBody("active"), jsonType, req+"1"),
		read("worker", "queued"), rollback("worker"))
	i := only(t, s)
	wantArrows(t, i, "·→queued")
	if i.Transitions[0].Agree || codes(s) != "queued_never_uploaded witnesses_disagree" {
		t.Errorf("agree %v, diagnoses %q", i.Transitions[0].Agree, codes(s))
	}
}

func TestAChangeThatOnlyTheApiShowsIsToldAsLikely(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"), uploaded("204 No Content"))
	i := only(t, s)
	wantArrows(t, i, "·→queued queued→active")
	if tr := i.Transitions[1]; tr.Certainty != "likely" || tr.Statement != nil || !tr.Legal || codes(s) != "" {
		t.Errorf("%+v, diagnoses %q", tr, codes(s))
	}
}

func TestATokenTellsWhoCalls(t *testing.T) {
	for _, show := range []bool{true, false} {
		s := tellWith(t, decoder.Options{ShowSecrets: show}, issued(), created())
		for _, c := range s.Calls {
			if c.User == nil || *c.User != (story.User{ID: "u1", Name: "admin", ProjectID: "p1", Project: "demo"}) {
				t.Errorf("show secrets %v: %s is by %+v", show, c.Action, c.User)
			}
		}
	}
}

func TestAFailureOfTheStoreIsTheCause(t *testing.T) {
	s := tell(t, login("worker"), created(), inserted("worker"), commit("worker"),
		request("client", "glance", "PUT /v2/images/"+id+"/file", "@bytes 5000", "Host: x", "Content-Type: application/octet-stream"),
		saved("worker", "queued", "saving", matchedOne), commit("worker"),
		"stores --> swift connect", request("stores", "swift", "PUT /v1/AUTH_p/glance/"+id, "@bytes 5000", "Host: x"),
		response("stores", "swift", "503 Service Unavailable", "", "X-Trans-Id: tx621d6398c41b4f9c92daf-006b046a5d"),
		saved("worker", "saving", "queued", matchedOne), commit("worker"), response("client", "glance", "500 Internal Server Error", "", req+"1"))
	i := only(t, s)
	wantArrows(t, i, "·→queued queued→saving saving→queued")
	if codes(s) != "store_error" {
		t.Fatalf("diagnoses %q", codes(s))
	}
	d := s.Diagnoses[0]
	if d.Severity != "error" || !strings.Contains(d.Text, "Swift answered 503") || !strings.Contains(d.Text, "the client 500") || d.Cause == nil || d.Cause.Log != "glance-api.log" {
		t.Errorf("%+v %+v", d, d.Cause)
	}
	if i.Verdict.OK || !strings.HasPrefix(i.Verdict.Text, "back to queued after ") {
		t.Errorf("verdict %+v", i.Verdict)
	}
	for _, c := range s.Calls {
		if c.Service == "swift" && (c.Parent == nil || *c.RequestID != "tx621d6398c41b4f9c92daf-006b046a5d") {
			t.Errorf("swift's call: parent %v, id %v", c.Parent, c.RequestID)
		}
	}
	if len(i.Store) != 1 || i.Store[0].State != "failed" || i.Store[0].Container != "glance" {
		t.Errorf("store %+v", i.Store)
	}
}

func TestAClientThatBreaksOffIsTheCause(t *testing.T) {
	s := tell(t, login("worker"), created(), inserted("worker"), commit("worker"),
		"client --> glance PUT /v2/images/"+id+"/file HTTP/1.1\n| Host: x\n| Content-Length: 9000\n|\n| @bytes 4000\n",
		saved("worker", "queued", "saving", matchedOne), commit("worker"), "client --> glance rst",
		saved("worker", "saving", "queued", matchedOne), commit("worker"))
	only(t, s)
	if codes(s) != "upload_aborted_by_client" || !strings.Contains(s.Diagnoses[0].Text, "the client broke off the upload after 4000 of 9000 bytes") {
		t.Errorf("diagnoses %q: %+v", codes(s), s.Diagnoses)
	}
}

func TestAnUploadThatIsOpenAtTheEndIsNoFailure(t *testing.T) {
	s := tell(t, login("worker"), created(), inserted("worker"), commit("worker"),
		"client --> glance PUT /v2/images/"+id+"/file HTTP/1.1\n| Host: x\n| Content-Length: 9000\n|\n| @bytes 4000\n",
		saved("worker", "queued", "saving", matchedOne), commit("worker"), rollback("worker"))
	i := only(t, s)
	if !i.OpenAtEnd || i.Verdict.Text != "still saving when the capture ends" || s.Diagnoses[0].Severity != "warning" {
		t.Errorf("open %v, verdict %+v, %+v", i.OpenAtEnd, i.Verdict, s.Diagnoses[0])
	}
	last := i.Phases[len(i.Phases)-1]
	if last.Name != "saving" || !last.Open {
		t.Errorf("last phase %+v", last)
	}
}

func TestAnImageLeftInSavingIsAnError(t *testing.T) {
	s := tell(t, login("worker"), created(), inserted("worker"), commit("worker"),
		request("client", "glance", "PUT /v2/images/"+id+"/file", "@bytes 5000", "Host: x"),
		saved("worker", "queued", "saving", matchedOne), commit("worker"), response("client", "glance", "500 Internal Server Error", "", req+"1"))
	i := only(t, s)
	if i.OpenAtEnd || i.Verdict.OK || !strings.Contains(codes(s), "stuck_saving") {
		t.Errorf("open %v, verdict %+v, diagnoses %q", i.OpenAtEnd, i.Verdict, codes(s))
	}
}

func TestSegmentsAndManifestMakeOneObject(t *testing.T) {
	put := func(object, body, etag string, headers ...string) string {
		return request("stores", "swift", "PUT /v1/AUTH_p/glance/"+object, body, append(headers, "Host: x")...) + response("stores", "swift", "201 Created", "", "Etag: "+etag)
	}
	s := tell(t, login("worker"), created(), inserted("worker"), commit("worker"), "stores --> swift connect",
		put(id+"-00001", "@bytes 3000", "a1"), put(id+"-00002", "@bytes 2000", "a2"), put(id, "", "d41d", "Content-Length: 0", "X-Object-Manifest: glance/"+id+"-"),
		query("worker", "UPDATE images SET size=5000, status='active' WHERE images.id = '"+id+"' AND images.status = 'queued'", matchedOne), commit("worker"))
	i := only(t, s)
	if len(i.Store) != 1 {
		t.Fatalf("store %+v", i.Store)
	}
	x := i.Store[0]
	if x.Kind != "swift" || x.Object != id || len(x.Segments) != 2 || x.Segments[1] != id+"-00002" || x.Bytes == nil || *x.Bytes != 5000 || x.State != "stored" {
		t.Errorf("%+v", x)
	}
	var actions []string
	for _, c := range s.Calls {
		if c.Service == "swift" {
			actions = append(actions, c.Action)
		}
	}
	if got := strings.Join(actions, " "); got != "segment.put segment.put object.manifest" {
		t.Errorf("actions %q", got)
	}
}

func TestAServiceOnAnotherPortIsKnownByItsPaths(t *testing.T) {
	s := tell(t, "devstack = 172.16.0.19:80", "client --> devstack connect",
		request("client", "devstack", "GET /image/v2/schemas/image", "", "Host: x"), response("client", "devstack", "200 OK", "{}", jsonType),
		request("client", "devstack", "GET /image/v2/images/"+id, "", "Host: x"), response("client", "devstack", "200 OK", imageBody("active"), jsonType, req+"1"),
		request("client", "devstack", "GET /identity/v3/auth/tokens", "", "Host: x", subject), response("client", "devstack", "200 OK", "{}", jsonType),
		request("client", "devstack", "GET /dashboard", "", "Host: x"), response("client", "devstack", "200 OK", "{}", jsonType))
	var actions []string
	for _, c := range s.Calls {
		actions = append(actions, c.Service+" "+c.Action)
	}
	if got := strings.Join(actions, ", "); got != "glance schema.show, glance image.show, keystone token.validate" {
		t.Errorf("calls %q", got)
	}
	only(t, s)
}

func TestEqualInputGivesEqualBytes(t *testing.T) {
	lines := []string{issued(), login("worker"), created(), inserted("worker"), addProperty("worker", "a", "1", 1), addProperty("worker", "b", "2", 2), commit("worker"), uploaded("204 No Content")}
	first, err := json.Marshal(tell(t, lines...))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := json.Marshal(tell(t, lines...))
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("two runs differ (%v)", err)
		}
	}
}

func TestAnObjectThatIsNotWhatGlanceStoredIsSeen(t *testing.T) {
	put := func(etag string) string {
		return request("stores", "swift", "PUT /v1/AUTH_p/glance/"+id, "@bytes 3000", "Host: x") + response("stores", "swift", "201 Created", "", "Etag: "+etag)
	}
	const right, wrong = "4ce5017c765f0be37a647b5db37f4cec", "722782d12fd0772f080ae49206060336"
	activated := query("worker", "UPDATE images SET checksum='"+right+"', status='active' WHERE images.id = '"+id+"' AND images.status = 'queued'", matchedOne) + commit("worker")
	for etag, want := range map[string]string{right: "", wrong: "checksum_mismatch"} {
		s := tell(t, login("worker"), inserted("worker"), commit("worker"), "stores --> swift connect", put(right), activated, put(etag))
		if got := codes(s); got != want {
			t.Errorf("stored again with %s: diagnoses %q, want %q", etag, got, want)
		}
	}
}
