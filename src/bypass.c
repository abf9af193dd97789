/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What passes outside is counted by the kernel: a connection's counters are looked at
 * right after its bit was set and right after it was cleared, when it ends, and where
 * rows are wanted once a second.  What is in the queue meanwhile was counted by the
 * kernel before it got there, so that nothing is counted twice. */
#include "bypass.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/random.h>

#include "clock.h"
#include "ctclear.h"
#include "ctgone.h"
#include "ctmark.h"
#include "log.h"

#define ACCT          "/proc/sys/net/netfilter/nf_conntrack_acct"
#define LIST_MS       1000 /* between counts of what is outside */
#define SEARCH_MS     1000 /* between searches of the kernel's whole table */

/* Whose rows they are, in the place of a worker's number. */
#define BYPASS_WORKER UINT_MAX

struct bypass {
	struct bypass_params p;
	struct skip *skip;
	struct names labels;  /* that connections left with */
	struct ctmark *marks; /* NULL when nothing may leave */
	struct ctlist *list;
	struct ctgone *gone;
	struct mono next_list, next_search;
	struct sink *sink; /* of the call at hand, or NULL */
	int64_t second;    /* since the epoch */
};

static void put_row(struct bypass *b, const struct tally_row *row)
{
	if (!b->sink)
		return;
	/* How often it is looked at. */
	sink_put_skipped(b->sink, row, b->labels.name[row->label],
	                 b->p.counters ? mono_ms(LIST_MS) : b->p.stay);
	if (b->p.counters)
		sink_put_row(b->sink, row, b->second, BYPASS_WORKER);
}

static void see(void *self, const struct ctmsg_entry *e)
{
	struct bypass *b = self;
	struct tally_row row;

	if (skip_look(b->skip, e, &row))
		put_row(b, &row);
}

static void use_sink(struct bypass *b, struct sink *sink)
{
	b->sink = sink;
	b->second = clock_epoch_us() / MONO_SECOND;
}

static void check_accounting(void)
{
	FILE *f = fopen(ACCT, "re");
	int c = f ? fgetc(f) : EOF;

	if (f)
		(void)fclose(f); /* only read from */
	if (c != '1')
		log_warn("%s is not 1: packets that skip the queue are not counted",
		         ACCT);
}

/* true when everything is there. */
static bool open_all(struct bypass *b, struct fault *f)
{
	uint64_t connections;

	if (ctclear(b->p.bit, &connections, f) < 0)
		return false;
	if (connections > 0)
		log_info("%llu connections that skipped the queue come back",
		         (unsigned long long)connections);
	b->list = ctlist_new(f);
	b->gone = b->list ? ctgone_new(b->p.bit, f) : NULL;
	b->marks = b->gone ? ctmark_new((struct ctlist_eye){ see, b }, f) : NULL;
	return b->marks;
}

static void close_all(struct bypass *b)
{
	ctmark_free(b->marks);
	ctgone_free(b->gone);
	ctlist_free(b->list);
	b->marks = NULL;
	b->gone = NULL;
	b->list = NULL;
}

static void begin(struct bypass *b)
{
	struct fault f;

	if (b->p.bursts == 0)
		return;
	if (!open_all(b, &f)) {
		log_warn("%s; no connection skips the queue", f.text);
		close_all(b);
		return;
	}
	check_accounting();
}

struct bypass *bypass_new(const struct bypass_params *p, uint32_t max_flows)
{
	struct bypass *b = calloc(1, sizeof(*b));
	struct hash_key secret;

	if (!b)
		return NULL;
	b->p = *p;
	if (getrandom(&secret, sizeof(secret), 0) == sizeof(secret))
		b->skip = skip_new(max_flows, &secret);
	if (!b->skip) {
		bypass_free(b);
		return NULL;
	}
	begin(b);
	return b;
}

void bypass_free(struct bypass *b)
{
	if (!b)
		return;
	close_all(b);
	names_clear(&b->labels);
	skip_free(b->skip);
	free(b);
}

bool bypass_has(const struct bypass *b, const struct flow_ends *ends)
{
	return b->marks && skip_has(b->skip, ends);
}

static void put(struct bypass *b, const struct flow_ends *ends, uint32_t value,
                uint32_t mask)
{
	ctmark_put(b->marks, &(struct ctmark_change){ .ends = *ends,
	                                              .mark = { value, mask },
	                                              .look = true });
}

/* The mark goes with the bit, since no packet will carry it now. */
bool bypass_label(struct bypass *b, const struct record *r)
{
	uint32_t label;

	if (!b->marks || *r->reason || r->agreed < b->p.bursts)
		return false;
	label = names_add(&b->labels, r->label);
	if (label == NAMES_NONE || !skip_add(b->skip, &r->ends, label, clock_mono()))
		return false;
	put(b, &r->ends, r->mark | b->p.bit, b->p.mask | b->p.bit);
	return true;
}

void bypass_flush(struct bypass *b)
{
	if (b->marks)
		ctmark_flush(b->marks);
}

static void let_back(struct bypass *b, struct mono now, struct mono stay)
{
	const struct flow_ends *ends;

	while ((ends = skip_due(b->skip, now, stay)))
		put(b, ends, 0, b->p.bit);
	ctmark_flush(b->marks);
}

static void read_ended(struct bypass *b)
{
	struct ctmsg_entry e;
	struct tally_row row;

	while (ctgone_next(b->gone, &e))
		if (skip_ended(b->skip, &e, &row))
			put_row(b, &row);
}

/* What cannot be listed is counted later. */
static void list(struct bypass *b, struct mono now)
{
	const struct ctmsg_mark marked = { b->p.bit, b->p.bit };

	if (!b->p.counters || skip_now(b->skip) == 0 || mono_less(now, b->next_list))
		return;
	(void)ctlist_marked(b->list, marked, (struct ctlist_eye){ see, b });
	b->next_list = mono_add(now, mono_ms(LIST_MS));
}

static void search(struct bypass *b, struct mono now)
{
	if (!ctmark_has_lost(b->marks) || mono_less(now, b->next_search))
		return;
	(void)ctmark_search(b->marks); /* ctmark_has_lost() tells if more wait */
	b->next_search = mono_add(now, mono_ms(SEARCH_MS));
}

static int ms_until(const struct bypass *b, struct mono now)
{
	struct mono at = { INT64_MAX };
	bool wait = skip_next(b->skip, b->p.stay, &at);

	if (b->p.counters && skip_now(b->skip) > 0 && mono_less(b->next_list, at))
		at = b->next_list;
	if (ctmark_has_lost(b->marks) && mono_less(b->next_search, at)) {
		at = b->next_search;
		wait = true;
	}
	if (!wait)
		return -1;
	return mono_less(at, now) ? 0 : (int)(mono_since(at, now).us / 1000) + 1;
}

int bypass_advance(struct bypass *b, struct sink *sink)
{
	struct mono now = clock_mono();

	if (!b->marks)
		return -1;
	use_sink(b, sink);
	read_ended(b);
	list(b, now);
	let_back(b, now, b->p.stay);
	search(b, now);
	b->sink = NULL;
	sink_flush(sink);
	return ms_until(b, now);
}

int bypass_fd(const struct bypass *b)
{
	return b->gone ? ctgone_fd(b->gone) : -1;
}

/* Those that were searched for in vain, too: their bits are cleared with all others'. */
void bypass_end(struct bypass *b, struct sink *sink)
{
	const struct mono none = { 0 };
	uint64_t connections;
	struct fault f;

	if (!b->marks)
		return;
	use_sink(b, sink);
	read_ended(b);
	let_back(b, clock_mono(), none);
	b->sink = NULL;
	close_all(b);
	if (ctclear(b->p.bit, &connections, &f) < 0)
		log_warn("%s; some may go on to skip the queue", f.text);
}

void bypass_serve(struct bypass *b, const struct bypass_params *p, struct sink *sink)
{
	bool anew = p->bit != b->p.bit || p->mask != b->p.mask ||
	            (p->bursts == 0) != (b->p.bursts == 0);

	if (anew)
		bypass_end(b, sink);
	b->p = *p;
	if (anew)
		begin(b);
}

bool bypass_counters(const struct bypass *b, struct skip_counters *n, uint32_t *now)
{
	*n = *skip_counters(b->skip);
	*now = skip_now(b->skip);
	return b->p.bursts > 0 || n->begun > 0;
}
