/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "usage.h"

static const struct hash_key secret = { { 1, 2 } };

static struct mono at(int64_t s)
{
	return (struct mono){ s * MONO_SECOND };
}

static struct usage_row amount(uint32_t client, uint32_t label, uint64_t down)
{
	struct usage_row r = { .client = addr_v4(client), .label = label };

	r.total.bytes[USAGE_DOWN] = down;
	r.total.bytes[USAGE_UP] = down / 10;
	r.total.pkts[USAGE_DOWN] = down / 1000;
	r.total.pkts[USAGE_UP] = 1;
	return r;
}

static void put(struct usage *u, struct usage_row more, int64_t took, int64_t now)
{
	usage_add(u, &more, at(took), at(now));
}

/* Bytes that the busiest has received in so many seconds up to now. */
static uint64_t recent(struct usage *u, unsigned seconds, int64_t now)
{
	size_t n;
	struct usage_row *row = usage_rows(u, seconds, at(now), &n);
	uint64_t bytes;

	assert_non_null(row);
	assert_true(n > 0);
	bytes = row[0].recent.bytes[USAGE_DOWN];
	free(row);
	return bytes;
}

static void what_took_long_counts_for_as_long(void **state)
{
	struct usage *u = usage_new(16, &secret);

	(void)state;
	put(u, amount(1, 0, 10000), 10, 1000);
	assert_int_equal(recent(u, 1, 1000), 1000);
	assert_int_equal(recent(u, 1, 1009), 1000);
	assert_int_equal(recent(u, 1, 1010), 0);
	assert_int_equal(recent(u, 10, 1009), 10000);
	assert_int_equal(recent(u, 60, 1012), 10000);
	assert_int_equal(recent(u, 5, 1012), 2000);
	usage_free(u);
}

/* Cut every ten seconds, each piece told of when it is over. */
static void a_stream_has_one_rate_all_along(void **state)
{
	struct usage *u = usage_new(16, &secret);

	(void)state;
	for (int64_t now = 1000; now < 2000; now++) {
		if (now % 10 == 0)
			put(u, amount(1, 0, 10003), 10, now);
		assert_in_range(recent(u, 1, now), 1000, 1001);
		if (now >= 1060)
			assert_in_range(recent(u, 60, now), 60000, 60060);
	}
	usage_free(u);
}

static void nothing_is_lost_by_spreading(void **state)
{
	(void)state;
	for (int64_t took = 0; took <= USAGE_SECONDS; took++) {
		struct usage *u = usage_new(16, &secret);
		int64_t last = 1000 + (took > 0 ? took : 1) - 1;

		put(u, amount(1, 0, 123457), took, 1000);
		assert_int_equal(recent(u, USAGE_SECONDS, last), 123457);
		usage_free(u);
	}
}

static void what_took_longer_keeps_its_rate(void **state)
{
	struct usage *u = usage_new(16, &secret);

	(void)state;
	put(u, amount(1, 0, 3600000), 3600, 1000);
	for (int64_t now = 1000; now < 1000 + USAGE_SECONDS; now++)
		assert_int_equal(recent(u, 1, now), 1000);
	assert_int_equal(recent(u, 1, 1000 + USAGE_SECONDS), 0);
	/* Much later, the ring has turned over. */
	put(u, amount(1, 0, 5000), 1, 100000);
	assert_int_equal(recent(u, USAGE_SECONDS, 100000), 5000);
	put(u, amount(1, 0, 5000), 1, 100059);
	assert_int_equal(recent(u, USAGE_SECONDS, 100059), 10000);
	usage_free(u);
}

static void the_busiest_come_first(void **state)
{
	struct usage *u = usage_new(16, &secret);
	struct usage_row *row;
	size_t n;

	(void)state;
	put(u, amount(1, 0, 900000), 1, 10); /* long ago */
	put(u, amount(1, 1, 2000), 1, 1000);
	put(u, amount(2, 0, 3000), 1, 1000);
	put(u, amount(2, 0, 3000), 1, 1001);
	row = usage_rows(u, 5, at(1001), &n);
	assert_int_equal(n, 3);
	assert_int_equal(row[0].client.lo & 0xff, 2);
	assert_int_equal(row[0].recent.bytes[USAGE_DOWN], 6000);
	assert_int_equal(row[0].total.bytes[USAGE_UP], 600);
	assert_int_equal(row[0].total.pkts[USAGE_DOWN], 6);
	assert_int_equal(row[1].label, 1);
	assert_int_equal(row[2].recent.bytes[USAGE_DOWN], 0);
	assert_int_equal(row[2].total.bytes[USAGE_DOWN], 900000);
	free(row);
	usage_free(u);
}

static void the_one_told_of_longest_ago_makes_room(void **state)
{
	struct usage *u = usage_new(2, &secret);
	struct usage_row *row;
	size_t n;

	(void)state;
	put(u, amount(1, 0, 1000), 1, 1);
	put(u, amount(2, 0, 1000), 1, 2);
	put(u, amount(1, 0, 1000), 1, 3);
	put(u, amount(3, 0, 1000), 1, 4);
	assert_int_equal(usage_forgotten(u), 1);
	row = usage_rows(u, 5, at(4), &n);
	assert_int_equal(n, 2);
	assert_int_equal(row[0].client.lo & 0xff, 1);
	assert_int_equal(row[0].total.bytes[USAGE_DOWN], 2000);
	assert_int_equal(row[1].client.lo & 0xff, 3);
	free(row);
	usage_free(u);
}

static char *printed(struct usage *u, const struct usage_view *v, bool json)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(json ? usage_json(u, v, out) : usage_text(u, v, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void rows_are_printed(void **state)
{
	struct usage *u = usage_new(16, &secret);
	struct names labels = { 0 };
	struct usage_view v = { &labels, 2, 1, at(1001) };
	char *text, *json;

	(void)state;
	(void)names_add(&labels, "You \"tube\"\n");
	(void)names_add(&labels, "News");
	put(u, amount(0x0a000001, 0, 4000000), 2, 1000);
	put(u, amount(0x0a000002, 1, 1000), 2, 1000);
	text = printed(u, &v, false);
	assert_non_null(strstr(text,
	                       "10.0.0.1 You \\\"tube\\\"\\x0a   2.00 MB    200 kB    "
	                       "2000.0       0.5   4.00 MB    400 kB\n"));
	assert_non_null(strstr(text, "and 1 more\n"));
	json = printed(u, &v, true);
	assert_string_equal(json, "{\"seconds\":2,\"pairs\":2,\"forgotten\":0,"
	                          "\"down_bytes_s\":2000500.0,\"up_bytes_s\":200050.0,"
	                          "\"down_packets_s\":2000.5,\"up_packets_s\":1.0,"
	                          "\"down_bytes\":4001000,\"up_bytes\":400100,"
	                          "\"down_packets\":4001,\"up_packets\":2,\"top\":["
	                          "{\"client\":\"10.0.0.1\",\"label\":\"You "
	                          "\\\"tube\\\"\\u000a\","
	                          "\"down_bytes_s\":2000000.0,\"up_bytes_s\":200000.0,"
	                          "\"down_packets_s\":2000.0,\"up_packets_s\":0.5,"
	                          "\"down_bytes\":4000000,\"up_bytes\":400000,"
	                          "\"down_packets\":4000,\"up_packets\":1}]}\n");
	free(text);
	free(json);
	names_clear(&labels);
	usage_free(u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_took_long_counts_for_as_long),
		cmocka_unit_test(a_stream_has_one_rate_all_along),
		cmocka_unit_test(nothing_is_lost_by_spreading),
		cmocka_unit_test(what_took_longer_keeps_its_rate),
		cmocka_unit_test(the_busiest_come_first),
		cmocka_unit_test(the_one_told_of_longest_ago_makes_room),
		cmocka_unit_test(rows_are_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
