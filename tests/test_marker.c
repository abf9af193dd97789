/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the kernel is asked, it knows connections over a loopback interface. */
#include "marker.h"

#include <poll.h>
#include <time.h>

#include "ctlist.h"
#include "loopback.h"

#define CLIENT (CLIENTS | 1)

static struct plan plan, next;
static bool has_kernel;
static struct marker *marker;

static void take(struct plan *p, enum plan_section section, const char *key,
                 const char *value)
{
	struct fault f;

	if (plan_take(p, section, key, value, &f) < 0)
		fail_msg("%s = %s: %s", key, value, f.text);
}

static struct plan plan_of(uint32_t mask, const char *rule)
{
	struct plan p = { .enabled = true, .mask = mask, .hold = 2, .other = 3 };
	struct fault f;

	take(&p, PLAN_MARK, "Video", "4");
	take(&p, PLAN_MARK, "Chat", "5");
	if (rule)
		take(&p, PLAN_POLICY, "a", rule);
	if (plan_settle(&p, &f) < 0)
		fail_msg("%s", f.text);
	return p;
}

static void begin(const char *rule)
{
	plan = plan_of(0x0f000000, rule);
	marker = marker_new(&plan, 64);
	assert_non_null(marker);
}

static int end(void **state)
{
	(void)state;
	marker_free(marker);
	marker = NULL;
	return unsetenv("TZ");
}

static struct flow_ends ends(uint16_t port)
{
	return (struct flow_ends){ addr_v4(CLIENT), addr_v4(SERVER), port, PORT,
		                   IPPROTO_UDP };
}

static struct record record(uint16_t port, const char *label)
{
	struct record r = { .ends = ends(port) };

	(void)snprintf(r.label, sizeof(r.label), "%s", label ? label : "Unknown");
	(void)snprintf(r.reason, sizeof(r.reason), "%s", label ? "" : "low-confidence");
	return r;
}

/* The mark that the next packet is to carry, or 0 for none. */
static uint32_t carried(uint16_t port, const char *label)
{
	struct pending_mark m;
	struct record r = record(port, label);

	if (!marker_label(marker, &r, &m))
		return 0;
	assert_int_equal(m.mask, plan.mask);
	assert_int_equal(m.value, r.mark);
	assert_memory_equal(&m.ends, &r.ends, sizeof(m.ends));
	return m.value;
}

static uint32_t carried_early(uint16_t port, const char *label)
{
	struct pending_mark m;
	struct record r = record(port, label);

	r.provisional = true;
	if (!marker_label(marker, &r, &m))
		m.value = 0;
	assert_int_equal(r.agreed, 0);
	return m.value;
}

static void a_label_becomes_its_mark(void **state)
{
	struct marker_counters n;

	(void)state;
	begin(NULL);
	assert_int_equal(carried(1, "Video"), 0x04000000);
	assert_int_equal(carried(2, "Mail"), 0x03000000);
	assert_int_equal(carried(3, NULL), 0x02000000);
	/* Its ends may be those of a new connection. */
	assert_int_equal(carried(1, "Video"), 0x04000000);
	n = marker_counters(marker);
	assert_int_equal(n.labels, 4);
	assert_int_equal(n.carried, 4);
}

static void a_mark_changes_once_bursts_agree(void **state)
{
	struct pending_mark m;
	struct record r = record(1, "Chat");

	(void)state;
	begin(NULL);
	assert_int_equal(carried(1, "Video"), 0x04000000);
	assert_int_equal(carried(1, "Chat"), 0x04000000);
	assert_int_equal(carried(1, NULL), 0x04000000);
	assert_int_equal(carried(1, "Chat"), 0x04000000);
	assert_true(marker_label(marker, &r, &m));
	assert_int_equal(r.mark, 0x05000000);
	assert_int_equal(r.agreed, 1);
	assert_true(marker_label(marker, &r, &m));
	assert_int_equal(r.agreed, 2);
}

static void an_early_label_marks_what_is_new(void **state)
{
	(void)state;
	begin(NULL);
	assert_int_equal(carried_early(1, NULL), 0);
	assert_int_equal(carried_early(1, "Video"), 0x04000000);
	assert_int_equal(carried_early(1, "Chat"), 0); /* one say a burst */
	assert_int_equal(carried(1, "Chat"), 0x05000000);
	assert_int_equal(carried_early(1, "Video"), 0);
}

static void what_is_marked_is_repeated(void **state)
{
	struct record r = record(1, NULL), unseen = record(2, "Video");

	(void)state;
	begin("app Video block");
	assert_int_equal(carried(1, "Video"), 0x0f000000);
	marker_repeat(marker, &r);
	assert_int_equal(r.mark, 0x0f000000);
	assert_int_equal(r.agreed, 1);
	assert_true(r.blocked);
	marker_repeat(marker, &unseen);
	assert_int_equal(unseen.mark, 0);
	assert_false(unseen.blocked);
}

static void without_marks_nothing_is_marked(void **state)
{
	struct record r = record(1, "Video");

	(void)state;
	begin(NULL);
	plan.enabled = false;
	assert_int_equal(carried(1, "Video"), 0);
	marker_repeat(marker, &r);
	assert_int_equal(r.mark, 0);
	assert_int_equal(marker_counters(marker).labels, 0);
}

/* The zone is set, and with it the hour. */
static void set_hour(int hour)
{
	time_t now = time(NULL);
	struct tm utc;
	char zone[16];

	assert_non_null(gmtime_r(&now, &utc));
	(void)snprintf(zone, sizeof(zone), "XYZ%d", utc.tm_hour - hour);
	assert_int_equal(setenv("TZ", zone, 1), 0);
}

static void marks_follow_the_clock(void **state)
{
	int wait_ms;

	(void)state;
	set_hour(6);
	begin("app Video hours 11:00-15:00 block");
	assert_int_equal(carried(1, "Video"), 0x04000000);
	assert_int_equal(carried(2, "Chat"), 0x05000000);
	wait_ms = marker_advance(marker);
	assert_true(wait_ms > 0 && wait_ms <= 60000);
	assert_int_equal(marker_counters(marker).changes, 0);
	set_hour(12);
	wait_ms = marker_advance(marker);
	assert_true(wait_ms > 0 && wait_ms <= 1000); /* to confirm */
	assert_int_equal(marker_counters(marker).changes, 1);
	assert_int_equal(carried(1, "Video"), 0x0f000000);
	set_hour(18);
	(void)marker_advance(marker);
	assert_int_equal(marker_counters(marker).changes, 2);
	assert_int_equal(carried(1, "Video"), 0x04000000);
}

static void without_hours_nothing_is_waited_for(void **state)
{
	(void)state;
	begin("app Video block");
	assert_int_equal(marker_advance(marker), -1);
	assert_int_equal(carried(1, "Video"), 0x0f000000);
	assert_int_equal(marker_counters(marker).changes, 0);
}

struct looking {
	uint16_t port;
	uint32_t mark;
	unsigned seen;
};

static void see(void *self, const struct ctmsg_entry *e)
{
	struct looking *l = self;

	if (e->orig.client_port == l->port) {
		l->mark = e->mark;
		l->seen++;
	}
}

static uint32_t kernel_mark(uint16_t port)
{
	struct looking l = { .port = port };
	struct fault f;
	struct ctlist *list = ctlist_new(&f);

	assert_non_null(list);
	assert_int_equal(ctlist_marked(list, (struct ctmsg_mark){ 0, 0 },
	                               (struct ctlist_eye){ see, &l }),
	                 0);
	ctlist_free(list);
	assert_int_equal(l.seen, 1);
	return l.mark;
}

static void a_blocked_connection_is_marked_at_once(void **state)
{
	(void)state;
	if (!has_kernel)
		skip();
	begin("app Video block");
	loopback_send(CLIENT, 5001);
	loopback_send(CLIENT, 5002);
	assert_int_equal(carried(5001, "Video"), 0x0f000000);
	assert_int_equal(carried(5002, "Chat"), 0x05000000);
	marker_flush(marker);
	assert_int_equal(kernel_mark(5001), 0x0f000000);
	assert_int_equal(kernel_mark(5002), 0); /* by its next packet */
	assert_int_equal(marker_counters(marker).set, 1);
}

static void ctnetlink_marks_where_the_plan_says_so(void **state)
{
	(void)state;
	if (!has_kernel)
		skip();
	begin(NULL);
	plan.save = PLAN_CTNETLINK;
	loopback_send(CLIENT, 5003);
	assert_int_equal(carried(5003, "Video"), 0);
	marker_flush(marker);
	assert_int_equal(kernel_mark(5003), 0x04000000);
	assert_int_equal(marker_counters(marker).labels, 1);
	assert_int_equal(marker_counters(marker).carried, 0);
}

/* What comes back is what was decided then. */
static void a_mark_that_comes_back_is_set_as_decided_last(void **state)
{
	const struct pending_mark late = { ends(5004), 0x04000000, 0x0f000000 };
	const struct pending_mark unseen = { ends(5005), 0x05000000, 0x0f000000 };

	(void)state;
	if (!has_kernel)
		skip();
	begin(NULL);
	loopback_send(CLIENT, 5004);
	loopback_send(CLIENT, 5005);
	assert_int_equal(carried_early(5004, "Video"), 0x04000000);
	assert_int_equal(carried(5004, "Chat"), 0x05000000);
	marker_set(marker, &late);
	marker_set(marker, &unseen); /* as it says */
	marker_flush(marker);
	assert_int_equal(kernel_mark(5004), 0x05000000);
	assert_int_equal(kernel_mark(5005), 0x05000000);
}

/* As a packet does that carried an old mark just now. */
static void spoil(uint16_t port, uint32_t value)
{
	const struct pending_mark m = { ends(port), value, UINT32_MAX };
	struct marker *another = marker_new(&plan, 1);

	assert_non_null(another);
	marker_set(another, &m);
	marker_flush(another);
	marker_free(another);
	assert_int_equal(kernel_mark(port), value);
}

/* Until what was under way is over. */
static void let_settle(void)
{
	int wait_ms = 0;

	for (int i = 0; i < 1000 && wait_ms >= 0; i++) {
		wait_ms = marker_advance(marker);
		(void)poll(NULL, 0, wait_ms < 0 ? 0 : wait_ms);
	}
	assert_int_equal(wait_ms, -1);
}

/* Open connections follow at once; no bit of the old place stays, nor of a packet that
 * came late or a mark that came back.  Then the old place is somebody else's. */
static void another_plan_marks_what_is_open(void **state)
{
	const struct pending_mark late = { ends(5006), 0x04000000, 0x0f000000 };

	(void)state;
	if (!has_kernel)
		skip();
	begin(NULL);
	loopback_send(CLIENT, 5006);
	assert_int_equal(carried(5006, "Video"), 0x04000000);
	spoil(5006, 0x04000001); /* a bit of somebody else's */
	next = plan_of(0x000f0000, NULL);
	marker_serve(marker, &next);
	assert_int_equal(kernel_mark(5006), 0x00040001);
	assert_int_equal(marker_counters(marker).changes, 1);
	spoil(5006, 0x04000001);
	marker_set(marker, &late);
	marker_flush(marker);
	assert_int_equal(kernel_mark(5006), 0x00040001);
	spoil(5006, 0x04000001);
	let_settle();
	assert_int_equal(kernel_mark(5006), 0x00040001);
	spoil(5006, 0x04000001);
	next = plan_of(0x000f0000, "app Video mark 6");
	marker_serve(marker, &next);
	assert_int_equal(kernel_mark(5006), 0x04060001);
	next.enabled = false;
	marker_serve(marker, &next);
	assert_int_equal(kernel_mark(5006), 0x04000001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_label_becomes_its_mark, end),
		cmocka_unit_test_teardown(a_mark_changes_once_bursts_agree, end),
		cmocka_unit_test_teardown(an_early_label_marks_what_is_new, end),
		cmocka_unit_test_teardown(what_is_marked_is_repeated, end),
		cmocka_unit_test_teardown(without_marks_nothing_is_marked, end),
		cmocka_unit_test_teardown(marks_follow_the_clock, end),
		cmocka_unit_test_teardown(without_hours_nothing_is_waited_for, end),
		cmocka_unit_test_teardown(a_blocked_connection_is_marked_at_once, end),
		cmocka_unit_test_teardown(ctnetlink_marks_where_the_plan_says_so, end),
		cmocka_unit_test_teardown(a_mark_that_comes_back_is_set_as_decided_last,
		                          end),
		cmocka_unit_test_teardown(another_plan_marks_what_is_open, end),
	};

	has_kernel = loopback_enter("-A INPUT -m conntrack --ctstate NEW");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
