/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hold.h"

#include <stdlib.h>

#define AGREED_MOST 255

struct hold {
	struct table *flows;
};

struct hold *hold_new(uint32_t max, const struct hash_key *secret)
{
	struct hold *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->flows = table_new(max, sizeof(struct hold_flow),
	                     offsetof(struct hold_flow, key), FLOW_KEY_WORDS, secret);
	if (!h->flows) {
		free(h);
		return NULL;
	}
	return h;
}

void hold_free(struct hold *h)
{
	if (!h)
		return;
	table_free(h->flows);
	free(h);
}

static void forget(struct hold_flow *f)
{
	f->label = HOLD_UNKNOWN;
	f->rival = HOLD_UNKNOWN;
	f->provisional = false;
	f->run = f->agreed = f->value = 0;
}

bool hold_is_old(const struct hold_flow *f, struct mono now)
{
	return mono_less(HOLD_LIFE, mono_since(now, f->last));
}

static struct hold_flow *add(struct hold *h, const struct flow_key *key,
                             const struct flow_ends *ends)
{
	struct hold_flow *f = table_add(h->flows, key->w);

	if (!f) {
		table_remove(h->flows, table_oldest(h->flows));
		f = table_add(h->flows, key->w);
	}
	f->ends = *ends;
	forget(f);
	return f;
}

static void count_as(struct hold_flow *f, uint32_t label, bool provisional)
{
	f->label = label;
	f->provisional = provisional;
	f->rival = HOLD_UNKNOWN;
	f->run = 0;
	f->agreed = provisional ? 0 : 1;
}

static void agree(struct hold_flow *f)
{
	f->provisional = false;
	f->run = 0;
	f->agreed += f->agreed < AGREED_MOST;
}

/* Another app than before. */
static void disagree(struct hold_flow *f, const struct hold_news *news)
{
	f->agreed = 0;
	f->run = f->run > 0 && f->rival == news->label ? f->run + 1 : 1;
	f->rival = news->label;
	if (f->run >= news->bursts)
		count_as(f, news->label, false);
}

static void take(struct hold_flow *f, const struct hold_news *news)
{
	if (f->label == HOLD_UNKNOWN && news->label != HOLD_UNKNOWN) {
		count_as(f, news->label, news->provisional);
		return;
	}
	if (news->provisional) /* its burst has its say when it ends */
		return;
	if (news->label == f->label)
		agree(f);
	else if (news->label == HOLD_UNKNOWN)
		f->run = f->agreed = 0;
	else if (f->provisional)
		count_as(f, news->label, false);
	else
		disagree(f, news);
}

struct hold_flow *hold_label(struct hold *h, const struct flow_ends *ends,
                             const struct hold_news *news)
{
	struct flow_key key = flow_key_of_ends(ends);
	struct hold_flow *f = table_find(h->flows, key.w);

	if (f)
		table_touch(h->flows, f);
	else
		f = add(h, &key, ends);
	if (hold_is_old(f, news->now))
		forget(f);
	f->last = news->now;
	take(f, news);
	return f;
}

const struct hold_flow *hold_find(const struct hold *h, const struct flow_ends *ends)
{
	struct flow_key key = flow_key_of_ends(ends);

	return table_find(h->flows, key.w);
}

struct hold_flow *hold_next(struct hold *h, const struct hold_flow *f)
{
	return f ? table_newer(h->flows, f) : table_oldest(h->flows);
}
