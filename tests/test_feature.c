/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures were computed in rational arithmetic. */
#include "testing.h"

#include <netinet/in.h>

#include "feature.h"

struct at {
	int64_t us;
	bool sent;
	uint32_t len;
};

/* The features of one flow's packets, by way of a tracker. */
static void features_of(enum feature_set set, uint8_t proto, const struct at *at,
                        size_t n, float *x)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t = burst_tracker_new(&p);
	struct addr client = addr_v4(0x0a000001), server = addr_v4(0x08080808);
	struct burst *b;

	assert_non_null(t);
	for (size_t i = 0; i < n; i++) {
		struct packet pkt = { .time = { 1554669867000000 + at[i].us },
			              .src = at[i].sent ? client : server,
			              .dst = at[i].sent ? server : client,
			              .len_bytes = at[i].len,
			              .header_bytes = proto == IPPROTO_TCP ? 40 : 28,
			              .sport = at[i].sent ? 1000 : 443,
			              .dport = at[i].sent ? 443 : 1000,
			              .proto = proto };

		burst_advance(t, pkt.time);
		burst_packet(t, &pkt);
	}
	burst_end_all(t, BURST_FLUSH);
	b = burst_take(t);
	assert_non_null(b);
	feature_vector(set, burst_flow_at(b, b->flows.next), x);
	burst_tracker_free(t);
}

static void assert_features(const float *x, const double *want, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_near(x[i], want[i], 1e-6);
}

static const struct at talk[] = {
	{ 0, true, 60 },        { 21000, false, 60 },   { 21100, true, 52 },
	{ 22345, true, 569 },   { 43900, false, 1500 }, { 43900, false, 1500 },
	{ 44010, false, 1201 }, { 44444, true, 52 },    { 99999, true, 178 },
	{ 120000, false, 103 },
};

static const double talk_seed15[15] = {
	1,
	4.790340285400658,
	1,
	527.5,
	52,
	1500,
	594.8529650258121,
	-1.2111337696439393,
	0.7632286923575755,
	0.013333333333333334,
	0,
	0.055555,
	0.01761872908772556,
	0.8395198137393294,
	1.333879661164377,
};

static void seed15_has_the_designed_figures(void **state)
{
	float x[FEATURE_MAX];

	features_of(FEATURE_SEED15, IPPROTO_TCP, talk, 10, x);
	assert_features(x, talk_seed15, 15);
	features_of(FEATURE_SEED15, IPPROTO_UDP, talk, 10, x);
	assert_true(x[0] == 0);
	assert_features(x + 1, talk_seed15 + 1, 14);
	(void)state;
}

/* One packet: no other direction, no gap, no variance. */
static void a_single_packet_has_zeros_for_what_is_not(void **state)
{
	static const double want[15] = { 1, 0, 0, 60, 60, 60 };
	float x[FEATURE_MAX];

	features_of(FEATURE_SEED15, IPPROTO_TCP, talk, 1, x);
	assert_features(x, want, 15);
	(void)state;
}

/* Two lengths and one gap; then three lengths and two gaps: the rule of three counts the
 * values of each sample for itself. */
static void fewer_than_three_values_have_no_deviation(void **state)
{
	static const double two[15] = {
		1, 1, 1, 60, 60, 60, 0, 0, 0, 0.021, 0.021, 0.021
	};
	static const double three[15] = {
		1,
		112.0 / 60,
		2,
		172.0 / 3,
		52,
		60,
		3.7712361663282534,
		-1.5,
		-0.7071067811865476,
		0.01055,
		0.0001,
		0.021,
		0,
		0,
		0,
	};
	float x[FEATURE_MAX];

	features_of(FEATURE_SEED15, IPPROTO_TCP, talk, 2, x);
	assert_features(x, two, 15);
	features_of(FEATURE_SEED15, IPPROTO_TCP, talk, 3, x);
	assert_features(x, three, 15);
	(void)state;
}

/* A ratio is of larger over smaller, whichever direction is larger. */
static void ratios_are_never_below_one(void **state)
{
	static const struct at more_sent[] = {
		{ 0, true, 1000 }, { 1, true, 1000 }, { 2, true, 1000 }, { 3, false, 100 }
	};
	static const struct at more_rcvd[] = { { 0, false, 1000 },
		                               { 1, false, 1000 },
		                               { 2, false, 1000 },
		                               { 3, true, 100 } };
	float x[FEATURE_MAX];

	features_of(FEATURE_SEED15, IPPROTO_UDP, more_sent, 4, x);
	assert_true(x[1] == 30 && x[2] == 3);
	features_of(FEATURE_SEED15, IPPROTO_UDP, more_rcvd, 4, x);
	assert_true(x[1] == 30 && x[2] == 3);
	(void)state;
}

static float full_feature(const float *x, const char *name)
{
	for (unsigned i = 0; i < feature_count(FEATURE_FULL); i++)
		if (strcmp(feature_name(FEATURE_FULL, i), name) == 0)
			return x[i];
	fail_msg("no feature %s", name);
	return 0;
}

/* Past the runs that are kept, nothing is added to any of them. */
static void bulks_are_the_first_runs(void **state)
{
	struct at at[2 * BURST_BULKS + 4];
	float x[FEATURE_MAX];

	for (int i = 0; i < 2 * BURST_BULKS + 4; i++)
		at[i] = (struct at){ i, i / 2 % 2 == 0, 140 };
	features_of(FEATURE_FULL, IPPROTO_TCP, at, 2 * BURST_BULKS + 4, x);
	assert_true(full_feature(x, "bulk_1") == 200);
	assert_true(full_feature(x, "bulk_8") == -200);
	(void)state;
}

/* A superpacket is one run, whatever its length. */
static void bulks_count_superpackets_whole(void **state)
{
	static const struct at at[] = { { 0, true, 140 }, { 1, false, 65000 } };
	float x[FEATURE_MAX];

	features_of(FEATURE_FULL, IPPROTO_TCP, at, 2, x);
	assert_true(full_feature(x, "bulk_1") == 100);
	assert_true(full_feature(x, "bulk_2") == -64960);
	(void)state;
}

static void half_of_it_travels(void **state)
{
	unsigned travels = 0;

	(void)state;
	for (unsigned i = 0; i < feature_count(FEATURE_FULL); i++) {
		const char *name = feature_name(FEATURE_FULL, i);

		travels += feature_travels(FEATURE_FULL, i);
		if (strncmp(name, "gap_", 4) == 0 || strncmp(name, "burst_", 6) == 0)
			assert_false(feature_travels(FEATURE_FULL, i));
	}
	assert_int_equal(travels, 25);
	assert_true(feature_travels(FEATURE_SEED15, 9));
}

static void full_names_what_it_holds(void **state)
{
	float x[FEATURE_MAX];

	features_of(FEATURE_FULL, IPPROTO_TCP, talk, 10, x);
	assert_true(full_feature(x, "sent_pkts") == 5 &&
	            full_feature(x, "rcvd_pkts") == 5);
	assert_true(full_feature(x, "sent_bytes") == 911);
	assert_true(full_feature(x, "rcvd_bytes") == 4364);
	assert_true(full_feature(x, "both_bytes") == 5275);
	assert_near(full_feature(x, "both_std"), talk_seed15[6], 1e-6);
	assert_near(full_feature(x, "gap_kurtosis"), talk_seed15[13], 1e-6);
	assert_true(full_feature(x, "first_1") == 20 &&
	            full_feature(x, "first_2") == -20);
	assert_true(full_feature(x, "first_4") == 529 &&
	            full_feature(x, "first_5") == -1460);
	assert_true(full_feature(x, "first_11") == 0);
	assert_near(full_feature(x, "duration"), 0.12, 1e-6);
	assert_near(full_feature(x, "pkts_rate"), 10 / 0.121, 1e-6);
	assert_true(full_feature(x, "burst_flows") == 1);
	assert_near(full_feature(x, "burst_duration"), 0.12, 1e-6);
	assert_true(full_feature(x, "burst_offset") == 0);
	assert_true(full_feature(x, "bulk_1") == 20 && full_feature(x, "bulk_2") == -20);
	assert_true(full_feature(x, "bulk_3") == 541 &&
	            full_feature(x, "bulk_4") == -4081);
	assert_true(full_feature(x, "bulk_5") == 150 && full_feature(x, "bulk_6") == -63);
	assert_true(full_feature(x, "bulk_7") == 0 && full_feature(x, "bulk_8") == 0);
	assert_true(full_feature(x, "burst_pkts") == 10 &&
	            full_feature(x, "burst_bytes") == 5275);
	assert_true(full_feature(x, "burst_sent") == 911 &&
	            full_feature(x, "burst_share") == 1);
	assert_true(full_feature(x, "burst_index") == 0);
	assert_true(full_feature(x, "burst_tcp") == 1 &&
	            full_feature(x, "burst_udp") == 0);
	/* Half of the packets sent are of 52 to 60 bytes: to the width of a bin. */
	assert_near((full_feature(x, "sent_p50") - 56) / 16, 0, 1);
	(void)state;
}

static void sets_are_found_by_name(void **state)
{
	enum feature_set set = FEATURE_SETS;

	assert_true(feature_set_find("seed15", &set) && set == FEATURE_SEED15);
	assert_true(feature_set_find("full", &set) && set == FEATURE_FULL);
	assert_false(feature_set_find("seed1", &set));
	assert_false(feature_set_find("", &set));
	assert_int_equal(set, FEATURE_FULL);
	for (int s = 0; s < FEATURE_SETS; s++) {
		set = (enum feature_set)s;
		assert_true(feature_count(set) > 0 && feature_count(set) <= FEATURE_MAX);
		for (unsigned i = 0; i < feature_count(set); i++)
			for (unsigned k = 0; k < i; k++)
				assert_string_not_equal(feature_name(set, i),
				                        feature_name(set, k));
	}
	(void)state;
}

/* The order is part of the contract: models hold it. */
static void seed15_has_its_order(void **state)
{
	static const char *const want[] = {
		"protocol", "byte_ratio", "packet_ratio", "len_mean",     "len_min",
		"len_max",  "len_std",    "len_kurtosis", "len_skew",     "gap_mean",
		"gap_min",  "gap_max",    "gap_std",      "gap_kurtosis", "gap_skew",
	};

	assert_int_equal(feature_count(FEATURE_SEED15), 15);
	for (unsigned i = 0; i < 15; i++)
		assert_string_equal(feature_name(FEATURE_SEED15, i), want[i]);
	assert_string_equal(feature_set_name(FEATURE_SEED15), "seed15");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed15_has_the_designed_figures),
		cmocka_unit_test(a_single_packet_has_zeros_for_what_is_not),
		cmocka_unit_test(fewer_than_three_values_have_no_deviation),
		cmocka_unit_test(ratios_are_never_below_one),
		cmocka_unit_test(bulks_are_the_first_runs),
		cmocka_unit_test(bulks_count_superpackets_whole),
		cmocka_unit_test(half_of_it_travels),
		cmocka_unit_test(full_names_what_it_holds),
		cmocka_unit_test(sets_are_found_by_name),
		cmocka_unit_test(seed15_has_its_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
