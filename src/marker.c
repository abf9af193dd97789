/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "marker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "clock.h"
#include "ctmark.h"
#include "hold.h"
#include "log.h"
#include "names.h"
#include "neigh.h"
#include "policy.h"
#include "wall.h"

/* Searching the kernel's whole table takes this part of our time, at most. */
#define SEARCH_MS    200
#define SEARCH_PAUSE 20

/* Longer than a mark waits for a packet. */
#define CONFIRM_MS   500

struct marker {
	const struct plan *plan;
	struct policy_now hours;
	bool timed, by_card; /* do rules ask for the time, for network cards? */
	uint32_t bits;       /* that marks may have set */
	struct hold *hold;
	struct names labels; /* their places are the labels of hold */
	struct ctmark *ct;   /* or NULL */
	struct neigh *neigh; /* or NULL */
	bool warned_of_ct, warned_of_neigh;
	struct mono next_search;
	struct mono confirm_at; /* 0 when there is nothing to */
	struct marker_counters n;
};

void marker_free(struct marker *m)
{
	if (!m)
		return;
	hold_free(m->hold);
	names_clear(&m->labels);
	ctmark_free(m->ct);
	neigh_free(m->neigh);
	free(m);
}

static void open_ct(struct marker *m)
{
	struct fault f;

	if (m->ct || m->warned_of_ct)
		return;
	m->ct = ctmark_new((struct ctlist_eye){ NULL, NULL }, &f);
	m->warned_of_ct = !m->ct;
	if (!m->ct)
		log_warn("%s; marks travel with packets only, and those of open "
		         "connections do not follow the clock",
		         f.text);
}

static void open_neigh(struct marker *m)
{
	struct fault f;

	if (m->neigh || m->warned_of_neigh)
		return;
	m->neigh = neigh_new(&f);
	m->warned_of_neigh = !m->neigh;
	if (!m->neigh)
		log_warn("%s; devices are not known by their MAC", f.text);
}

/* What rules are in their hours, and the milliseconds until that may change: clocks and
 * zones are set, so not more than a minute. */
static int read_clock(struct marker *m)
{
	int64_t us = clock_epoch_us();
	unsigned second;

	m->hours = policy_at(m->plan, wall_at((time_t)(us / MONO_SECOND), &second));
	return (int)((60 - (int64_t)second % 60) * 1000 - us % MONO_SECOND / 1000);
}

static void take_plan(struct marker *m, const struct plan *p)
{
	m->plan = p;
	m->timed = p->enabled && policy_needs_hours(p);
	m->by_card = p->enabled && policy_needs_macs(p);
	m->bits |= p->enabled ? p->mask : 0;
	if (p->enabled)
		open_ct(m);
	if (m->by_card)
		open_neigh(m);
	(void)read_clock(m);
}

struct marker *marker_new(const struct plan *p, uint32_t max_flows)
{
	struct marker *m = calloc(1, sizeof(*m));
	struct hash_key secret;

	if (!m)
		return NULL;
	if (getrandom(&secret, sizeof(secret), 0) == sizeof(secret))
		m->hold = hold_new(max_flows, &secret);
	if (!m->hold) {
		marker_free(m);
		return NULL;
	}
	take_plan(m, p);
	return m;
}

static const struct mac *card_of(struct marker *m, struct addr client)
{
	const struct mac *mac;

	if (!m->by_card || !m->neigh)
		return NULL;
	mac = neigh_mac(m->neigh, client, clock_mono());
	if (neigh_error(m->neigh) && !m->warned_of_neigh)
		log_warn("neighbours: %s; devices may not be known by their MAC",
		         strerror(-neigh_error(m->neigh)));
	m->warned_of_neigh |= neigh_error(m->neigh) != 0;
	return mac;
}

/* 0 where marks are off. */
static uint32_t decide(struct marker *m, const struct hold_flow *f)
{
	const char *app = f->label == HOLD_UNKNOWN ? NULL : m->labels.name[f->label];
	struct policy_client client = { f->ends.client, card_of(m, f->ends.client) };

	return m->plan->enabled ? policy_value(m->plan, &m->hours, app, &client) : 0;
}

static void set(struct marker *m, const struct pending_mark *mark)
{
	const struct ctmark_change change = { .ends = mark->ends,
		                              .mark = { mark->value, mark->mask } };

	if (m->ct)
		ctmark_put(m->ct, &change);
}

void marker_set(struct marker *m, const struct pending_mark *mark)
{
	const struct hold_flow *f = hold_find(m->hold, &mark->ends);
	struct pending_mark now = *mark;

	if (f) {
		now.value = policy_mark(m->plan, f->value);
		now.mask |= m->bits; /* they may be others by now */
	}
	set(m, &now);
}

void marker_flush(struct marker *m)
{
	if (m->ct)
		ctmark_flush(m->ct);
}

/* A label that memory is short for counts as Unknown. */
static uint32_t number_of(struct marker *m, const struct record *r)
{
	uint32_t label = *r->reason ? NAMES_NONE : names_add(&m->labels, r->label);

	return label == NAMES_NONE ? HOLD_UNKNOWN : label;
}

static void write_mark(const struct plan *p, const struct hold_flow *f, struct record *r)
{
	r->mark = policy_mark(p, f->value);
	r->blocked = policy_blocks(p, f->value);
	r->agreed = r->provisional ? 0 : f->agreed;
}

void marker_repeat(const struct marker *m, struct record *r)
{
	const struct hold_flow *f =
		m->plan->enabled ? hold_find(m->hold, &r->ends) : NULL;

	if (f)
		write_mark(m->plan, f, r);
}

bool marker_label(struct marker *m, struct record *r, struct pending_mark *mark)
{
	const struct plan *p = m->plan;
	struct hold_news news = { .now = clock_mono(),
		                  .bursts = p->hold,
		                  .provisional = r->provisional };
	struct hold_flow *f;
	uint32_t before;

	if (!p->enabled || (r->provisional && *r->reason))
		return false; /* that a burst may yet become something is no news */
	news.label = number_of(m, r);
	f = hold_label(m->hold, &r->ends, &news);
	before = f->value;
	f->value = decide(m, f);
	write_mark(p, f, r);
	if (r->provisional && f->value == before)
		return false;
	/* Also one that it should have by now: the ends may be a new connection's. */
	*mark = (struct pending_mark){ r->ends, r->mark, p->mask };
	m->n.labels++;
	if (r->blocked || p->save == PLAN_CTNETLINK)
		set(m, mark);
	if (m->ct && p->save == PLAN_CTNETLINK)
		return false;
	m->n.carried++;
	return true;
}

static void set_anew(struct marker *m, const struct hold_flow *f)
{
	const struct pending_mark mark = { f->ends, policy_mark(m->plan, f->value),
		                           m->bits };

	set(m, &mark);
}

/* Marks of open connections by what holds now; of all of them, or of those that change.
 */
static void decide_anew(struct marker *m, bool all)
{
	struct mono now = clock_mono();
	struct hold_flow *f = NULL;

	while ((f = hold_next(m->hold, f))) {
		uint32_t before = f->value;

		if (hold_is_old(f, now) && !all)
			continue;
		f->value = decide(m, f);
		if (f->value == before && !all)
			continue;
		f->changed = true;
		set_anew(m, f);
		m->n.changes++;
	}
	marker_flush(m);
	m->confirm_at = mono_add(clock_mono(), mono_ms(CONFIRM_MS));
}

/* A packet that was to carry a mark may have carried it just after that was changed: what
 * changed is set once more when no packet can any more.  Milliseconds until then; -1 when
 * that is over. */
static int confirm(struct marker *m)
{
	struct mono left = mono_since(m->confirm_at, clock_mono());
	struct hold_flow *f = NULL;

	if (m->confirm_at.us == 0)
		return -1;
	if (left.us > 0)
		return (int)(left.us / 1000) + 1;
	while ((f = hold_next(m->hold, f))) {
		if (f->changed)
			set_anew(m, f);
		f->changed = false;
	}
	marker_flush(m);
	m->confirm_at.us = 0;
	m->bits = m->plan->enabled ? m->plan->mask : 0;
	return -1;
}

/* A value's place may be another one, and no bit of the old place may stay. */
void marker_serve(struct marker *m, const struct plan *p)
{
	uint32_t mask = m->plan->enabled ? m->plan->mask : 0;

	take_plan(m, p);
	decide_anew(m, mask != (p->enabled ? p->mask : 0));
}

/* Milliseconds until the next search; -1 for none. */
static int search(struct marker *m)
{
	struct mono now = clock_mono(), took;

	if (!m->ct || !ctmark_has_lost(m->ct))
		return -1;
	if (!mono_less(now, m->next_search)) {
		(void)ctmark_search(m->ct); /* ctmark_has_lost() tells if more wait */
		took = mono_since(clock_mono(), now);
		took.us *= SEARCH_PAUSE;
		m->next_search = mono_add(now, mono_max(took, mono_ms(SEARCH_MS)));
	}
	return (int)(mono_since(m->next_search, now).us / 1000) + 1;
}

int marker_advance(struct marker *m)
{
	struct policy_now before = m->hours;
	int wait_ms = -1;

	if (m->timed)
		wait_ms = read_clock(m);
	if (!policy_now_equal(&before, &m->hours))
		decide_anew(m, false);
	return clock_sooner(wait_ms, clock_sooner(confirm(m), search(m)));
}

struct marker_counters marker_counters(const struct marker *m)
{
	struct marker_counters n = m->n;

	if (m->ct) {
		n.set = ctmark_counters(m->ct)->set;
		n.gone = ctmark_counters(m->ct)->gone;
		n.failed = ctmark_counters(m->ct)->failed;
	}
	return n;
}
