/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nearly all of the time that training takes is spent here.  A key holds all that a scan
 * needs of a record: rank << 16 | weight << 10 | label. */
#include "split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BINS      256
#define FEW       64   /* so many are sorted by counting the smaller ones */
#define MANY      4096 /* from here on a histogram comes first */
#define RANK(key) ((key) >> 16)

/* A scan from small ranks to large ones: what is left of the cut so far. */
struct scan {
	uint32_t weight;
	uint64_t squares; /* sum of left[c]^2 */
	uint64_t cross;   /* sum of left[c] * total[c] */
};

int splitter_init(struct splitter *s, const struct codes *codes, uint32_t min_leaf)
{
	*s = (struct splitter){ .codes = codes, .min_leaf = min_leaf };
	s->total = calloc(codes->classes, sizeof(*s->total));
	s->left = calloc(codes->classes, sizeof(*s->left));
	s->key = calloc(codes->rows + 1, sizeof(*s->key));
	s->key2 = calloc(codes->rows + 1, sizeof(*s->key2));
	s->bin = calloc((size_t)BINS * codes->classes, sizeof(*s->bin));
	return s->total && s->left && s->key && s->key2 && s->bin ? 0 : -ENOMEM;
}

void splitter_clear(struct splitter *s)
{
	free(s->total);
	free(s->left);
	free(s->key);
	free(s->key2);
	free(s->bin);
}

void splitter_node(struct splitter *s, const uint16_t *record, size_t n)
{
	const struct codes *c = s->codes;
	const uint16_t *tail = record + c->features;

	s->record = record;
	s->n = n;
	s->weight = 0;
	s->squares = 0;
	s->classes = 0;
	memset(s->total, 0, c->classes * sizeof(*s->total));
	for (size_t i = 0; i < n; i++) {
		uint16_t t = tail[i * c->stride];
		uint32_t w = CODES_WEIGHT(t), *total = &s->total[CODES_LABEL(t)];

		s->classes += *total == 0;
		s->squares += (uint64_t)w * (2 * *total + w);
		s->weight += w;
		*total += w;
	}
}

static inline void scan_add(struct splitter *s, struct scan *sc, uint32_t label,
                            uint32_t weight)
{
	uint32_t left = s->left[label];

	sc->squares += (uint64_t)weight * (2 * left + weight);
	sc->cross += (uint64_t)weight * s->total[label];
	sc->weight += weight;
	s->left[label] = left + weight;
}

/* Is a cut here better than *best?  With l and r the class counts on both sides and t
 * their sum, r^2 = t^2 - 2 l t + l^2.  All products fit: num is at most weight^3 / 4. */
static inline bool scan_better(const struct splitter *s, const struct scan *sc,
                               struct split *best)
{
	uint64_t right = s->weight - sc->weight;
	uint64_t right_squares = s->squares - 2 * sc->cross + sc->squares;
	uint64_t num = sc->squares * right + right_squares * sc->weight;
	uint64_t den = sc->weight * right;

	if (best->den &&
	    (unsigned __int128)num * best->den <= (unsigned __int128)best->num * den)
		return false;
	best->num = num;
	best->den = den;
	return true;
}

/* left[] back to zero, the cheaper way. */
static void scan_end(struct splitter *s, const uint32_t *key, size_t n)
{
	if (n > s->codes->classes / 8) {
		memset(s->left, 0, s->codes->classes * sizeof(*s->left));
		return;
	}
	for (size_t i = 0; i < n; i++)
		s->left[CODES_LABEL(key[i])] = 0;
}

/* Try the cuts between sorted keys.  The cut goes halfway, in ranks, through the gap that
 * the node's records leave. */
static void scan_keys(struct splitter *s, const uint32_t *key, size_t n, struct scan sc,
                      struct split *best)
{
	uint32_t min_leaf = s->min_leaf;
	size_t at = SIZE_MAX;

	for (size_t i = 0; i + 1 < n; i++) {
		scan_add(s, &sc, CODES_LABEL(key[i]), CODES_WEIGHT(key[i]));
		if (RANK(key[i]) == RANK(key[i + 1]) || sc.weight < min_leaf)
			continue;
		if (s->weight - sc.weight < min_leaf)
			break;
		if (scan_better(s, &sc, best))
			at = i;
	}
	if (at != SIZE_MAX)
		best->rank = (RANK(key[at]) + RANK(key[at + 1]) - 1) / 2;
}

typedef int32_t lanes __attribute__((vector_size(16)));

/* The place of a key is the number of smaller ones.  Indices below the ranks make all
 * numbers different.  Quadratic, yet the fastest for few: no branch to guess wrong. */
static void sort_few(const uint32_t *key, size_t n, uint32_t *sorted)
{
	union {
		int32_t one[FEW];
		lanes four[FEW / 4];
	} v, place;

	for (size_t i = 0; i < FEW; i++)
		v.one[i] = i < n ? (int32_t)(RANK(key[i]) << 15 | i) : 0;
	for (size_t b = 0; b < FEW / 4 && 4 * b < n; b += 4) {
		lanes p0 = { 0 }, p1 = { 0 }, p2 = { 0 }, p3 = { 0 };

		for (size_t i = 0; i < n; i++) {
			lanes k = { v.one[i], v.one[i], v.one[i], v.one[i] };

			p0 -= v.four[b] > k;
			p1 -= v.four[b + 1] > k;
			p2 -= v.four[b + 2] > k;
			p3 -= v.four[b + 3] > k;
		}
		place.four[b] = p0;
		place.four[b + 1] = p1;
		place.four[b + 2] = p2;
		place.four[b + 3] = p3;
	}
	for (size_t i = 0; i < n; i++)
		sorted[place.one[i]] = key[i];
}

/* Some bits of what a rank is above the least one. */
struct digit {
	uint32_t low;
	unsigned shift, bits;
};

/* One pass of a radix sort. */
static void sort_pass(const uint32_t *from, size_t n, uint32_t *to, struct digit digit)
{
	uint32_t at[2048], sum = 0, mask = (1U << digit.bits) - 1;
	uint32_t low = digit.low << 16;
	unsigned shift = 16 + digit.shift;

	memset(at, 0, sizeof(*at) << digit.bits);
	for (size_t i = 0; i < n; i++)
		at[(from[i] - low) >> shift & mask]++;
	for (uint32_t d = 0; d <= mask; d++) {
		uint32_t here = at[d];

		at[d] = sum;
		sum += here;
	}
	for (size_t i = 0; i < n; i++)
		to[at[(from[i] - low) >> shift & mask]++] = from[i];
}

static unsigned bits_of(uint32_t v)
{
	return v ? 32 - (unsigned)__builtin_clz(v) : 0;
}

/* The keys in order of rank, in one of the two arrays.  min and max bound the ranks. */
static uint32_t *sort_keys(uint32_t *key, size_t n, uint32_t *other, uint32_t min,
                           uint32_t max)
{
	unsigned bits = bits_of(max - min), half = (bits + 1) / 2;

	if (n <= FEW) {
		sort_few(key, n, other);
		return other;
	}
	if (bits <= 8 || (bits <= 11 && n >= 1U << bits)) {
		sort_pass(key, n, other, (struct digit){ min, 0, bits });
		return other;
	}
	sort_pass(key, n, other, (struct digit){ min, 0, half });
	sort_pass(other, n, key, (struct digit){ min, half, bits - half });
	return key;
}

/* Sum the bins; the best cut between them, or BINS. */
static unsigned scan_bins(struct splitter *s, struct split *best)
{
	struct scan sc = { 0 };
	unsigned at = BINS;

	for (unsigned b = 0; b < BINS; b++) {
		const uint32_t *bin = &s->bin[(size_t)b * s->codes->classes];
		uint32_t before = sc.weight;

		for (uint32_t c = 0; c < s->codes->classes; c++)
			if (bin[c])
				scan_add(s, &sc, c, bin[c]);
		if (sc.weight == before || sc.weight < s->min_leaf)
			continue;
		if (sc.weight == s->weight || s->weight - sc.weight < s->min_leaf)
			break;
		if (scan_better(s, &sc, best))
			at = b;
	}
	memset(s->left, 0, s->codes->classes * sizeof(*s->left));
	return at;
}

/* The next bin with something in it. */
static unsigned next_bin(const struct splitter *s, unsigned b)
{
	size_t classes = s->codes->classes;

	for (b++; b < BINS; b++)
		for (size_t c = 0; c < classes; c++)
			if (s->bin[b * classes + c])
				return b;
	return b;
}

/* Every cut within bin b and the next one, exactly. */
static void scan_near(struct splitter *s, unsigned b, unsigned shift, uint32_t min,
                      struct split *best)
{
	unsigned b2 = next_bin(s, b);
	struct scan sc = { 0 };
	uint32_t *sorted;
	size_t n = 0;

	for (size_t i = 0; i < (size_t)b * s->codes->classes; i++)
		if (s->bin[i])
			scan_add(s, &sc, (uint32_t)(i % s->codes->classes), s->bin[i]);
	for (size_t i = 0; i < s->n; i++) {
		unsigned bin = (RANK(s->key[i]) - min) >> shift;

		s->key2[n] = s->key[i];
		n += bin == b || bin == b2;
	}
	sorted = sort_keys(s->key2, n, s->key, min + (b << shift),
	                   min + (b2 << shift) + (1U << shift) - 1);
	scan_keys(s, sorted, n, sc, best);
	memset(s->left, 0, s->codes->classes * sizeof(*s->left));
}

/* For a large node: a coarse look first, then exactly around the best place.  false when
 * no cut between bins is allowed. */
static bool split_coarse(struct splitter *s, uint32_t min, uint32_t max,
                         struct split *best)
{
	unsigned bits = bits_of(max - min), shift = bits > 8 ? bits - 8 : 0, at;
	struct split coarse = { 0 };

	memset(s->bin, 0, BINS * s->codes->classes * sizeof(*s->bin));
	for (size_t i = 0; i < s->n; i++) {
		uint32_t k = s->key[i];

		s->bin[((RANK(k) - min) >> shift) * s->codes->classes + CODES_LABEL(k)] +=
			CODES_WEIGHT(k);
	}
	at = scan_bins(s, &coarse);
	if (at == BINS)
		return false;
	scan_near(s, at, shift, min, best);
	return true;
}

void split_best(struct splitter *s, unsigned feature, struct split *best)
{
	const struct codes *c = s->codes;
	uint32_t min = UINT32_MAX, max = 0;
	struct split mine = *best;
	uint32_t *sorted;

	for (size_t i = 0; i < s->n; i++) {
		const uint16_t *r = s->record + i * c->stride;
		uint32_t k = (uint32_t)r[feature] << 16 | r[c->features];

		min = k < min ? k : min;
		max = k > max ? k : max;
		s->key[i] = k;
	}
	min = RANK(min);
	max = RANK(max);
	if (min == max)
		return;
	mine.rank = UINT32_MAX;
	if (s->n < MANY || s->n < 32 * c->classes || !split_coarse(s, min, max, &mine)) {
		sorted = sort_keys(s->key, s->n, s->key2, min, max);
		scan_keys(s, sorted, s->n, (struct scan){ 0 }, &mine);
		scan_end(s, sorted, s->n);
	}
	if (mine.rank == UINT32_MAX)
		return;
	mine.feature = feature;
	*best = mine;
}

/* A rank between min and max - 1 whose cut is drawn evenly between the outer cuts. */
static uint32_t draw_rank(const struct codes *c, unsigned feature, uint32_t min,
                          uint32_t max, struct rng *rng)
{
	const float *cut = c->cut[feature];
	double low = cut[min], at = low + rng_unit(rng) * (cut[max - 1] - low);
	uint32_t above = max - 1;

	while (min < above) {
		uint32_t mid = (min + above) / 2;

		if (cut[mid] < at)
			min = mid + 1;
		else
			above = mid;
	}
	return min;
}

void split_random(struct splitter *s, unsigned feature, struct rng *rng,
                  struct split *best)
{
	const struct codes *c = s->codes;
	uint32_t min = UINT32_MAX, max = 0, rank;
	struct scan sc = { 0 };

	for (size_t i = 0; i < s->n; i++) {
		uint32_t r = s->record[i * c->stride + feature];

		min = r < min ? r : min;
		max = r > max ? r : max;
	}
	if (min == max)
		return;
	rank = draw_rank(c, feature, min, max, rng);
	for (size_t i = 0; i < s->n; i++) {
		const uint16_t *r = s->record + i * c->stride;

		if (r[feature] <= rank)
			scan_add(s, &sc, CODES_LABEL(r[c->features]),
			         CODES_WEIGHT(r[c->features]));
	}
	memset(s->left, 0, c->classes * sizeof(*s->left));
	if (sc.weight < s->min_leaf || s->weight - sc.weight < s->min_leaf ||
	    !scan_better(s, &sc, best))
		return;
	best->feature = feature;
	best->rank = rank;
}
