/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A pcap of raw IP: header, then records of one UDP packet each. */
struct capture {
	uint8_t data[2048];
	size_t len;
};

static void put32(struct capture *c, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		c->data[c->len++] = (uint8_t)(v >> 8 * i);
}

static struct capture begin(uint32_t magic, uint32_t link)
{
	struct capture c = { .len = 0 };

	put32(&c, magic);
	put32(&c, 4 << 16 | 2);
	put32(&c, 0);
	put32(&c, 0);
	put32(&c, 65535);
	put32(&c, link);
	return c;
}

#define MICRO  0xa1b2c3d4
#define NANO   0xa1b23c4d
#define RAW    101
#define RECORD (16 + 28)

static void put_packet(struct capture *c, uint32_t sec, uint32_t fraction)
{
	static const uint8_t udp[28] = { 0x45, 0, 0,  28, 0, 0, 0,    0,   64, 17,
		                         0,    0, 10, 0,  0, 1, 192,  0,   2,  1,
		                         0x10, 0, 0,  53, 0, 8, 0xab, 0xcd };

	put32(c, sec);
	put32(c, fraction);
	put32(c, sizeof(udp));
	put32(c, sizeof(udp));
	memcpy(c->data + c->len, udp, sizeof(udp));
	c->len += sizeof(udp);
}

static char path[] = "/tmp/nfclass-test-replay.XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static struct replay *open_bytes(const void *data, size_t len, struct fault *f)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return replay_open(path, f);
}

static void expect_time(struct replay *r, int64_t us)
{
	enum decode_result result;
	struct packet pkt;
	struct fault f;

	assert_int_equal(replay_next(r, &result, &pkt, &f), 1);
	assert_int_equal(result, DECODE_OK);
	assert_int_equal(pkt.dport, 53);
	assert_true(pkt.time.us == us);
}

static void expect_end(struct replay *r)
{
	enum decode_result result;
	struct packet pkt;
	struct fault f;

	assert_int_equal(replay_next(r, &result, &pkt, &f), 0);
	replay_free(r);
}

static void nanoseconds_are_cut_not_rounded(void **state)
{
	struct capture c = begin(NANO, RAW);
	struct fault f;
	struct replay *r;

	(void)state;
	put_packet(&c, 1, 1999);
	r = open_bytes(c.data, c.len, &f);
	assert_non_null(r);
	expect_time(r, 1000001);
	expect_end(r);
}

static void time_never_goes_back(void **state)
{
	struct capture c = begin(MICRO, RAW);
	struct fault f;
	struct replay *r;

	(void)state;
	put_packet(&c, 5, 7);
	put_packet(&c, 4, 0);
	put_packet(&c, 5, 8);
	r = open_bytes(c.data, c.len, &f);
	assert_non_null(r);
	expect_time(r, 5000007);
	expect_time(r, 5000007);
	expect_time(r, 5000008);
	expect_end(r);
}

/* Seconds of a classic capture are unsigned: 2038 is not the end. */
static void seconds_go_on_after_2038(void **state)
{
	struct capture c = begin(MICRO, RAW);
	struct fault f;
	struct replay *r;

	(void)state;
	put_packet(&c, 0xfffffff0, 1);
	r = open_bytes(c.data, c.len, &f);
	assert_non_null(r);
	expect_time(r, 0xfffffff0 * INT64_C(1000000) + 1);
	expect_end(r);
}

/* Time stamps of a pcapng may be anything. */
static void absurd_times_stay_in_range(void **state)
{
	struct capture c = { .len = 0 };
	struct fault f;
	struct replay *r;
	const uint32_t head[] = { 0x0a0d0d0a, 28,         0x1a2b3c4d, 1,  UINT32_MAX,
		                  UINT32_MAX, 28,         1,          20, RAW,
		                  65535,      20,         6,          60, 0,
		                  UINT32_MAX, UINT32_MAX, 28,         28 };
	struct capture packet = { .len = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		put32(&c, head[i]);
	put_packet(&packet, 0, 0);
	memcpy(c.data + c.len, packet.data + 16, 28);
	c.len += 28;
	put32(&c, 60);
	r = open_bytes(c.data, c.len, &f);
	assert_non_null(r);
	expect_time(r, REPLAY_TIME_MOST);
	expect_end(r);
}

static void every_truncation_gives_the_whole_packets(void **state)
{
	struct capture c = begin(MICRO, RAW);
	struct packet pkt;
	enum decode_result result;
	struct fault f;

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		put_packet(&c, i, 0);
	for (size_t len = 24; len <= c.len; len++) {
		struct replay *r = open_bytes(c.data, len, &f);
		size_t whole = (len - 24) / RECORD, got = 0;
		int end;

		assert_non_null(r);
		while ((end = replay_next(r, &result, &pkt, &f)) > 0)
			got++;
		assert_int_equal(got, whole);
		assert_int_equal(end, (len - 24) % RECORD ? -ENODATA : 0);
		if (end)
			assert_non_null(strstr(f.text, path));
		replay_free(r);
	}
}

static void what_is_no_capture_is_refused_by_name(void **state)
{
	struct capture c = begin(MICRO, RAW);
	struct fault f;

	(void)state;
	for (size_t len = 0; len < 24; len++) {
		assert_null(open_bytes(c.data, len, &f));
		assert_non_null(strstr(f.text, path));
	}
	assert_null(open_bytes("not a capture, but long enough", 30, &f));
	assert_non_null(strstr(f.text, "not a capture"));
	assert_null(replay_open("/nowhere/x.pcap", &f));
	assert_non_null(strstr(f.text, "/nowhere/x.pcap: No such file"));
	assert_null(replay_open("/tmp", &f));
	assert_non_null(strstr(f.text, "/tmp"));
}

static void damage_is_no_truncation(void **state)
{
	struct capture c = begin(MICRO, RAW);
	struct packet pkt;
	enum decode_result result;
	struct fault f;
	struct replay *r;

	(void)state;
	put_packet(&c, 1, 0);
	put_packet(&c, 2, 0);
	memset(c.data + 24 + RECORD + 8, 0xff, 4); /* captured length */
	r = open_bytes(c.data, c.len, &f);
	assert_non_null(r);
	expect_time(r, 1000000);
	assert_int_equal(replay_next(r, &result, &pkt, &f), -EIO);
	replay_free(r);
}

static void other_link_types_are_named(void **state)
{
	struct capture c = begin(MICRO, 105);
	struct fault f;

	(void)state;
	assert_null(open_bytes(c.data, c.len, &f));
	assert_non_null(strstr(f.text, "IEEE802_11"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nanoseconds_are_cut_not_rounded),
		cmocka_unit_test(time_never_goes_back),
		cmocka_unit_test(seconds_go_on_after_2038),
		cmocka_unit_test(absurd_times_stay_in_range),
		cmocka_unit_test(every_truncation_gives_the_whole_packets),
		cmocka_unit_test(what_is_no_capture_is_refused_by_name),
		cmocka_unit_test(damage_is_no_truncation),
		cmocka_unit_test(other_link_types_are_named),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
