/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All stay outside equally long, so a list in the order of leaving has the next to return
 * first.  What the kernel was asked about and did not find stands in such a list as well,
 * until it has had time enough to be searched for. */
#include "skip.h"

#include <stdlib.h>

#include "table.h"

#define FIND_S 10

enum { SENT, RCVD };

enum skip_state {
	SKIP_LEAVING, /* the kernel has not told that its bit is set */
	SKIP_OUTSIDE,
	SKIP_RETURNING, /* nor that it is cleared */
};

struct skip_flow {
	struct table_node node;
	struct flow_key key;
	struct list order;
	struct flow_ends ends;
	uint32_t label;
	struct mono since; /* in this order */
	enum skip_state state;
	bool told;                  /* of, by the kernel; and then: */
	uint64_t pkts[2], bytes[2]; /* its counters as of the last time */
};

struct skip {
	struct table *flows;
	uint32_t outside;
	struct list leaving, returning; /* the first also has those outside */
	struct skip_counters n;
};

struct skip *skip_new(uint32_t max, const struct hash_key *secret)
{
	struct skip *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	list_init(&s->leaving);
	list_init(&s->returning);
	s->flows = table_new(max, sizeof(struct skip_flow),
	                     offsetof(struct skip_flow, key), FLOW_KEY_WORDS, secret);
	if (!s->flows) {
		skip_free(s);
		return NULL;
	}
	return s;
}

void skip_free(struct skip *s)
{
	if (!s)
		return;
	table_free(s->flows);
	free(s);
}

static struct skip_flow *find(const struct skip *s, const struct flow_ends *ends)
{
	struct flow_key key = flow_key_of_ends(ends);

	return table_find(s->flows, key.w);
}

static struct skip_flow *first_of(const struct list *l)
{
	return list_empty(l) ? NULL : list_owner(l->next, struct skip_flow, order);
}

static void line_up(struct list *l, struct skip_flow *f, struct mono now)
{
	list_del(&f->order);
	list_add_tail(l, &f->order);
	f->since = now;
}

static void forget(struct skip *s, struct skip_flow *f)
{
	s->outside -= f->state != SKIP_RETURNING;
	list_del(&f->order);
	table_remove(s->flows, f);
}

bool skip_add(struct skip *s, const struct flow_ends *ends, uint32_t label,
              struct mono now)
{
	struct flow_key key = flow_key_of_ends(ends);
	struct skip_flow *f = table_find(s->flows, key.w);

	if (f && f->state != SKIP_RETURNING)
		return false;
	if (!f) {
		f = table_add(s->flows, key.w);
		if (!f) {
			s->n.full++;
			return false;
		}
		list_init(&f->order);
	}
	f->ends = *ends;
	f->label = label;
	f->state = SKIP_LEAVING;
	line_up(&s->leaving, f, now);
	s->outside++;
	return true;
}

bool skip_has(const struct skip *s, const struct flow_ends *ends)
{
	const struct skip_flow *f = find(s, ends);

	return f && f->state != SKIP_RETURNING;
}

static bool is_over(const struct skip_flow *f, struct mono now, struct mono stay)
{
	return !mono_less(mono_since(now, f->since), stay);
}

/* What nobody found is no more. */
static void forget_lost(struct skip *s, struct mono now)
{
	struct skip_flow *f;

	while ((f = first_of(&s->returning)) && is_over(f, now, mono_ms(FIND_S * 1000))) {
		forget(s, f);
		s->n.lost++;
	}
}

const struct flow_ends *skip_due(struct skip *s, struct mono now, struct mono stay)
{
	struct skip_flow *f;

	forget_lost(s, now);
	f = first_of(&s->leaving);
	if (!f || !is_over(f, now, stay))
		return NULL;
	s->outside--;
	f->state = SKIP_RETURNING;
	line_up(&s->returning, f, now);
	return &f->ends;
}

bool skip_next(const struct skip *s, struct mono stay, struct mono *at)
{
	const struct skip_flow *out = first_of(&s->leaving);
	const struct skip_flow *back = first_of(&s->returning);
	struct mono lost;

	if (out)
		*at = mono_add(out->since, stay);
	if (!back)
		return out;
	lost = mono_add(back->since, mono_ms(FIND_S * 1000));
	if (!out || mono_less(lost, *at))
		*at = lost;
	return true;
}

static bool client_began(const struct skip_flow *f, const struct ctmsg_entry *e)
{
	return addr_equal(e->view.client, f->ends.client) &&
	       e->view.client_port == f->ends.client_port;
}

/* The kernel's counters from the client's side. */
static void turn(const struct skip_flow *f, const struct ctmsg_entry *e,
                 struct tally_row *now)
{
	int sent = client_began(f, e) ? CTMSG_ORIG : CTMSG_REPLY;
	int rcvd = sent == CTMSG_ORIG ? CTMSG_REPLY : CTMSG_ORIG;

	*now = (struct tally_row){ .ends = f->ends,
		                   .pkts = { e->pkts[sent], e->pkts[rcvd] },
		                   .bytes = { e->bytes[sent], e->bytes[rcvd] },
		                   .by_kernel = true,
		                   .label = f->label };
}

/* now becomes what is new in it; another connection between the same ends has less. */
static void subtract(struct skip_flow *f, struct tally_row *now)
{
	for (int way = SENT; way <= RCVD; way++) {
		uint64_t pkts = now->pkts[way], bytes = now->bytes[way];
		bool more = f->told && pkts >= f->pkts[way] && bytes >= f->bytes[way];

		now->pkts[way] = more ? pkts - f->pkts[way] : 0;
		now->bytes[way] = more ? bytes - f->bytes[way] : 0;
		f->pkts[way] = pkts;
		f->bytes[way] = bytes;
	}
	f->told = true;
}

/* true when it counted something new. */
static bool look(struct skip *s, struct skip_flow *f, const struct ctmsg_entry *e,
                 struct tally_row *row)
{
	turn(f, e, row);
	subtract(f, row);
	s->n.packets += row->pkts[SENT] + row->pkts[RCVD];
	s->n.bytes += row->bytes[SENT] + row->bytes[RCVD];
	return row->pkts[SENT] + row->pkts[RCVD] > 0;
}

bool skip_look(struct skip *s, const struct ctmsg_entry *e, struct tally_row *row)
{
	struct skip_flow *f = find(s, &e->view);
	bool more;

	if (!f)
		return false;
	more = look(s, f, e, row);
	switch (f->state) {
	case SKIP_LEAVING:
		f->state = SKIP_OUTSIDE;
		s->n.begun++;
		s->n.uncounted += !e->counted;
		break;
	case SKIP_OUTSIDE:
		break;
	case SKIP_RETURNING:
		forget(s, f);
		s->n.returned++;
		break;
	}
	return more;
}

bool skip_ended(struct skip *s, const struct ctmsg_entry *e, struct tally_row *row)
{
	struct skip_flow *f = find(s, &e->view);
	bool more;

	if (!f)
		return false;
	more = look(s, f, e, row);
	forget(s, f);
	s->n.ended++;
	return more;
}

uint32_t skip_now(const struct skip *s)
{
	return s->outside;
}

const struct skip_counters *skip_counters(const struct skip *s)
{
	return &s->n;
}
