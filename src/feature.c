/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feature.h"

#include <netinet/in.h>
#include <string.h>

static const char *const seed15[] = {
	"protocol", "byte_ratio", "packet_ratio", "len_mean",     "len_min",
	"len_max",  "len_std",    "len_kurtosis", "len_skew",     "gap_mean",
	"gap_min",  "gap_max",    "gap_std",      "gap_kurtosis", "gap_skew",
};

/* The moments and deciles are AppScanner's (Taylor et al., "Robust smartphone app
 * identification via encrypted network traffic analysis", 2018), for the packets sent,
 * received and both; the rest says how the burst-flow began, how fast it was, and how it
 * lay in its burst. */
#define WAY_NAMES(way)                                                                   \
	way "_pkts", way "_bytes", way "_mean", way "_min", way "_max", way "_std",      \
		way "_kurtosis", way "_skew", way "_p10", way "_p20", way "_p30",        \
		way "_p40", way "_p50", way "_p60", way "_p70", way "_p80", way "_p90"
#define WAY_COUNT 17

static const char *const full[] = {
	"protocol",        "byte_ratio",      "packet_ratio", WAY_NAMES("sent"),
	WAY_NAMES("rcvd"), WAY_NAMES("both"), "gap_mean",     "gap_min",
	"gap_max",         "gap_std",         "gap_kurtosis", "gap_skew",
	"first_1",         "first_2",         "first_3",      "first_4",
	"first_5",         "first_6",         "first_7",      "first_8",
	"first_9",         "first_10",        "first_11",     "first_12",
	"bulk_1",          "bulk_2",          "bulk_3",       "bulk_4",
	"bulk_5",          "bulk_6",          "bulk_7",       "bulk_8",
	"duration",        "pkts_rate",       "bytes_rate",   "burst_flows",
	"burst_duration",  "burst_offset",    "burst_pkts",   "burst_bytes",
	"burst_sent",      "burst_share",     "burst_index",  "burst_tcp",
	"burst_udp",
};

static const struct {
	const char *name;
	const char *const *features;
	unsigned count;
} sets[FEATURE_SETS] = {
	[FEATURE_SEED15] = { "seed15", seed15, sizeof(seed15) / sizeof(seed15[0]) },
	[FEATURE_FULL] = { "full", full, sizeof(full) / sizeof(full[0]) },
};

unsigned feature_count(enum feature_set set)
{
	return sets[set].count;
}

/* Found by leaving groups of features out, on other weeks than the trees had seen. */
bool feature_travels(enum feature_set set, unsigned i)
{
	static const char *const all[] = {
		"protocol", "sent_mean", "sent_min", "sent_max", "sent_std", "rcvd_mean",
		"rcvd_min", "rcvd_max",  "rcvd_std", "first_1",  "first_2",  "first_3",
		"first_4",  "first_5",   "first_6",  "first_7",  "first_8"
	};
	const char *name = feature_name(set, i);

	if (set != FEATURE_FULL)
		return true;
	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		if (strcmp(name, all[k]) == 0)
			return true;
	return strncmp(name, "bulk_", 5) == 0;
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
	struct stats len = stats_join(&bf->len[BURST_SENT], &bf->len[BURST_RCVD]);

	x[0] = bf->ends.proto == IPPROTO_TCP;
	x[1] = ratio(bf->bytes);
	x[2] = ratio(bf->pkts);
	put_moments(&len, 1, x + 3);
	put_moments(&bf->gap, 1.0 / MONO_SECOND, x + 9);
}

/* b may be NULL. */
static float *put_way(const struct stats *len, const struct spread *a,
                      const struct spread *b, float *x)
{
	*x++ = (float)len->count;
	*x++ = (float)len->s1;
	put_moments(len, 1, x);
	spread_deciles(a, b, x + 6);
	return x + 6 + SPREAD_DECILES;
}

static double seconds(struct mono from, struct mono to)
{
	return (double)mono_since(to, from).us / MONO_SECOND;
}

/* A single packet has no rate; a millisecond keeps two at one time from an endless one.
 */
static float rate(const struct stats *len, double value, double duration)
{
	return len->count < 2 ? 0 : (float)(value / (duration + 0.001));
}

static void full_vector(const struct burst_flow *bf, float *x)
{
	const struct stats *sent = &bf->len[BURST_SENT], *rcvd = &bf->len[BURST_RCVD];
	struct stats both = stats_join(sent, rcvd);
	double duration = seconds(bf->first, bf->last);
	double all =
		(double)(bf->burst->bytes[BURST_SENT] + bf->burst->bytes[BURST_RCVD]);

	*x++ = bf->ends.proto == IPPROTO_TCP;
	*x++ = ratio(bf->bytes);
	*x++ = ratio(bf->pkts);
	x = put_way(sent, &bf->spread[BURST_SENT], NULL, x);
	x = put_way(rcvd, &bf->spread[BURST_RCVD], NULL, x);
	x = put_way(&both, &bf->spread[BURST_SENT], &bf->spread[BURST_RCVD], x);
	put_moments(&bf->gap, 1.0 / MONO_SECOND, x);
	x += 6;
	for (unsigned i = 0; i < BURST_FIRST; i++)
		*x++ = (float)bf->first_bytes[i];
	for (unsigned i = 0; i < BURST_BULKS; i++)
		*x++ = (float)bf->bulk_bytes[i];
	*x++ = (float)duration;
	*x++ = rate(&both, (double)both.count, duration);
	*x++ = rate(&both, (double)both.s1, duration);
	*x++ = (float)bf->burst->flow_count;
	*x++ = (float)seconds(bf->burst->first, bf->burst->last);
	*x++ = (float)seconds(bf->burst->first, bf->first);
	*x++ = (float)bf->burst->pkts;
	*x++ = (float)all;
	*x++ = (float)bf->burst->bytes[BURST_SENT];
	*x++ = (float)((double)both.s1 / all);
	*x++ = (float)bf->index;
	*x++ = (float)bf->burst->tcp_count;
	*x++ = (float)(bf->burst->flow_count - bf->burst->tcp_count);
}

_Static_assert(sizeof(full) / sizeof(full[0]) ==
                               3 + 3 * WAY_COUNT + 6 + BURST_FIRST + BURST_BULKS + 13 &&
                       sizeof(full) / sizeof(full[0]) <= FEATURE_MAX,
               "the names of `full` and full_vector() go together");

void feature_vector(enum feature_set set, const struct burst_flow *bf, float *x)
{
	switch (set) {
	case FEATURE_SEED15:
		seed15_vector(bf, x);
		break;
	case FEATURE_FULL:
		full_vector(bf, x);
		break;
	case FEATURE_SETS:
		break;
	}
}
