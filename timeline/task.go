package timeline

import (
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// task is a task of Glance: work that goes on behind a 202, and the call that
// ordered it.
type task struct {
	id, image, request    string
	kind, status, message string
	at                    story.Time
	frame                 int
	file                  *int
}

func (b *Builder) task(id string) *task {
	t := b.tasks[id]
	if t == nil {
		t = &task{id: b.intern(id), at: story.NoTime}
		b.tasks[t.id] = t
	}
	return t
}

// updateTask is a change of a task's status or message, once it is committed.
func (b *Builder) updateTask(st *statement, c *glance.Change) func(stamp) {
	id, ok := c.Equals("id")
	if c.Table == glance.TaskInfo {
		id, ok = c.Equals("task_id")
	}
	if c.Verb != "UPDATE" || !ok {
		return nil
	}
	status, _ := c.Sets("status")
	message, _ := c.Sets("message")
	at, frame, file := st.told.End, st.told.LastFrame, lastFile(st.told.File, st.told.LastFile)
	return func(stamp) {
		t := b.task(id)
		if status.Text != "" {
			t.status, t.at, t.frame, t.file = b.intern(status.Text), at, frame, file
		}
		if message.Text != "" {
			t.message = b.intern(message.Text)
		}
	}
}

// tellTasks lists the tasks of which something is known.
func (b *Builder) tellTasks() []*story.Task {
	list := []*story.Task{}
	for _, id := range sortedTasks(b.tasks) {
		t := b.tasks[id]
		if t.image == "" && t.status == "" {
			continue
		}
		told := &story.Task{ID: t.id, Type: t.kind, Status: t.status, Message: t.message, Time: t.at, Frame: t.frame, File: t.file}
		if t.image != "" {
			told.Image = &t.image
		}
		if t.request != "" {
			told.RequestID = &t.request
		}
		list = append(list, told)
	}
	return list
}

// learnTask reads an INSERT of tasks or task_info. It need not be committed:
// the id, the image and the request belong together in any case.
func (b *Builder) learnTask(c *glance.Change) {
	for _, fields := range c.Rows {
		id, ok := glance.FieldOf(fields, "id")
		if c.Table == glance.TaskInfo {
			id, ok = glance.FieldOf(fields, "task_id")
		}
		if !ok || !id.Known || id.Null {
			continue
		}
		t := b.task(id.Text)
		if v, ok := glance.FieldOf(fields, "image_id"); ok && glance.IsUUID(v.Text) {
			t.image = b.intern(v.Text)
		}
		if v, ok := glance.FieldOf(fields, "request_id"); ok {
			t.request = b.intern(v.Text)
		}
		if v, ok := glance.FieldOf(fields, "type"); ok {
			t.kind = b.intern(v.Text)
		}
		if v, ok := glance.FieldOf(fields, "status"); ok && t.status == "" {
			t.status = b.intern(v.Text)
		}
		if v, ok := glance.FieldOf(fields, "input"); ok && t.image == "" {
			t.image = b.intern(glance.TaskImage(v.Text))
		}
		if t.image != "" {
			b.imageNamed(t.image).exists = true
		}
	}
}

// readTask reads a row of tasks.
func (b *Builder) readTask(v *reading, values []record.Value) {
	id := v.value(values, v.columns.taskID)
	if !id.is() {
		return
	}
	t := b.task(id.text)
	if image := v.value(values, v.columns.taskImage); image.is() && glance.IsUUID(image.text) {
		t.image = b.intern(image.text)
	}
	if request := v.value(values, v.columns.taskRequest); request.is() {
		t.request = b.intern(request.text)
	}
	if input := v.value(values, v.columns.taskInput); input.is() && t.image == "" {
		t.image = b.intern(glance.TaskImage(input.text))
	}
}

// chooseImage says which image a statement is about: the one that it names, else
// that of a row or a task that it names.
func (b *Builder) chooseImage(st *statement) {
	if st.told.Service == glance.Keystone {
		return
	}
	if st.image == nil {
		id := b.imageBehind(st.names)
		if id == "" {
			return
		}
		if st.image = b.imageByID(id); st.image == nil {
			kept := b.intern(id)
			st.told.Image = &kept
			return
		}
	}
	st.told.Image = &st.image.id
}

// imageBehind gives the id of the image to which the row or the task belongs
// that is named first.
func (b *Builder) imageBehind(names []glance.Name) string {
	for _, n := range names {
		id := ""
		switch n.Kind {
		case glance.NameRow:
			id = b.imageOfRowName(n.Value)
		case glance.NameTask:
			if t := b.tasks[n.Value]; t != nil {
				id = t.image
			}
		}
		if id != "" {
			return id
		}
	}
	return ""
}

// imageOfRowName resolves table:id of a row beside images.
func (b *Builder) imageOfRowName(name string) string {
	table, id, _ := strings.Cut(name, ":")
	if r := b.rows[rowID{besideIndex(table), id}]; r != nil && r.image != nil {
		return r.image.id
	}
	return ""
}
