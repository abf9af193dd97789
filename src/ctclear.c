/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctclear.h"

#include <errno.h>

#include "ctmark.h"

struct clearing {
	struct ctmark *marks;
	uint32_t mask;
};

static void see(void *self, const struct ctmsg_entry *e)
{
	const struct clearing *c = self;

	if (e->mark & c->mask)
		ctmark_put(c->marks, &(struct ctmark_change){ .ends = e->orig,
		                                              .mark = { 0, c->mask } });
}

static int clear(const struct clearing *c, struct ctlist *list, uint64_t *connections,
                 struct fault *f)
{
	struct clearing self = *c;
	const struct ctmark_counters *n = ctmark_counters(c->marks);
	int err = ctlist_marked(list, (struct ctmsg_mark){ 0, 0 },
	                        (struct ctlist_eye){ see, &self });

	ctmark_flush(c->marks);
	*connections = n->set;
	if (err)
		return ctsock_explain(err, f);
	if (n->failed > 0)
		return fault_set(f, -EIO, "%llu connections keep their marks",
		                 (unsigned long long)n->failed);
	return 0;
}

int ctclear(uint32_t mask, uint64_t *connections, struct fault *f)
{
	struct ctlist *list = ctlist_new(f);
	struct clearing c = { ctmark_new((struct ctlist_eye){ NULL, NULL }, f), mask };
	int err = list && c.marks ? clear(&c, list, connections, f) : -EIO;

	ctmark_free(c.marks);
	ctlist_free(list);
	return err;
}
