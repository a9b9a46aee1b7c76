package glance

import "strings"

// The tables that hold an image.
const (
	Images     = "images"
	Properties = "image_properties"
	Locations  = "image_locations"
	Members    = "image_members"
	Tags       = "image_tags"
	Tasks      = "tasks"
	TaskInfo   = "task_info"
)

// imageTables are the tables whose rows tell of images.
var imageTables = []string{Images, Properties, Locations, Members, Tags, Tasks, TaskInfo}

// IsImageTable tells whether a table's rows tell of images.
func IsImageTable(table string) bool {
	for _, t := range imageTables {
		if t == table {
			return true
		}
	}
	return false
}

// keystoneTables are tables that no other service of OpenStack has
// (keystone/common/sql/migrations).
var keystoneTables = map[string]bool{
	"local_user": true, "nonlocal_user": true, "federated_user": true, "revocation_event": true,
	"application_credential": true, "user_option": true, "assignment": true, "system_assignment": true,
	"implied_role": true, "trust_role": true, "id_mapping": true, "identity_provider": true,
	"project_endpoint": true, "endpoint_group": true, "registered_limit": true, "access_rule": true,
	"role_option": true, "project_option": true, "user_group_membership": true, "idp_remote_ids": true,
	"federation_protocol": true, "project_tag": true, "endpoint": true, "service_provider": true,
}

// ServiceOfTables names the service whose database has these tables, "" where
// that cannot be said. A table that is only called images may be anybody's.
func ServiceOfTables(tables []string) string {
	for _, t := range tables {
		switch {
		case t == Properties, t == Locations, t == Members, t == Tags, t == TaskInfo, strings.HasPrefix(t, "metadef_"), t == "cached_images":
			return Glance
		case keystoneTables[t]:
			return Keystone
		}
	}
	return ""
}

// ServiceOfDatabase names the service that a database of this name belongs
// to by custom, "" for all others.
func ServiceOfDatabase(name string) string {
	switch name = strings.ToLower(name); {
	case strings.HasPrefix(name, Glance):
		return Glance
	case strings.HasPrefix(name, Keystone):
		return Keystone
	}
	return ""
}

// Columns lists the columns of images in the order of Glance's table
// (glance/db/sqlalchemy/models.py).
var Columns = [...]string{
	"id", "name", "status", "visibility", "size", "virtual_size", "disk_format", "container_format",
	"checksum", "os_hash_algo", "os_hash_value", "owner", "min_disk", "min_ram", "protected", "os_hidden",
	"created_at", "updated_at", "deleted_at", "deleted",
}

// ColumnOf finds table and column in a result set's column name as SQLAlchemy
// makes them: images_id, anon_1_images_id, image_properties_1_value. A query
// in a query in a query names each of them: anon_1_anon_2_images_id is that of
// a listing which joins what is public, one's own and shared by UNION. A bare
// column belongs to fallback, the only table of the statement.
func ColumnOf(name, fallback string) (table, column string) {
	rest := name
	for strings.HasPrefix(rest, "anon_") {
		rest = strings.TrimLeft(rest[len("anon_"):], "0123456789")
		rest = strings.TrimPrefix(rest, "_")
	}
	for _, t := range imageTables {
		if !strings.HasPrefix(rest, t+"_") {
			continue
		}
		c := rest[len(t)+1:]
		if i := strings.IndexByte(c, '_'); i > 0 && strings.Trim(c[:i], "0123456789") == "" {
			c = c[i+1:]
		}
		if c != "" {
			return t, c
		}
	}
	return fallback, name
}
