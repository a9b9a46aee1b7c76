package glance

import "testing"

const image = "13892850-6add-4c28-87cd-6da62e6f8a3c"

func TestARequestLineSaysWhatIsAskedFor(t *testing.T) {
	for _, c := range []struct{ service, method, target, want string }{
		{Glance, "GET", "/", "versions"},
		{Glance, "GET", "/versions", "versions"},
		{Glance, "GET", "/v2/images?limit=20", "image.list"},
		{Glance, "POST", "/v2/images", "image.create"},
		{Glance, "GET", "/v2/images/overcloud-full", "image.show"},
		{Glance, "PATCH", "/v2/images/" + image, "image.update"},
		{Glance, "DELETE", "/v2.15/images/" + image, "image.delete"},
		{Glance, "PUT", "/v2/images/" + image + "/file", "image.upload"},
		{Glance, "GET", "/image/v2/images/" + image + "/file", "image.download"},
		{Glance, "PUT", "/v2/images/" + image + "/stage", "image.stage"},
		{Glance, "POST", "/v2/images/" + image + "/import", "image.import"},
		{Glance, "POST", "/v2/images/" + image + "/actions/deactivate", "image.deactivate"},
		{Glance, "POST", "/v2/images/" + image + "/actions/reactivate", "image.reactivate"},
		{Glance, "GET", "/v2/images/" + image + "/members", "member.list"},
		{Glance, "POST", "/v2/images/" + image + "/members", "member.add"},
		{Glance, "GET", "/v2/images/" + image + "/members/p", "member.show"},
		{Glance, "PUT", "/v2/images/" + image + "/members/p", "member.update"},
		{Glance, "DELETE", "/v2/images/" + image + "/members/p", "member.remove"},
		{Glance, "PUT", "/v2/images/" + image + "/tags/n%C3%A4ive", "tag.add"},
		{Glance, "DELETE", "/v2/images/" + image + "/tags/red", "tag.remove"},
		{Glance, "GET", "/v2/images/" + image + "/locations", "location.list"},
		{Glance, "POST", "/v2/images/" + image + "/locations", "location.add"},
		{Glance, "DELETE", "/v2/stores/fast/" + image, "location.remove"},
		{Glance, "GET", "/v2/images/" + image + "/tasks", "task.list"},
		{Glance, "GET", "/v2/tasks", "task.list"},
		{Glance, "POST", "/v2/tasks", "task.create"},
		{Glance, "GET", "/v2/tasks/1", "task.show"},
		{Glance, "GET", "/v2/schemas/image", "schema.show"},
		{Glance, "GET", "/v2/info/stores/detail", "store.info"},
		{Glance, "GET", "/v2/info/import", "import.info"},
		{Glance, "GET", "/v2/info/usage", "other"},
		{Glance, "GET", "/v2/metadefs/namespaces", "other"},
		{Glance, "GET", "/v1/images", "other"},
		{Keystone, "GET", "/v3", "versions"},
		{Keystone, "GET", "/", "versions"},
		{Keystone, "POST", "/v3/auth/tokens", "token.issue"},
		{Keystone, "GET", "/identity/v3/auth/tokens?nocatalog", "token.validate"},
		{Keystone, "HEAD", "/v3/auth/tokens", "token.validate"},
		{Keystone, "DELETE", "/v3/auth/tokens", "token.revoke"},
		{Keystone, "POST", "/v2.0/tokens", "token.issue"},
		{Keystone, "GET", "/v2.0/tokens/abc", "token.validate"},
		{Keystone, "GET", "/v3/users", "other"},
		{Swift, "HEAD", "/v1/AUTH_p", "account.head"},
		{Swift, "PUT", "/v1/AUTH_p/glance", "container.put"},
		{Swift, "HEAD", "/v1/AUTH_p/glance", "container.head"},
		{Swift, "GET", "/v1/AUTH_p/glance?prefix=x", "container.get"},
		{Swift, "POST", "/v1/AUTH_p/glance", "other"},
		{Swift, "PUT", "/v1/AUTH_p/glance/" + image, "object.put"},
		{Swift, "PUT", "/v1/AUTH_p/glance/" + image + "-00001", "segment.put"},
		{Swift, "DELETE", "/swift/v1/glance/" + image, "object.delete"},
		{Swift, "GET", "/info", "other"},
	} {
		r := Understand(c.service, c.method, c.target)
		if r.Service != c.service || r.Action != c.want {
			t.Errorf("%s %s to %s: %s %s, want %s", c.method, c.target, c.service, r.Service, r.Action, c.want)
		}
	}
}

func TestAPathTellsItsService(t *testing.T) {
	for target, want := range map[string]string{
		"/v2/images/x": Glance, "/image/v2/schemas/image": Glance, "/identity/v3/auth/tokens": Keystone, "/v1/AUTH_p/c": Swift,
		"/": "", "/v2.1/servers": "", "/v2/servers/images": "", "/index.html": "", "/v3/volumes": "",
	} {
		if r := Understand("http", "GET", target); r.Service != want {
			t.Errorf("%s belongs to %q, want %q", target, r.Service, want)
		}
	}
}

func TestARequestLineSaysWhatItNames(t *testing.T) {
	r := Understand(Glance, "PUT", "/v2/images/"+image+"/tags/n%C3%A4ive")
	if r.Image != image || !r.Named || r.Tag != "näive" {
		t.Errorf("%+v", r)
	}
	r = Understand(Glance, "GET", "/v2/images/overcloud-full")
	if r.Image != "overcloud-full" || r.Named {
		t.Errorf("a name is taken for an id: %+v", r)
	}
	r = Understand(Glance, "GET", "http://172.16.0.19:9292/v2/images?marker="+image)
	if r.Marker != image || r.Action != "image.list" {
		t.Errorf("%+v", r)
	}
	r = Understand(Swift, "PUT", "/v1/AUTH_p/glance/"+image+"-00002")
	if r.Image != image || !r.Segment || r.Container != "glance" || r.Account != "AUTH_p" {
		t.Errorf("%+v", r)
	}
	r = Understand(Swift, "GET", "/v1/AUTH_p/glance?prefix="+image+"-")
	if r.Image != image || !r.Named {
		t.Errorf("the segments' list names no image: %+v", r)
	}
}

func TestOnlyWhatHasTheFormOfAUuidIsOne(t *testing.T) {
	for s, want := range map[string]bool{
		image: true, "13892850-6ADD-4C28-87CD-6DA62E6F8A3C": true, "": false, image + "0": false,
		"13892850x6add-4c28-87cd-6da62e6f8a3c": false, "1389285g-6add-4c28-87cd-6da62e6f8a3c": false,
	} {
		if got := IsUUID(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func FuzzUnderstand(f *testing.F) {
	f.Add("glance", "PUT", "/v2/images/"+image+"/file")
	f.Add("http", "GET", "http://x?%zz")
	f.Add("swift", "GET", "/v1/AUTH_p/c//o-00001?prefix=%")
	f.Fuzz(func(t *testing.T, service, method, target string) {
		r := Understand(service, method, target)
		if r.Named && !IsUUID(r.Image) {
			t.Errorf("%q names %q", target, r.Image)
		}
		if (r.Service == Glance || r.Service == Keystone || r.Service == Swift) && r.Action == "" {
			t.Errorf("%q to %q has no action", target, r.Service)
		}
	})
}
