/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "novelty.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_leaf(const struct novelty *n, uint32_t at)
{
	return n->node[at].next == at;
}

static void pack_box(const struct novelty *n, uint32_t box, struct bytes *b)
{
	unsigned width = novelty_width(n);
	const uint8_t *low = n->box + (size_t)box * 2 * width;

	bytes_u8(b, 0);
	bytes_put(b, low, n->asks);
	bytes_put(b, low + width, n->asks);
}

static void pack_tree(const struct novelty *n, unsigned tree, struct bytes *b)
{
	uint32_t nodes = n->root[tree + 1] - n->root[tree], waiting = 0;
	uint32_t *stack = calloc(nodes, sizeof(*stack));

	b->failed |= !stack;
	if (stack)
		stack[waiting++] = n->root[tree];
	while (waiting) {
		uint32_t at = stack[--waiting];

		if (is_leaf(n, at)) {
			pack_box(n, n->box_of[at], b);
			continue;
		}
		bytes_u8(b, (uint8_t)(1 + n->node[at].ask));
		bytes_u8(b, (uint8_t)n->node[at].cut);
		stack[waiting++] = n->node[at].next + 1;
		stack[waiting++] = n->node[at].next;
	}
	free(stack);
}

void novelty_pack(const struct novelty *n, struct bytes *b)
{
	bytes_f32(b, n->limit);
	bytes_f32(b, n->limit_alone);
	bytes_u8(b, (uint8_t)n->trees);
	bytes_u8(b, (uint8_t)n->asks);
	for (unsigned i = 0; i < n->asks; i++) {
		bytes_u8(b, n->ask[i]);
		bytes_u8(b, n->cuts[i]);
		for (unsigned k = 0; k < n->cuts[i]; k++)
			bytes_f32(b, n->cut[i][k]);
	}
	for (unsigned t = 0; t < n->trees; t++)
		bytes_varint(b, (n->root[t + 1] - n->root[t]) / 2);
	for (unsigned t = 0; t < n->trees; t++)
		pack_tree(n, t, b);
}

struct reader {
	struct novelty *n;
	struct cursor c;
	size_t len;
	struct fault *f;
	uint32_t *stack;
};

static int bad(const struct reader *r, const char *what)
{
	return fault_at(r->f, r->len - cur_left(&r->c), what);
}

static bool limit_ok(float v)
{
	return v >= 0 && v <= NOVELTY_NEVER; /* false for NaN */
}

static int read_head(struct reader *r, unsigned features)
{
	struct novelty *n = r->n;
	uint8_t trees, asks;

	if (!bytes_get_f32(&r->c, &n->limit) || !bytes_get_f32(&r->c, &n->limit_alone) ||
	    !cur_u8(&r->c, &trees) || !cur_u8(&r->c, &asks))
		return bad(r, "cut short");
	if (!limit_ok(n->limit) || !limit_ok(n->limit_alone) || trees > NOVELTY_TREES ||
	    asks > features || !asks != !trees)
		return fault_set(r->f, -EINVAL,
		                 "limits %g and %g, %u trees, %u features: allowed are 0 "
		                 "to %g, up to %d and up to %u",
		                 (double)n->limit, (double)n->limit_alone, trees, asks,
		                 (double)NOVELTY_NEVER, NOVELTY_TREES, features);
	n->trees = trees;
	n->asks = asks;
	n->cut = calloc(asks + 1U, sizeof(*n->cut));
	return n->cut ? 0 : fault_no_memory(r->f);
}

static int read_cuts(struct reader *r, unsigned features, unsigned i)
{
	struct novelty *n = r->n;

	if (!cur_u8(&r->c, &n->ask[i]) || !cur_u8(&r->c, &n->cuts[i]))
		return bad(r, "cut short");
	if (n->ask[i] >= features || (i > 0 && n->ask[i] <= n->ask[i - 1]) ||
	    n->cuts[i] < 1 || n->cuts[i] > NOVELTY_CUTS)
		return bad(r, "a feature that is none or not the next, or its cuts");
	for (unsigned k = 0; k < n->cuts[i]; k++)
		if (!bytes_get_f32(&r->c, &n->cut[i][k]) || !isfinite(n->cut[i][k]) ||
		    (k > 0 && n->cut[i][k] <= n->cut[i][k - 1]))
			return bad(r, "a cut that is not finite or not above the last");
	for (unsigned k = n->cuts[i]; k <= NOVELTY_CUTS; k++)
		n->cut[i][k] = INFINITY;
	return 0;
}

static int read_box(struct reader *r)
{
	struct novelty *n = r->n;
	unsigned width = novelty_width(n);
	uint8_t *low = n->box + (size_t)n->boxes * 2 * width;
	const uint8_t *from;

	if (!cur_bytes(&r->c, (size_t)2 * n->asks, &from))
		return bad(r, "a box cut short");
	memset(low, 0, (size_t)2 * width);
	memcpy(low, from, n->asks);
	memcpy(low + width, from + n->asks, n->asks);
	for (unsigned i = 0; i < n->asks; i++)
		if (low[i] > low[width + i] || low[width + i] > 2 * n->cuts[i])
			return bad(r, "a box whose ends are in the wrong order");
	n->boxes++;
	return 0;
}

/* Of node at: it becomes a leaf, or gets the next free pair as children. */
static int read_node(struct reader *r, uint32_t at, uint32_t *next, uint32_t end)
{
	struct novelty *n = r->n;
	uint8_t ask, cut;

	if (!cur_u8(&r->c, &ask))
		return bad(r, "a tree cut short");
	if (ask == 0) {
		n->node[at] = (struct novelty_node){ at, 0, UINT16_MAX };
		n->box_of[at] = n->boxes;
		return read_box(r);
	}
	if (!cur_u8(&r->c, &cut) || ask > n->asks || cut >= 2 * n->cuts[ask - 1])
		return bad(r, "a split of no feature or at no code");
	if (end - *next < 2)
		return bad(r, "a tree with more nodes than it says");
	n->node[at] = (struct novelty_node){ *next, (uint16_t)(ask - 1), cut };
	*next += 2;
	return 0;
}

/* The numbers of splits, checked against the bytes that all trees must take: only then
 * is there reason to reserve memory for them. */
static int read_sizes(struct reader *r)
{
	struct novelty *n = r->n;
	uint64_t bytes = 0, boxes = 0;
	uint32_t splits;

	for (unsigned t = 0; t < n->trees; t++) {
		if (!bytes_get_varint(&r->c, &splits) || splits > cur_left(&r->c))
			return bad(r, "a tree's size cut short or too large");
		bytes += 2ULL * splits + (splits + 1ULL) * (1 + 2 * n->asks);
		boxes += splits + 1;
		if (bytes > cur_left(&r->c) || bytes > UINT32_MAX)
			return bad(r, "trees that are larger than the section");
		n->root[t + 1] = n->root[t] + 2 * splits + 1;
	}
	if (bytes != cur_left(&r->c))
		return bad(r, "trees that are smaller than the section");
	n->node = calloc(n->root[n->trees] + 1UL, sizeof(*n->node));
	n->box_of = calloc(n->root[n->trees] + 1UL, sizeof(*n->box_of));
	n->box = calloc(boxes + 1, (size_t)2 * novelty_width(n));
	r->stack = calloc(n->root[n->trees] + 1UL, sizeof(*r->stack));
	return n->node && n->box_of && n->box && r->stack ? 0 : fault_no_memory(r->f);
}

static int read_tree(struct reader *r, unsigned tree)
{
	struct novelty *n = r->n;
	uint32_t waiting = 0, next = n->root[tree] + 1, end = n->root[tree + 1];
	int err = 0;

	r->stack[waiting++] = n->root[tree];
	while (waiting && !err) {
		uint32_t at = r->stack[--waiting];

		err = read_node(r, at, &next, end);
		if (err || is_leaf(n, at))
			continue;
		r->stack[waiting++] = n->node[at].next + 1;
		r->stack[waiting++] = n->node[at].next;
	}
	if (!err && next != end)
		return bad(r, "a tree with fewer nodes than it says");
	return err;
}

int novelty_parse(struct novelty *n, unsigned features, struct cursor c, struct fault *f)
{
	struct reader r = { .n = n, .c = c, .len = cur_left(&c), .f = f };
	int err = read_head(&r, features);

	for (unsigned i = 0; i < n->asks && !err; i++)
		err = read_cuts(&r, features, i);
	if (!err)
		err = read_sizes(&r);
	for (unsigned t = 0; t < n->trees && !err; t++)
		err = read_tree(&r, t);
	free(r.stack);
	return err;
}
