/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "status.h"

/* Every number of it another one. */
static void fill(struct lane_counters *n, uint64_t from)
{
	n->queue.packets = from + 1;
	n->queue.verdicts = from + 2;
	n->queue.missed = from + 3;
	n->kernel.waiting = (uint32_t)from + 4;
	n->kernel.user_dropped = (uint32_t)from + 5;
	n->decoded[DECODE_RESULTS - 1] = from + 6;
	n->burst.flows_evicted = from + 7;
	n->outbox.dropped = from + 8;
	n->marks_now = (uint32_t)from + 9;
	n->open_now = (uint32_t)from + 10;
}

static struct status two_queues(const struct sink *sink)
{
	struct status s = { .first_queue = 7, .queues = 2 };

	s.queue[0].answers = s.queue[1].answers = true;
	fill(&s.queue[0].n.lane, 100);
	fill(&s.queue[1].n.lane, 2000);
	status_sum(&s, sink);
	return s;
}

static uint64_t value(const struct status_counters *n, enum status_group g,
                      const char *name)
{
	struct status_counter c;

	for (unsigned i = 0; status_counter(g, i, n, &c); i++)
		if (strcmp(c.name, name) == 0)
			return c.value;
	fail_msg("no counter %s", name);
	return 0;
}

static void queues_are_summed_up(void **state)
{
	struct sink sink = { .failed = 3 };
	struct status s = two_queues(&sink);

	(void)state;
	assert_int_equal(value(&s.total, STATUS_QUEUE, "packets"), 2102);
	assert_int_equal(value(&s.total, STATUS_QUEUE, "verdicts"), 2104);
	assert_int_equal(value(&s.total, STATUS_QUEUE, "missed"), 2106);
	assert_int_equal(value(&s.total, STATUS_QUEUE, "waiting"), 2108);
	assert_int_equal(value(&s.total, STATUS_QUEUE, "user_dropped"), 2110);
	assert_int_equal(value(&s.total, STATUS_DECODED, "bad-length"), 2112);
	assert_int_equal(value(&s.total, STATUS_BURSTS, "flows_evicted"), 2114);
	assert_int_equal(value(&s.total, STATUS_BURSTS, "labels_dropped"), 2116);
	assert_int_equal(value(&s.total, STATUS_MARKS, "waiting"), 2118);
	assert_int_equal(value(&s.total, STATUS_BURSTS, "bursts_now"), 2120);
	assert_int_equal(value(&s.total, STATUS_FILE, "lost_to_file"), 3);
	assert_int_equal(value(&s.queue[1].n, STATUS_QUEUE, "packets"), 2001);
}

/* So that no loss can be forgotten in the table: whatever a lane counts is in it. */
static void every_counter_of_a_lane_is_told(void **state)
{
	struct status_counters all;
	uint64_t words = 0, told = 0;
	struct status_counter c;

	(void)state;
	memset(&all, 0, sizeof(all));
	for (size_t i = 0; i < sizeof(all.lane); i += sizeof(uint32_t))
		memcpy((char *)&all.lane + i, &(uint32_t){ 1 }, sizeof(uint32_t));
	for (int g = STATUS_QUEUE; g <= STATUS_MARKS; g++) {
		for (unsigned i = 0; status_counter((enum status_group)g, i, &all, &c);
		     i++) {
			told += c.value == 1 ? 1 : 0;
			words += c.value == 0x100000001 ? 2 : 0;
		}
	}
	/* But for the port, what bursts count of packets and of those that are due (the
	 * queue and the outbox tell of these) and what fills up a row. */
	assert_int_equal((words + told) * sizeof(uint32_t) + 5 * sizeof(uint32_t) +
	                         2 * sizeof(uint32_t),
	                 sizeof(all.lane));
}

static char *printed(const struct status *s, const struct sink *sink, bool json)
{
	struct model m = { .set = FEATURE_FULL, .gap = { MONO_SECOND } };
	struct status_about a = { "/etc/a b", &m, { 93784 * (int64_t)MONO_SECOND } };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	(void)names_add(&m.classes, "Chat");
	(void)names_add(&m.classes, "\"\x1b[2J");
	if (json)
		status_json(s, sink, &a, out);
	else
		status_text(s, sink, &a, out);
	assert_int_equal(fclose(out), 0);
	names_clear(&m.classes);
	return text;
}

static void losses_come_first(void **state)
{
	static const char head[] =
		"nfclassd " NFCLASS_VERSION ", up for 1 d 02:03:04\nLOST\n";
	struct sink sink = { .failed = 0 };
	struct status s = two_queues(&sink);
	char *text = printed(&s, &sink, false), *at;

	(void)state;
	assert_ptr_equal(strstr(text, head), text);
	at = strstr(text, "        2106  queued packets that never came here (missed)\n");
	assert_non_null(at);
	assert_true(at < strstr(text, "model    /etc/a b\n"));
	assert_non_null(strstr(text, "classes  Chat, \\\"\\x1b[2J\n"));
	assert_non_null(strstr(text, "            2102  packets\n"));
	assert_non_null(
		strstr(text, "queue 8: 2001 packets, 2004 waiting, 0 flows, 2010"));
	free(text);
}

static void what_lost_nothing_says_so(void **state)
{
	struct sink sink = { .failed = 0 };
	struct status s = { .queues = 1 };
	char *text;

	(void)state;
	s.queue[0].answers = true;
	s.queue[0].n.lane.queue.packets = 5;
	status_sum(&s, &sink);
	text = printed(&s, &sink, false);
	assert_non_null(strstr(text, "\nnothing was lost\n"));
	assert_null(strstr(text, "LOST"));
	free(text);
	s.queue[0].answers = false;
	text = printed(&s, &sink, false);
	assert_non_null(strstr(text, "\nworker of queue 0 does not answer\n"));
	free(text);
	text = printed(&s, &sink, true);
	assert_non_null(strstr(text, "\"queues\":[{\"queue\":0,\"answers\":false}]"));
	free(text);
}

static void programs_get_one_line(void **state)
{
	struct sink sink = { .failed = 2 };
	struct status s = two_queues(&sink);
	char *text = printed(&s, &sink, true);

	(void)state;
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	assert_non_null(strstr(text,
	                       "{\"version\":\"" NFCLASS_VERSION
	                       "\",\"uptime_s\":93784,\"model\":{\"path\":\"/etc/a b\","
	                       "\"features\":\"full\",\"gap_ms\":1000,\"max_ms\":0,"
	                       "\"classes\":[\"Chat\",\"\\\"\\u001b[2J\"]}"));
	assert_non_null(
		strstr(text, "\"losses\":{\"user_dropped\":2110,\"missed\":2106,"));
	assert_non_null(
		strstr(text, ",\"lost_to_file\":2},\"total\":{\"packets\":2102,"));
	assert_non_null(strstr(text, "\"decoded\":{\"ok\":0,"));
	assert_non_null(strstr(text, "{\"queue\":8,\"answers\":true,\"packets\":2001,"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues_are_summed_up),
		cmocka_unit_test(every_counter_of_a_lane_is_told),
		cmocka_unit_test(losses_come_first),
		cmocka_unit_test(what_lost_nothing_says_so),
		cmocka_unit_test(programs_get_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
