/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mix.h"

#include <sys/stat.h>
#include <unistd.h>

#include "load.h"
#include "log.h"
#include "rawpcap.h"

static const char *const names[] = { "Chat/1.pcap", "Chat/2.pcap", "Game/1.pcap",
	                             "Game/2.pcap" };

/* Trace t: one client, t + 2 packets a second apart and more, so that bursts are packets;
 * chat is of 100 bytes, a game of 200. */
static void write_trace(unsigned t)
{
	FILE *out = raw_open(names[t]);

	for (unsigned i = 0; i < t + 2; i++) {
		struct raw_packet p = { .at = 1000 * t + 1.5 * i,
			                .client = t,
			                .port = 5000,
			                .server = 1,
			                .length = t < 2 ? 100 : 200 };

		raw_packet(out, &p);
	}
	assert_int_equal(fclose(out), 0);
}

static int enter(void **state)
{
	static char dir[] = "/tmp/nfclass-test-mix.XXXXXX";

	log_open("test", 0, false, false);
	*state = mkdtemp(dir);
	if (!*state || chdir(dir) < 0 || mkdir("Chat", 0700) < 0 ||
	    mkdir("Game", 0700) < 0)
		return -1;
	for (unsigned t = 0; t < 4; t++)
		write_trace(t);
	return 0;
}

static int leave(void **state)
{
	for (unsigned t = 0; t < 4; t++)
		(void)unlink(names[t]); /* rmdir() tells */
	(void)rmdir("Chat");
	(void)rmdir("Game");
	return chdir("/") < 0 ? -1 : rmdir(*state);
}

struct fixture {
	struct burst_params burst;
	struct dataset d, out;
	struct names captures;
};

static void load(struct fixture *x)
{
	struct load l = { .burst = &x->burst,
		          .set = FEATURE_SEED15,
		          .captures = &x->captures };
	struct fault f;

	x->burst = burst_defaults();
	dataset_init(&x->d);
	x->captures = (struct names){ 0 };
	assert_int_equal(load_path(&x->d, "Chat", &l, &f), 0);
	assert_int_equal(load_path(&x->d, "Game", &l, &f), 0);
	assert_int_equal(x->d.rows, 2 + 3 + 4 + 5);
	assert_int_equal(x->captures.count, 4);
	names_clear(&l.files);
}

static uint64_t mix(struct fixture *x, uint64_t seed, uint64_t round)
{
	const uint32_t all[] = { 0, 1, 2, 3 };
	struct mix m = { &x->d, &x->captures, &x->burst, FEATURE_SEED15, seed, round };
	struct fault f;

	dataset_init(&x->out);
	assert_int_equal(mix_make(&x->out, &m, all, 4, &f), 0);
	return dataset_digest(&x->out);
}

static void clear(struct fixture *x)
{
	dataset_clear(&x->d);
	names_clear(&x->captures);
}

/* Length says which trace a packet comes from, and so which label it must have. */
static void labels_are_those_of_the_trace(void **state)
{
	struct fixture x;
	uint64_t packets[2] = { 0 };

	(void)state;
	load(&x);
	(void)mix(&x, 1, 0);
	assert_int_equal(x.out.traces.count, 4);
	assert_int_equal(x.out.labels.count, 2);
	for (size_t i = 0; i < x.out.rows; i++) {
		const struct dataset_row *row = &x.out.row[i];

		packets[row->label] += row->pkts[0];
		assert_int_equal(row->bytes[0], row->pkts[0] * (row->label ? 200 : 100));
	}
	/* Each trace once below and once above. */
	assert_int_equal(packets[0], 2 * (2 + 3));
	assert_int_equal(packets[1], 2 * (4 + 5));
	dataset_clear(&x.out);
	clear(&x);
}

/* The first of the shorter one falls within the longer one, and client and time are
 * shared. */
static void traces_overlap(void **state)
{
	struct fixture x;

	(void)state;
	load(&x);
	for (uint64_t round = 0; round < 20; round++) {
		(void)mix(&x, 1, round);
		for (uint32_t t = 0; t < 4; t++) {
			struct mono first[2] = { { INT64_MAX }, { INT64_MAX } };
			struct mono last[2] = { { 0 } };

			for (size_t i = 0; i < x.out.rows; i++) {
				const struct dataset_row *row = &x.out.row[i];

				if (row->trace != t)
					continue;
				if (mono_less(row->first, first[row->label]))
					first[row->label] = row->first;
				last[row->label] = mono_max(last[row->label], row->last);
				assert_true(addr_equal(row->ends.client,
				                       x.out.row[i ? i - 1 : 0]
				                               .ends.client) ||
				            x.out.row[i - 1].trace != t);
			}
			assert_true(first[0].us <= last[1].us &&
			            first[1].us <= last[0].us);
			assert_true(first[0].us == MONO_SECOND ||
			            first[1].us == MONO_SECOND);
		}
		dataset_clear(&x.out);
	}
	clear(&x);
}

static void seed_and_round_decide(void **state)
{
	struct fixture x;
	uint64_t digest;

	(void)state;
	load(&x);
	digest = mix(&x, 7, 0);
	dataset_clear(&x.out);
	assert_true(mix(&x, 7, 0) == digest);
	dataset_clear(&x.out);
	assert_true(mix(&x, 7, 1) != digest);
	dataset_clear(&x.out);
	assert_true(mix(&x, 8, 0) != digest);
	dataset_clear(&x.out);
	clear(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_those_of_the_trace),
		cmocka_unit_test(traces_overlap),
		cmocka_unit_test(seed_and_round_decide),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
