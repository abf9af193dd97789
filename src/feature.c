/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feature.h"

#include <netinet/in.h>
#include <string.h>

static const char *const seed15[] = {
	"protocol", "byte_ratio", "packet_ratio", "len_mean",     "len_min",
	"len_max",  "len_std",    "len_kurtosis", "len_skew",     "gap_mean",
	"gap_min",  "gap_max",    "gap_std",      "gap_kurtosis", "gap_skew",
};

static const struct {
	const char *name;
	const char *const *features;
	unsigned count;
} sets[FEATURE_SETS] = {
	[FEATURE_SEED15] = { "seed15", seed15, sizeof(seed15) / sizeof(seed15[0]) },
};

unsigned feature_count(enum feature_set set)
{
	return sets[set].count;
}

const char *feature_set_name(enum feature_set set)
{
	return sets[set].name;
}

const char *feature_name(enum feature_set set, unsigned i)
{
	return sets[set].features[i];
}

bool feature_set_find(const char *name, enum feature_set *set)
{
	for (unsigned i = 0; i < FEATURE_SETS; i++) {
		if (strcmp(sets[i].name, name) == 0) {
			*set = (enum feature_set)i;
			return true;
		}
	}
	return false;
}

/* Larger over smaller, 0 when one is empty. */
static float ratio(const uint64_t v[2])
{
	uint64_t low = v[0] < v[1] ? v[0] : v[1], high = v[0] < v[1] ? v[1] : v[0];

	return low ? (float)((double)high / (double)low) : 0;
}

static void put_moments(const struct stats *s, double unit, float x[6])
{
	struct moments m = stats_moments(s);

	x[0] = (float)(m.mean * unit);
	x[1] = (float)(m.min * unit);
	x[2] = (float)(m.max * unit);
	x[3] = (float)(m.std * unit);
	x[4] = (float)m.kurtosis;
	x[5] = (float)m.skew;
}

static void seed15_vector(const struct burst_flow *bf, float *x)
{
	x[0] = bf->ends.proto == IPPROTO_TCP;
	x[1] = ratio(bf->bytes);
	x[2] = ratio(bf->pkts);
	put_moments(&bf->len, 1, x + 3);
	put_moments(&bf->gap, 1.0 / MONO_SECOND, x + 9);
}

void feature_vector(enum feature_set set, const struct burst_flow *bf, float *x)
{
	switch (set) {
	case FEATURE_SEED15:
		seed15_vector(bf, x);
		break;
	case FEATURE_SETS:
		break;
	}
}
