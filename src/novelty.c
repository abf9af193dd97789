/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "novelty.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"

void novelty_clear(struct novelty *n)
{
	free(n->cut);
	free(n->node);
	free(n->box_of);
	free(n->box);
	*n = (struct novelty){ 0 };
}

/* Steps of 64, 32, ... 1 cuts find the number of those below, without a branch that could
 * be guessed wrong. */
static uint8_t code_of(const float cut[static NOVELTY_CUTS + 1], float v)
{
	unsigned below = 0;

	for (unsigned step = (NOVELTY_CUTS + 1) / 2; step > 0; step /= 2)
		below += cut[below + step - 1] < v ? step : 0;
	return (uint8_t)(2 * below + (cut[below] == v));
}

void novelty_code(const struct novelty *n, const float *x, uint8_t *code)
{
	for (unsigned i = 0; i < n->asks; i++)
		code[i] = code_of(n->cut[i], x[n->ask[i]]);
	for (unsigned i = n->asks; i < novelty_width(n); i++)
		code[i] = 0;
}

static uint32_t step(const struct novelty *n, const uint8_t *code, uint32_t at)
{
	struct novelty_node node = n->node[at];

	return node.next + (code[node.ask] > node.cut);
}

uint32_t novelty_leaf(const struct novelty *n, unsigned tree, const uint8_t *code)
{
	uint32_t at = n->root[tree], next;

	for (; (next = step(n, code, at)) != at; at = next)
		;
	return at;
}

/* All trees side by side, to wait for memory together. */
static void find_leaves(const struct novelty *n, const uint8_t *code,
                        uint32_t at[static NOVELTY_TREES])
{
	uint32_t moved;

	memcpy(at, n->root, n->trees * sizeof(*at));
	do {
		moved = 0;
		for (unsigned t = 0; t < n->trees; t++) {
			uint32_t next = step(n, code, at[t]);

			moved |= next ^ at[t];
			at[t] = next;
		}
	} while (moved);
}

typedef uint8_t lanes __attribute__((vector_size(NOVELTY_LANES)));

/* A comparison gives -1 where it holds. */
unsigned novelty_outside(const struct novelty *n, uint32_t box, const uint8_t *code)
{
	unsigned width = novelty_width(n), all = 0;
	const uint8_t *low = n->box + (size_t)box * 2 * width, *high = low + width;
	lanes sum = { 0 };

	for (unsigned i = 0; i < width; i += NOVELTY_LANES) {
		lanes c, l, h;

		memcpy(&c, code + i, sizeof(c));
		memcpy(&l, low + i, sizeof(l));
		memcpy(&h, high + i, sizeof(h));
		sum -= (lanes)((c < l) | (c > h));
	}
	for (unsigned i = 0; i < NOVELTY_LANES; i++)
		all += sum[i];
	return all;
}

float novelty_of(const struct novelty *n, const float *x)
{
	uint8_t code[FOREST_FEATURES_MAX + NOVELTY_LANES];
	uint32_t at[NOVELTY_TREES];
	unsigned sum = 0;

	if (n->trees == 0)
		return 0;
	novelty_code(n, x, code);
	find_leaves(n, code, at);
	for (unsigned t = 0; t < n->trees; t++)
		sum += novelty_outside(n, n->box_of[at[t]], code);
	return (float)sum / (float)(n->trees * n->asks);
}

/* What the boxes that a code lies below of, or above of, have in common. */
struct side {
	unsigned boxes;
	uint8_t low, high;
};

static void add_to_side(struct side *s, uint8_t low, uint8_t high)
{
	s->low = s->boxes == 0 || low < s->low ? low : s->low;
	s->high = s->boxes == 0 || high > s->high ? high : s->high;
	s->boxes++;
}

/* An odd code is a cut, an even one all between two. */
static void set_ends(struct novelty_stray *s, const float *cut, unsigned cuts,
                     const struct side *side)
{
	unsigned low = side->low / 2, high = side->high / 2;

	s->least_open = side->low % 2 == 0;
	s->largest_open = side->high % 2 == 0;
	if (s->least_open)
		s->least = low > 0 ? cut[low - 1] : -FLT_MAX;
	else
		s->least = cut[low];
	s->largest = high < cuts ? cut[high] : FLT_MAX;
}

/* Whether the code of asked feature i leaves a box of those of n->trees leaves. */
static bool strays(const struct novelty *n, const uint32_t *leaf, unsigned i,
                   uint8_t code, struct novelty_stray *s)
{
	unsigned width = novelty_width(n);
	struct side below = { 0 }, above = { 0 };
	const struct side *more;

	for (unsigned t = 0; t < n->trees; t++) {
		const uint8_t *low = n->box + (size_t)n->box_of[leaf[t]] * 2 * width + i;
		uint8_t high = low[width];

		if (code < *low)
			add_to_side(&below, *low, high);
		else if (code > high)
			add_to_side(&above, *low, high);
	}
	more = below.boxes > above.boxes ? &below : &above;
	if (more->boxes == 0)
		return false;
	*s = (struct novelty_stray){
		.feature = n->ask[i],
		.below = below.boxes,
		.above = above.boxes,
		.steps = more == &below ? more->low - code : code - more->high,
	};
	set_ends(s, n->cut[i], n->cuts[i], more);
	return true;
}

static int by_telling(const void *a, const void *b)
{
	const struct novelty_stray *x = a, *y = b;
	unsigned nx = x->below + x->above, ny = y->below + y->above;

	if (nx != ny)
		return nx > ny ? -1 : 1;
	if (x->steps != y->steps)
		return x->steps > y->steps ? -1 : 1;
	return x->feature < y->feature ? -1 : x->feature > y->feature;
}

unsigned novelty_tell(const struct novelty *n, const float *x,
                      struct novelty_stray *stray)
{
	uint8_t code[FOREST_FEATURES_MAX + NOVELTY_LANES];
	uint32_t leaf[NOVELTY_TREES];
	unsigned found = 0;

	if (n->trees == 0)
		return 0;
	novelty_code(n, x, code);
	find_leaves(n, code, leaf);
	for (unsigned i = 0; i < n->asks; i++)
		found += strays(n, leaf, i, code[i], &stray[found]);
	qsort(stray, found, sizeof(*stray), by_telling);
	return found;
}

/* Of n known ones and one more that is known as well, each is as likely as any other to
 * be the k-th. */
float novelty_limit(float *doubt, size_t n, double share)
{
	double k = ceil((double)(n + 1) * (1 - share));

	if (share <= 0 || k > (double)n)
		return NOVELTY_NEVER;
	qsort(doubt, n, sizeof(*doubt), order_floats);
	return doubt[(size_t)fmax(k, 1) - 1];
}
