/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataset.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parse a copy that ends where its block ends, for the address sanitizer. */
static int parse(struct dataset *d, const char *text, size_t len, struct fault *f)
{
	char *copy = malloc(len ? len : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, text, len);
	dataset_init(d);
	err = dataset_parse_csv(d, copy, len, f);
	free(copy);
	return err;
}

static void refuse(const char *text, const char *reason)
{
	struct dataset d;
	struct fault f = { "" };

	assert_int_equal(parse(&d, text, strlen(text), &f), -EINVAL);
	if (!strstr(f.text, reason))
		fail_msg("'%s' does not say '%s'", f.text, reason);
	dataset_clear(&d);
}

static const char flows[] =
	"trace,label,burst,client,client_port,server,server_port,proto,first,last,"
	"pkts_sent,pkts_rcvd,bytes_sent,bytes_rcvd,a,b\r\n"
	"t1,Video,7,192.168.1.2,4000,2001:db8::1,443,UDP,1554669867.004992,1554669868.5,"
	"3,4,500,6000,-1.5,3e-05\r\n"
	"\"t,\"\"2\",\"Chat\",18446744073709551615,10.0.0.1,1,10.0.0.2,65535,TCP,0,0."
	"000001,"
	"0,0,0,0,0.1,+16777217\n";

static void reads_flows_with_their_ends(void **state)
{
	struct dataset d;
	struct fault f = { "" };
	struct addr server;

	(void)state;
	assert_int_equal(parse(&d, flows, strlen(flows), &f), 0);
	assert_int_equal(d.rows, 2);
	assert_true(d.has_ends);
	assert_int_equal(d.features.count, 2);
	assert_string_equal(d.features.name[1], "b");
	assert_string_equal(d.traces.name[0], "Video/t1");
	assert_string_equal(d.traces.name[1], "Chat/t,\"2");
	assert_int_equal(d.row[0].burst, 7);
	assert_true(d.row[1].burst == UINT64_MAX);
	assert_true(addr_parse("2001:db8::1", &server));
	assert_true(addr_equal(d.row[0].ends.server, server));
	assert_int_equal(d.row[0].ends.proto, IPPROTO_UDP);
	assert_int_equal(d.row[1].ends.server_port, 65535);
	assert_int_equal(d.row[0].first.us, 1554669867004992);
	assert_int_equal(d.row[0].last.us, 1554669868500000);
	assert_int_equal(d.row[1].last.us, 1);
	assert_int_equal(d.row[0].bytes[1], 6000);
	assert_true(d.x[0] == -1.5F && d.x[1] == 3e-05F);
	assert_true(d.x[2] == 0.1F && d.x[3] == 16777216.0F);
	dataset_clear(&d);
}

static void takes_features_alone_and_passes_over_flow(void **state)
{
	static const char text[] = "\xef\xbb\xbflabel,trace,burst,flow,x\nA,t,1,zzz,2\n"
				   "B,t,1,,3";
	struct dataset d;

	(void)state;
	assert_int_equal(parse(&d, text, strlen(text), NULL), 0);
	assert_false(d.has_ends);
	assert_int_equal(d.features.count, 1);
	assert_int_equal(d.traces.count, 2); /* a trace belongs to one class */
	assert_int_equal(d.rows, 2);
	dataset_clear(&d);
}

static void without_traces_each_row_is_one(void **state)
{
	static const char text[] = "label,x\nA,2\nA,3\nB,2\n";
	struct dataset d;
	struct fault f;

	(void)state;
	dataset_init(&d);
	assert_int_equal(dataset_parse_csv(&d, text, strlen(text), &f), 0);
	assert_true(d.torn);
	assert_int_equal(d.traces.count, 3);
	assert_string_equal(d.traces.name[2], "B/row 3");
	dataset_clear(&d);
}

static void names_line_and_column_of_what_it_refuses(void **state)
{
	(void)state;
	refuse("", "column 1: name empty");
	refuse("label,trace\nA,t\n", "column burst is missing");
	refuse("label,trace,burst,x,x\n", "column x: twice");
	refuse("label,trace,burst,x\nA,t,1,1\nA,t,1,nan\n", "line 3: column x: 'nan'");
	refuse("label,trace,burst,x\nA,t,1,inf\n", "line 2: column x");
	refuse("label,trace,burst,x\nA,t,1,1e39\n", "line 2: column x");
	refuse("label,trace,burst,x\nA,t,1,1e999\n", "line 2: column x");
	refuse("label,trace,burst,x\nA,t,1,0x10\n", "line 2: column x");
	refuse("label,trace,burst,x\nA,t,1, 1\n", "line 2: column x");
	refuse("label,trace,burst,x\nA,t,1,\n", "line 2: column x");
	refuse("label,trace,burst,x\nA,t,1,.\n", "line 2: column x");
	refuse("label,trace,burst,x\nA,t,1,1e\n", "line 2: column x");
	refuse("label,trace,burst,x\nA,t,-1,1\n", "line 2: column burst");
	refuse("label,trace,burst,x\nA,t,18446744073709551616,1\n", "column burst");
	refuse("label,trace,burst,x\nA/B,t,1,1\n", "line 2: column label");
	refuse("label,trace,burst,x\n,t,1,1\n", "line 2: column label");
	refuse("label,trace,burst,x\n\"A\nB\",t,1,1\n", "column label");
	refuse("label,trace,burst,x\nA,t,1\n", "line 2: column x is missing");
	refuse("label,trace,burst,x\nA,t,1,1,1\n", "line 2: more than 4 fields");
	refuse("label,trace,burst,x\n\nA,t,1,1\n", "line 2: column label");
	refuse("label,trace,burst,x\nA,\"t,1,1\n", "quoted field does not end");
	refuse("label,trace,burst,x\nA,\"t\"u,1,1\n", "line 2: text behind");
	refuse("label,trace,burst,x\nA,t\"u,1,1\n", "line 2: quote within");
	refuse("label,trace,burst,x\rA,t,1,1\r", "line 1: CR without LF");
	refuse("label,trace,burst,client\nA,t,1,10.0.0.1\n", "column client");
}

static void refuses_a_nul_byte(void **state)
{
	static const char text[] = "label,trace,burst,x\nA,t\0u,1,1\n";
	struct dataset d;
	struct fault f;

	(void)state;
	assert_int_equal(parse(&d, text, sizeof(text) - 1, &f), -EINVAL);
	assert_string_equal(f.text, "line 2: NUL byte");
	dataset_clear(&d);
}

/* A cut may leave a shorter whole file, but never more rows and never a wild read. */
static void survives_every_truncation(void **state)
{
	(void)state;
	for (size_t len = 0; len < strlen(flows); len++) {
		struct dataset d;

		if (parse(&d, flows, len, NULL) == 0)
			assert_true(d.rows <= 2);
		dataset_clear(&d);
	}
}

static void numbers_come_back_as_they_were_printed(void **state)
{
	uint32_t bits = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct dataset d;
		float x;
		char text[128];

		bits = bits * 1664525 + 1013904223;
		memcpy(&x, &bits, sizeof(x));
		if (!(x - x == 0))
			continue;
		snprintf(text, sizeof(text), "label,trace,burst,x\nA,t,1,%.9g\n",
		         (double)x);
		assert_int_equal(parse(&d, text, strlen(text), NULL), 0);
		assert_memory_equal(&d.x[0], &x, sizeof(x));
		dataset_clear(&d);
	}
}

static void labels_sort_by_byte_value(void **state)
{
	static const char text[] =
		"label,trace,burst,x\nb,t,1,1\nB,t,1,2\n\xc3\xa4,t,1,3\na,t,1,4\n";
	static const char *const want[] = { "B", "a", "b", "\xc3\xa4" };
	static const uint32_t number[] = { 2, 0, 3, 1 };
	struct dataset d;
	uint64_t digest;

	(void)state;
	assert_int_equal(parse(&d, text, strlen(text), NULL), 0);
	digest = dataset_digest(&d);
	assert_int_equal(dataset_sort_labels(&d), 0);
	for (uint32_t i = 0; i < 4; i++) {
		assert_string_equal(d.labels.name[i], want[i]);
		assert_int_equal(d.row[i].label, number[i]);
		assert_int_equal(names_find(&d.labels, want[i]), i);
	}
	assert_true(digest != dataset_digest(&d));
	digest = dataset_digest(&d);
	d.x[3] = 5;
	assert_true(digest != dataset_digest(&d));
	dataset_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_traces_each_row_is_one),
		cmocka_unit_test(reads_flows_with_their_ends),
		cmocka_unit_test(takes_features_alone_and_passes_over_flow),
		cmocka_unit_test(names_line_and_column_of_what_it_refuses),
		cmocka_unit_test(refuses_a_nul_byte),
		cmocka_unit_test(survives_every_truncation),
		cmocka_unit_test(numbers_come_back_as_they_were_printed),
		cmocka_unit_test(labels_sort_by_byte_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
