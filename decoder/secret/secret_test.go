package secret

import (
	"encoding/json"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

const (
	aToken   = "gAAAAABrBGgOGTXOBFUV-dkCBfRkb0mpzlUNdj5-I0cth2AjOC49w146IPnWWFUBrAoslqUAEcm2gizetI658gVwNnxB1aSaudsOBtA_oRgw"
	uuidText = "0123456789abcdef0123456789abcdef"
)

func TestATokenIsShownByItsDigestAndAPasswordByItsNumber(t *testing.T) {
	if got := Token("correct horse battery staple"); got != "‹token {SHA256}c4bbcb1fbec9›" {
		t.Errorf("got %s", got)
	}
	r := NewRedactor()
	for _, c := range [][2]string{{"a", "‹password›"}, {"b", "‹password 2›"}, {"a", "‹password›"}, {"", ""}, {"b", "‹password 2›"},
		{"‹password›", "‹password›"}, {"‹password x›", "‹password 3›"}, {"‹password 1›", "‹password 4›"}} {
		if got := r.password(c[0]); got != c[1] {
			t.Errorf("%q: got %s, want %s", c[0], got, c[1])
		}
	}
	if got := r.token("short"); got != "‹password 5›" {
		t.Errorf("a token that can be guessed: got %s", got)
	}
}

// masked replaces the marks T, U and P1 … of a wanted text by their masks.
func masked(want string) string {
	want = strings.ReplaceAll(want, "«T»", Token(aToken))
	want = strings.ReplaceAll(want, "«U»", Token(uuidText))
	want = strings.ReplaceAll(want, "«1»", "‹password›")
	return strings.NewReplacer("«2»", "‹password 2›", "«3»", "‹password 3›").Replace(want)
}

// filled puts secrets into an input.
func filled(in string) string {
	return strings.NewReplacer("$T", aToken, "$U", uuidText).Replace(in)
}

type textCase struct{ in, want string }

// check runs cases, each in a run of its own, and also that a second pass
// changes nothing.
func check(t *testing.T, what func(*Redactor, string) string, cases []textCase) {
	t.Helper()
	for _, c := range cases {
		in, want := filled(c.in), masked(filled(c.want))
		if c.want == "" {
			want = in
		}
		r := NewRedactor()
		got := what(r, in)
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
		if again := what(r, got); again != got {
			t.Errorf("%s\na second pass changes it to %s", got, again)
		}
		if r.found > 0 != (got != in) {
			t.Errorf("%s: %d secrets are counted", in, r.found)
		}
	}
}

func TestHeadersThatAreSecretAreReplaced(t *testing.T) {
	check(t, func(r *Redactor, s string) string {
		name, value, _ := strings.Cut(s, ": ")
		h := [][2]string{{name, value}}
		r.Headers(h)
		return h[0][0] + ": " + h[0][1]
	}, []textCase{
		{"X-Auth-Token: $T", "X-Auth-Token: «T»"},
		{"x-subject-token: $U", "x-subject-token: «U»"},
		{"X-Service-Token: $T", "X-Service-Token: «T»"},
		{"X-Storage-Token: AUTH_tk$U", "X-Storage-Token: " + Token("AUTH_tk"+uuidText)},
		{"X-Auth-Token: ADMIN", "X-Auth-Token: «1»"},
		{"Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic «1»"},
		{"authorization: Bearer $T", "authorization: Bearer «T»"},
		{"Authorization: $T", "Authorization: «T»"},
		{"Cookie: sessionid=$U; theme=dark", "Cookie: sessionid=«U»; theme=«1»"},
		{"Set-Cookie: sessionid=$U; Path=/; HttpOnly", "Set-Cookie: sessionid=«U»; Path=/; HttpOnly"},
		{"X-Auth-Key: testing", "X-Auth-Key: «1»"},
		{"X-Account-Meta-Temp-URL-Key: MYKEY", "X-Account-Meta-Temp-URL-Key: «1»"},
		{"X-Container-Meta-Temp-Url-Key-2: MYKEY", "X-Container-Meta-Temp-Url-Key-2: «1»"},
		{"Location: http://h/v1/a/c/o?temp_url_sig=$U&temp_url_expires=1", "Location: http://h/v1/a/c/o?temp_url_sig=«U»&temp_url_expires=1"},
		{"Location: http://172.16.0.19:9292/v2/images/1389", ""},
		{"X-Openstack-Request-Id: req-89ba", ""},
		{"Etag: d41d8cd98f00b204e9800998ecf8427e", ""},
		{"User-Agent: python-glanceclient", ""},
	})
}

func TestTargetsLoseTheirSecrets(t *testing.T) {
	check(t, (*Redactor).Target, []textCase{
		{"/v2/images?limit=20", ""},
		{"/v2/images/4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088/file", ""},
		{"/v3/auth/tokens?nocatalog", ""},
		{"/v2.0/tokens/$U", "/v2.0/tokens/«U»"},
		{"/v2.0/tokens/$U/endpoints?x=1", "/v2.0/tokens/«U»/endpoints?x=1"},
		{"/v2.0/tokens/$T", "/v2.0/tokens/«T»"},
		{"/v3/auth/tokens/OS-PKI/revoked", ""},
		{"/v1/a/c/o?temp_url_sig=$U&temp_url_expires=1&temp_url_key=k", "/v1/a/c/o?temp_url_sig=«U»&temp_url_expires=1&temp_url_key=«1»"},
		{"/vnc_auto.html?path=x&token=$U", "/vnc_auto.html?path=x&token=«U»"},
		{"http://user:pw@host/v2/images", "http://«1»@host/v2/images"},
		{"swift://services%3Aglance:k/e/y@10.0.0.1:5000/v3/glance/1389", "swift://«1»@10.0.0.1:5000/v3/glance/1389"},
		{"swift+config://ref1/glance/1389", ""},
		{"http://h:80/a@b", ""},
		{"http://h/?mail=a@b", ""},
		{"/x/$T%3D%3D/y", "/x/" + Token(aToken+"==") + "/y"},
	})
}

func TestBodiesKeepTheirShapeAndLoseTheirSecrets(t *testing.T) {
	cases := []textCase{
		{`{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "admin", "domain": {"id": "default"}, "password": "s3cret"}}}}}`,
			`{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "admin", "domain": {"id": "default"}, "password": "«1»"}}}}}`},
		{`{"auth": {"identity": {"methods": ["token"], "token": {"id": "$U"}}}}`, `{"auth": {"identity": {"methods": ["token"], "token": {"id": "«U»"}}}}`},
		{`{"token": {"user": {"id": "$U"}, "methods": ["password"], "expires_at": "2026"}}`, ""},
		{`{"access": {"token": {"id": "$T", "tenant": {"id": "$U"}}}}`, `{"access": {"token": {"id": "«T»", "tenant": {"id": "$U"}}}}`},
		{`{"server": {"adminPass": "x\"y\\", "name": "n"}}`, `{"server": {"adminPass": "«1»", "name": "n"}}`},
		{`{"application_credential": {"secret": "a", "id": "b"}}`, `{"application_credential": {"secret": "«1»", "id": "b"}}`},
		{`{"credential": {"blob": "{\"access\": \"a\", \"secret\": \"b\"}", "type": "ec2"}}`, `{"credential": {"blob": "«1»", "type": "ec2"}}`},
		{`{"input": "{\"password\": \"a\", \"n\": 1}"}`, `{"input": "{\"password\": \"«1»\", \"n\": 1}"}`},
		{`{"password": 12345, "Password": null, "x_password": false}`, `{"password": "«1»", "Password": null, "x_password": false}`},
		{`{"passwords": ["a"], "password": ["a", "b", {"c": "d"}]}`, `{"passwords": ["a"], "password": ["«1»", "«2»", {"c": "d"}]}`},
		{`{"original_password": "a", "password": "b", "p": "b"}`, `{"original_password": "«1»", "password": "«2»", "p": "b"}`},
		{`{"locations": [{"url": "swift://u:k@h/c/o", "metadata": {}}]}`, `{"locations": [{"url": "swift://«1»@h/c/o", "metadata": {}}]}`},
		{`[{"op": "add", "path": "/locations/-", "value": {"url": "http:\/\/u:k@h\/o"}}]`, `[{"op": "add", "path": "/locations/-", "value": {"url": "http://«1»@h/o"}}]`},
		{`{"links": {"self": "http://h/v3/auth/tokens?token=$U"}}`, `{"links": {"self": "http://h/v3/auth/tokens?token=«U»"}}`},
		{`{"images": [{"id": "1389", "name": "x", "owner": "$U", "checksum": null}], "first": "/v2/images"}`, ""},
		{`username=admin&password=s3cret&x=1`, `username=admin&password=«1»&x=1`},
		{`<auth><passwordCredentials username="u" password="p"/></auth>`, `<auth><passwordCredentials username="u" password="«1»"/></auth>`},
		{`a token $T here`, `a token «T» here`},
		{``, ``},
	}
	check(t, (*Redactor).Body, cases)
	for _, c := range cases {
		if in := filled(c.in); json.Valid([]byte(in)) && !json.Valid([]byte(NewRedactor().Body(in))) {
			t.Errorf("%s is no JSON any more", in)
		}
	}
}

func TestBrokenJSONIsRedactedAsFarAsItGoes(t *testing.T) {
	check(t, (*Redactor).Body, []textCase{
		{`{"auth": {"password": "s3cr`, `{"auth": {"password": "«1»`},
		{`"name": "x", "password": "y"}`, `"name": "x", "password": "«1»"}`},
		{`{"a": "gAAAAABrBGgOGTXOBFUV`, `{"a": "` + Token("gAAAAABrBGgOGTXOBFUV")},
		{`{"password": }{]"}`, ""},
		{`{"password" "x"}`, ""},
	})
	deep := strings.Repeat(`{"a":[`, 100000) + `{"password":"x"}`
	if got := NewRedactor().Body(deep); !strings.HasSuffix(got, `{"password":"‹password›"}`) {
		t.Errorf("a secret below 200,000 levels is printed: …%s", got[len(got)-40:])
	}
}

func TestStatementsLoseTheirSecrets(t *testing.T) {
	check(t, (*Redactor).SQL, []textCase{
		{"SELECT 1", ""},
		{"CREATE USER 'a'@'%' IDENTIFIED BY 'pw'", "CREATE USER 'a'@'%' IDENTIFIED BY '«1»'"},
		{"create user a identified by \"pw\", b identified by 'pw2'", "create user a identified by \"«1»\", b identified by '«2»'"},
		{"GRANT ALL ON *.* TO 'a'@'%' IDENTIFIED BY PASSWORD '*AB' REQUIRE SUBJECT '/CN=x'", "GRANT ALL ON *.* TO 'a'@'%' IDENTIFIED BY PASSWORD '«1»' REQUIRE SUBJECT '/CN=x'"},
		{"ALTER USER a IDENTIFIED WITH 'mysql_native_password' AS '*AB'", "ALTER USER a IDENTIFIED WITH 'mysql_native_password' AS '«1»'"},
		{"ALTER USER a IDENTIFIED VIA ed25519 USING PASSWORD('pw')", "ALTER USER a IDENTIFIED VIA ed25519 USING PASSWORD('«1»')"},
		{"SET PASSWORD FOR 'a'@'%' = PASSWORD('pw')", "SET PASSWORD FOR 'a'@'%' = PASSWORD('«1»')"},
		{"SET PASSWORD FOR 'a'@'%' = 'pw'", "SET PASSWORD FOR 'a'@'%' = '«1»'"},
		{"SELECT PASSWORD('pw'), 'x'", "SELECT PASSWORD('«1»'), 'x'"},
		{"CHANGE MASTER TO MASTER_USER='u', MASTER_PASSWORD='pw'", "CHANGE MASTER TO MASTER_USER='u', MASTER_PASSWORD='«1»'"},
		{"INSERT INTO password (id, local_user_id, password, expires_at, self_service, password_hash, created_at) VALUES (1, 2, NULL, NULL, 0, '$2b$12$abc', '2026-11-23')",
			"INSERT INTO password (id, local_user_id, password, expires_at, self_service, password_hash, created_at) VALUES (1, 2, NULL, NULL, 0, '«1»', '2026-11-23')"},
		{"INSERT INTO `keystone`.`password` (`id`, `password_hash`) VALUES (1, 'a'), (2, CONCAT('b', 'c')) ON DUPLICATE KEY UPDATE password_hash = 'a', id='z'",
			"INSERT INTO `keystone`.`password` (`id`, `password_hash`) VALUES (1, '«1»'), (2, CONCAT('«2»', '«3»')) ON DUPLICATE KEY UPDATE password_hash = '«1»', id='z'"},
		{"UPDATE password SET expires_at='2026', password_hash='$2b$12$abc' WHERE password.id = 'x'", "UPDATE password SET expires_at='2026', password_hash='«1»' WHERE password.id = 'x'"},
		{"UPDATE application_credential SET secret_hash = _utf8'a' WHERE name = 'n'", "UPDATE application_credential SET secret_hash = _utf8'«1»' WHERE name = 'n'"},
		{"SELECT password.password_hash AS password_password_hash FROM password WHERE password.local_user_id = 'u'", ""},
		{"SELECT id FROM password WHERE password_hash IN ('a', 'b') AND id = 'c'", "SELECT id FROM password WHERE password_hash IN ('«1»', '«2»') AND id = 'c'"},
		{"UPDATE t SET password = 12345, n = 5", "UPDATE t SET password = '«1»', n = 5"},
		{"INSERT INTO image_locations (created_at, image_id, value, meta_data, status) VALUES ('2026', '4f0f', 'swift://services%3Aglance:key@h/glance/4f0f', '{}', 'active')",
			"INSERT INTO image_locations (created_at, image_id, value, meta_data, status) VALUES ('2026', '4f0f', 'swift://«1»@h/glance/4f0f', '{}', 'active')"},
		{"SELECT x FROM image_locations WHERE value = 'http://u:p@h/o'", "SELECT x FROM image_locations WHERE value = 'http://«1»@h/o'"},
		{`INSERT INTO task_info (task_id, input) VALUES ('1', '{\"import_from\": \"http://u:p@h/o\", \"password\": \"it\'s\"}')`,
			`INSERT INTO task_info (task_id, input) VALUES ('1', '{\"import_from\": \"http://«1»@h/o\", \"password\": \"«2»\"}')`},
		{"SELECT * FROM token WHERE id = '$T'", "SELECT * FROM token WHERE id = '«T»'"},
		{"INSERT INTO images (id, name, status) VALUES ('1389', 'password', 'queued')", ""},
		{"UPDATE images SET status='active', name='it''s a \\'password\\' = x' WHERE images.id = '4f0f'", ""},
		{"INSERT INTO password (id, password_hash) VALUES (1, 'cut in the mid", "INSERT INTO password (id, password_hash) VALUES (1, '«1»"},
		{"/* password='x' */ UPDATE t SET a='b' -- password='y'", ""},
		{"/*!50000 ALTER USER a IDENTIFIED BY 'pw' */", "/*!50000 ALTER USER a IDENTIFIED BY '«1»' */"},
	})
}

func TestParametersOfAStatementAreReplacedByTheirPlace(t *testing.T) {
	text := func(s string) *string { return &s }
	rec := &record.MySQL{
		Text:      text("INSERT INTO password (id, password_hash, note) VALUES (?, ?, ?)"),
		Params:    []record.Value{{Kind: record.ValueNumber, Text: "1"}, {Kind: record.ValueText, Text: "hash"}, {Kind: record.ValueText, Text: "x"}},
		HasParams: true,
		Expanded:  text("INSERT INTO password (id, password_hash, note) VALUES (1, 'hash', 'x')"),
	}
	r := NewRedactor()
	r.Record(rec)
	if rec.Params[0].Text != "1" || rec.Params[1].Text != "‹password›" || rec.Params[2].Text != "x" {
		t.Errorf("parameters: %+v", rec.Params)
	}
	if *rec.Expanded != "INSERT INTO password (id, password_hash, note) VALUES (1, '‹password›', 'x')" {
		t.Errorf("expanded: %s", *rec.Expanded)
	}
	if !rec.Marks.Has(record.MarkRedacted) {
		t.Error("the mark is missing")
	}
}

func TestEveryExecutionOfAStatementIsReplaced(t *testing.T) {
	r := NewRedactor()
	for _, template := range []string{
		"INSERT INTO password (id, password_hash) VALUES (?, ?)",
		"INSERT INTO password (id, password_hash, other) VALUES (?, ?, PASSWORD('known'))",
	} {
		for i, want := range []string{"‹password›", "‹password 2›", "‹password›"} {
			text := template
			rec := &record.MySQL{
				Text: &text, HasParams: true,
				Params: []record.Value{{Kind: record.ValueNumber, Text: "1"}, {Kind: record.ValueText, Text: []string{"first", "second", "first"}[i]}},
			}
			r.Record(rec)
			if rec.Params[0].Text != "1" || rec.Params[1].Text != want {
				t.Errorf("%s, execution %d: parameters %+v", template, i+1, rec.Params)
			}
			if strings.Contains(*rec.Text, "known") {
				t.Errorf("execution %d: text %s", i+1, *rec.Text)
			}
			if text != template {
				t.Errorf("execution %d wrote into a text that others share: %s", i+1, text)
			}
		}
	}
}

func TestRowsAreReplacedByTheirColumnsNames(t *testing.T) {
	result := record.NewResult(record.ResultRows)
	result.Columns = []string{"password_password_hash", "image_locations_value", "name"}
	result.Values = [][]record.Value{{{Kind: record.ValueText, Text: "$2b$"}, {Kind: record.ValueText, Text: "swift://u:k@h/c/o"}, {Kind: record.ValueText, Text: "n"}}, {{}, {}, {}}}
	rec := &record.MySQL{Result: &result}
	NewRedactor().Record(rec)
	got := result.Values[0]
	if got[0].Text != "‹password›" || got[1].Text != "swift://‹password 2›@h/c/o" || got[2].Text != "n" || result.Values[1][0].Kind != record.ValueNull {
		t.Errorf("%+v", result.Values)
	}
}

func TestARecordWithoutSecretsIsNotMarked(t *testing.T) {
	body := `{"images": []}`
	rec := &record.HTTP{
		Request:  &record.HTTPRequest{Target: "/v2/images", Headers: [][2]string{{"Host", "x:9292"}}},
		Response: &record.HTTPResponse{Body: &record.Body{Text: &body}, Headers: [][2]string{}},
	}
	r := NewRedactor()
	r.Record(rec)
	if len(rec.Marks) > 0 || rec.Response.Body.Text != &body {
		t.Errorf("%v %s", rec.Marks, *rec.Response.Body.Text)
	}
	rec.Request.Headers[0] = [2]string{"X-Auth-Token", aToken}
	if r.Record(rec); !rec.Marks.Has(record.MarkRedacted) || rec.Request.Headers[0][1] != Token(aToken) {
		t.Errorf("%v %v", rec.Marks, rec.Request.Headers)
	}
}

func TestRawBytesKeepTheirLength(t *testing.T) {
	in := "GET / HTTP/1.1\r\nX-Auth-Token: short\r\nCookie:x=y\r\n\r\n{\"password\": \"pw\", \"a\": \"" + aToken + "\"} password_hash='h' name='n'"
	rec := &record.Stream{Data: []byte(in)}
	NewRedactor().Record(rec)
	want := "GET / HTTP/1.1\r\nX-Auth-Token: *****\r\nCookie:***\r\n\r\n{\"password\": \"**\", \"a\": \"" + strings.Repeat("*", len(aToken)) + "\"} password_hash='*' name='n'"
	if got := string(rec.Data); got != want || !rec.Marks.Has(record.MarkRedacted) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
