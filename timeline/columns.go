package timeline

import "glancecap/timeline/glance"

// column is where a column of a result set comes from.
type column struct {
	table, name string
}

// columns are those of a result set, with the places of the ones that are asked
// for with every row; -1 where it does not have one.
type columns struct {
	list []column
	// images are those of images, in order.
	images                             []imageColumn
	imageID, imageStatus, imageUpdated int
	beside                             [besideTables]besideColumns
	taskID, taskImage, taskRequest     int
	taskInput                          int
	propertyValue, propertyDeleted     int
	memberStatus                       int
}

// imageColumn is a column of images: its place in the result and in
// glance.Columns, -1 there where it is not among them; asked tells that a caller
// can set it.
type imageColumn struct {
	place, index int
	asked        bool
}

// besideColumns are the places of the columns of a table beside images.
type besideColumns struct {
	here             bool
	id, key, imageID int
	others           []int // without id and image_id
}

// updatedAt is the index in glance.Columns of that column.
var updatedAt = columnIndex("updated_at")

// columnsOf finds table and column of each column of a result set. Results of
// one shape share their list of names (record.Result): each is looked at once.
func (b *Builder) columnsOf(fallback string, names []string) *columns {
	list := columnList{first: &names[0], n: len(names), fallback: fallback}
	if known := b.columns[list]; known != nil {
		return known
	}
	list.fallback = b.intern(fallback)
	c := b.newColumns(list.fallback, names)
	if b.columns == nil || len(b.columns) >= maxColumnLists {
		b.columns = make(map[columnList]*columns)
	}
	b.columns[list] = c
	return c
}

func (b *Builder) newColumns(fallback string, names []string) *columns {
	c := &columns{list: make([]column, len(names))}
	for k, name := range names {
		x := &c.list[k]
		x.table, x.name = glance.ColumnOf(name, fallback)
		x.name = b.intern(x.name)
		if x.table == glance.Images {
			c.images = append(c.images, imageColumn{k, columnIndex(x.name), glance.IsAsked(x.name)})
		}
	}
	c.imageID, c.imageStatus, c.imageUpdated = c.place(glance.Images, "id"), c.place(glance.Images, "status"), c.place(glance.Images, "updated_at")
	c.taskID, c.taskImage = c.place(glance.Tasks, "id"), c.place(glance.Tasks, "image_id")
	c.taskRequest, c.taskInput = c.place(glance.Tasks, "request_id"), c.place(glance.TaskInfo, "input")
	c.propertyValue, c.propertyDeleted, c.memberStatus = c.place(glance.Properties, "value"), c.place(glance.Properties, "deleted"), c.place(glance.Members, "status")
	for k, table := range besideNames {
		x := &c.beside[k]
		x.id, x.key, x.imageID = c.place(table, "id"), c.place(table, keyColumns[k]), c.place(table, "image_id")
		for n := range c.list {
			if name := c.list[n].name; c.list[n].table == table {
				x.here = true
				if name != "id" && name != "image_id" {
					x.others = append(x.others, n)
				}
			}
		}
	}
	return c
}

// place gives the place of the first column of a name, -1 where there is none.
func (c *columns) place(table, name string) int {
	for k := range c.list {
		if c.list[k].table == table && c.list[k].name == name {
			return k
		}
	}
	return -1
}

// columnList is the identity of a shared list of columns, and the table to
// which bare ones belong.
type columnList struct {
	first    *string
	n        int
	fallback string
}

// maxColumnLists bounds the lists that are remembered.
const maxColumnLists = 1024
