/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct record plain(void)
{
	return (struct record){
		.burst = 1,
		.ends = { addr_v4(0xc0a80c64), addr_v4(0xd0509ae0), 46984, 443,
		          IPPROTO_TCP },
		.first_us = 1554669867004992 - 500000,
		.last_us = 1554669867004992,
		.pkts = { 15, 17 },
		.bytes = { 1512, 6678 },
		.label = "Browser",
		.confidence = 0.91F,
	};
}

static const char *line(const struct record *r, enum record_format format)
{
	static char buf[RECORD_LINE_SIZE];

	record_line(r, format, buf);
	return buf;
}

static void seed_line_is_that_of_the_student_project(void **state)
{
	struct record r = plain();

	(void)state;
	assert_string_equal(line(&r, RECORD_SEED),
	                    "<1554669867.004992> <192.168.12.100> <46984> "
	                    "<208.80.154.224> <443> <TCP> <15> <17> <1512> <6678> "
	                    "<Browser>");
}

static void kv_line_has_its_keys_in_order(void **state)
{
	struct record r = plain();

	(void)state;
	r.burst_flags = BURST_FLUSH;
	assert_string_equal(line(&r, RECORD_KV),
	                    "burst=1 client=192.168.12.100:46984 "
	                    "server=208.80.154.224:443 proto=TCP sent=15/1512 "
	                    "rcvd=17/6678 label=Browser confidence=0.910 mark=0x0 in=- "
	                    "out=-");
}

static void kv_line_tells_reason_flags_mark_and_interfaces(void **state)
{
	struct record r = plain();

	(void)state;
	assert_true(addr_parse("fd00::5", &r.ends.client));
	assert_true(addr_parse("2001:db8::7", &r.ends.server));
	r.ends.proto = IPPROTO_UDP;
	r.burst_flags = BURST_CUT | BURST_LOSS | BURST_FLUSH;
	r.mark = 0x3000000;
	strcpy(r.in, "br0");
	strcpy(r.out, "eth0");
	strcpy(r.label, "Unknown");
	strcpy(r.reason, "low-confidence");
	assert_string_equal(line(&r, RECORD_KV),
	                    "burst=1 client=[fd00::5]:46984 server=[2001:db8::7]:443 "
	                    "proto=UDP sent=15/1512 rcvd=17/6678 label=Unknown "
	                    "confidence=0.910 mark=0x3000000 in=br0 out=eth0 "
	                    "reason=low-confidence flags=cut,loss");
}

static void provisional_labels_say_so(void **state)
{
	struct record r = plain();

	(void)state;
	assert_null(strstr(line(&r, RECORD_KV), "provisional"));
	assert_non_null(strstr(line(&r, RECORD_JSON), ",\"provisional\":false,"));
	r.provisional = true;
	assert_non_null(strstr(line(&r, RECORD_KV), " out=- provisional=yes"));
	assert_non_null(strstr(line(&r, RECORD_JSON), ",\"provisional\":true,"));
}

static void json_line_is_one_object(void **state)
{
	struct record r = plain();

	(void)state;
	r.burst_flags = BURST_CUT | BURST_EARLY;
	assert_string_equal(
		line(&r, RECORD_JSON),
		"{\"burst\":1,\"client\":\"192.168.12.100\",\"client_port\":46984,"
		"\"server\":\"208.80.154.224\",\"server_port\":443,\"proto\":\"TCP\","
		"\"first\":1554669866.504992,\"last\":1554669867.004992,"
		"\"pkts_sent\":15,\"pkts_rcvd\":17,\"bytes_sent\":1512,"
		"\"bytes_rcvd\":6678,\"label\":\"Browser\",\"confidence\":0.910,"
		"\"reason\":\"\",\"provisional\":false,\"mark\":0,\"in\":\"\",\"out\":"
		"\"\","
		"\"flags\":[\"cut\",\"early\"]}");
}

static void a_label_cannot_leave_its_place(void **state)
{
	struct record r = plain();

	(void)state;
	strcpy(r.label, "a> <b\" label=\n\\");
	assert_non_null(
		strstr(line(&r, RECORD_SEED), " <a\\x3e \\x3cb\" label=\\x0a\\\\>"));
	assert_non_null(strstr(line(&r, RECORD_KV),
	                       " label=\"a> <b\\\" label=\\x0a\\\\\" confidence"));
	assert_non_null(strstr(line(&r, RECORD_JSON),
	                       "\"label\":\"a> <b\\\" label=\\u000a\\\\\","));
	strcpy(r.label, "");
	assert_non_null(strstr(line(&r, RECORD_KV), " label=\"\" "));
}

/* Every number at its longest and every character at its widest: the end is still
 * there. */
static void the_longest_record_fits(void **state)
{
	struct record r = plain();

	(void)state;
	memset(&r, 0xff, sizeof(r));
	memset(r.label, 1, sizeof(r.label) - 1);
	memset(r.reason, 1, sizeof(r.reason) - 1);
	memset(r.in, 1, sizeof(r.in) - 1);
	memset(r.out, 1, sizeof(r.out) - 1);
	r.label[sizeof(r.label) - 1] = 0;
	r.reason[sizeof(r.reason) - 1] = 0;
	r.in[sizeof(r.in) - 1] = r.out[sizeof(r.out) - 1] = 0;
	r.first_us = r.last_us = INT64_MIN;
	r.confidence = 1;
	r.blocked = r.provisional = true;
	assert_string_equal(strrchr(line(&r, RECORD_JSON), ']'), "],\"blocked\":true}");
	assert_non_null(strstr(line(&r, RECORD_KV), " flags=cut,early,loss BLOCKED"));
	assert_string_equal(strrchr(line(&r, RECORD_SEED), '>'), "> BLOCKED");
}

static void formats_are_found_by_name(void **state)
{
	enum record_format f = RECORD_SEED;

	(void)state;
	assert_true(record_format_find("json", &f));
	assert_int_equal(f, RECORD_JSON);
	assert_true(record_format_find("kv", &f));
	assert_int_equal(f, RECORD_KV);
	assert_false(record_format_find("xml", &f));
}

static void a_record_is_filled_from_a_burst_flow(void **state)
{
	struct burst b = { .number = 7, .flags = BURST_CUT };
	struct burst_flow bf = {
		.burst = &b,
		.first = { 1000 },
		.last = { 3000 },
		.pkts = { 1, 2 },
		.bytes = { 3, 4 },
	};
	struct model m = { .set = FEATURE_SEED15 };
	struct label l = { .best = 0, .confidence = 0.5F };
	struct record r;

	(void)state;
	assert_int_equal(names_add(&m.classes, "Game"), 0);
	record_fill(&r, &m, &bf, &l, 5000000);
	assert_int_equal(r.burst, 7);
	assert_int_equal(r.burst_flags, BURST_CUT);
	assert_int_equal(r.first_us, 5001000);
	assert_int_equal(r.last_us, 5003000);
	assert_int_equal(r.pkts[BURST_RCVD], 2);
	assert_int_equal(r.bytes[BURST_SENT], 3);
	assert_string_equal(r.label, "Game");
	assert_string_equal(r.reason, "");
	l.reason = LABEL_LOW_CONFIDENCE;
	record_fill(&r, &m, &bf, &l, 0);
	assert_string_equal(r.label, "Unknown");
	assert_string_equal(r.reason, "low-confidence");
	names_clear(&m.classes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed_line_is_that_of_the_student_project),
		cmocka_unit_test(kv_line_has_its_keys_in_order),
		cmocka_unit_test(kv_line_tells_reason_flags_mark_and_interfaces),
		cmocka_unit_test(provisional_labels_say_so),
		cmocka_unit_test(json_line_is_one_object),
		cmocka_unit_test(a_label_cannot_leave_its_place),
		cmocka_unit_test(the_longest_record_fits),
		cmocka_unit_test(formats_are_found_by_name),
		cmocka_unit_test(a_record_is_filled_from_a_burst_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
