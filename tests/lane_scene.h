/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TESTS_LANE_SCENE_H
#define NFCLASS_TESTS_LANE_SCENE_H

/* A lane on a real queue: datagrams over a loopback interface pass it.  Sending returns
 * when the packet waits in the queue, so that a turn finds it. */
#include "lane.h"

#include <poll.h>
#include <sys/eventfd.h>

#include "clock.h"
#include "loopback.h"
#include "model_load.h"

static struct model model, other; /* other cuts, and more packets for a name */
static int bell, server;

/* The lane of the test at hand, and what was heard of it. */
static struct scene {
	struct lane *lane;
	uint64_t packets[256];  /* of final labels, by client */
	unsigned flags[256];    /* of the last one's burst */
	int64_t lasted_us[256]; /* its burst-flow */
	char reason[256][RECORD_REASON_SIZE];
	unsigned labels, early, marks, rows;
	uint64_t row_packets;
} scene;

static inline struct lane_params params_of(const struct model *m, struct mono gap)
{
	struct lane_params p = { .queue = { .number = 5,
		                            .length = 1024,
		                            .copy_bytes = 128,
		                            .buffer_bytes = 1 << 20 },
		                 .burst = burst_defaults(),
		                 .outbox = { .workers = 1, .bell_fd = bell },
		                 .counters = true };

	p.burst.gap = gap;
	p.burst.max = m->max;
	p.burst.lan = (struct flow_lan){ { { addr_v4(CLIENTS), 120 } }, 1 };
	p.outbox.most_flows = p.burst.max_burst_flows;
	return p;
}

static const struct outbox_service service = { .model = &model, .unknown = true };

/* An open burst is due before a second is over, whatever its gap. */
static inline struct outbox_service due_soon(void)
{
	struct outbox_service s = service;

	s.early.delay = mono_ms(500);
	return s;
}

/* Whether there is room in the queue is not told. */
static inline void send_from(uint8_t client)
{
	loopback_send(CLIENTS | client, 4000);
}

static inline unsigned receive_all(void)
{
	unsigned n = 0;
	char text[8];

	while (recv(server, text, sizeof(text), 0) == 5)
		n++;
	return n;
}

static inline void is_received(void)
{
	struct pollfd p = { .fd = server, .events = POLLIN };
	char text[8];

	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_int_equal(recv(server, text, sizeof(text), 0), 5);
}

static inline void let_pass(int ms)
{
	const struct mono until = mono_add(clock_mono(), mono_ms(ms));

	while (mono_less(clock_mono(), until))
		(void)poll(NULL, 0, 1);
}

static inline void hear_label(const struct outbox_item *it)
{
	struct scene *s = &scene;
	const struct record *r = &it->label.record;
	uint8_t client = (uint8_t)r->ends.client.lo;

	if (r->provisional) {
		s->early++;
		return;
	}
	assert_true(r->ends.client.lo >> 8 == addr_v4(CLIENTS).lo >> 8);
	s->labels++;
	s->packets[client] += r->pkts[BURST_SENT] + r->pkts[BURST_RCVD];
	s->flags[client] = r->burst_flags;
	s->lasted_us[client] = r->last_us - r->first_us;
	memcpy(s->reason[client], r->reason, sizeof(r->reason));
}

static inline void hear_marks(void)
{
	struct pending_mark m;

	while (lane_take_mark(scene.lane, &m))
		scene.marks++;
}

static inline void hear(void)
{
	struct outbox_item it;

	hear_marks();

	while (lane_take(scene.lane, &it)) {
		switch (it.kind) {
		case OUTBOX_LABEL:
			hear_label(&it);
			break;
		case OUTBOX_ROW:
			scene.rows++;
			scene.row_packets += it.row.row.pkts[0] + it.row.row.pkts[1];
			break;
		}
	}
}

/* After a test, however it ended. */
static inline int leave(void **state)
{
	(void)state;
	lane_free(scene.lane);
	scene = (struct scene){ .lane = NULL };
	return 0;
}

static inline struct lane *begin(const struct lane_params *p,
                                 const struct outbox_service *o)
{
	struct fault f = { "" };

	scene.lane = lane_new(p, o, &f);
	if (!scene.lane)
		fail_msg("%s", f.text);
	return scene.lane;
}

static inline void end(void)
{
	assert_int_equal(lane_finish(scene.lane), 0);
	hear();
}

static inline bool none_is_counted(const struct lane *l)
{
	return lane_wait_ms(l) == 1000;
}

/* A packet of client 1 is held.  That takes a read in its first millisecond, which a busy
 * machine may miss. */
static inline struct lane *begin_holding(const struct lane_params *p,
                                         const struct outbox_service *o)
{
	for (int i = 0; i < 1000; i++) {
		struct lane *l = begin(p, o);

		send_from(1);
		assert_int_equal(lane_turn(l, true), 1);
		is_received(); /* held is what we know of it, not the packet */
		if (none_is_counted(l))
			return l;
		(void)leave(NULL);
	}
	fail_msg("no packet is ever held");
	return NULL;
}

static inline int make_scene(void **state)
{
	struct fault f = { "" };

	(void)state;
	server = loopback_bound(SERVER, PORT);
	bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (model_load(&model, "models/cs4516.nfm", &f))
		fail_msg("%s", f.text);
	other = model;
	other.gap.us /= 2;
	other.min_packets = 1000;
	return bell < 0;
}

static inline int clear_scene(void **state)
{
	(void)state;
	model_clear(&model);
	return close(bell) + close(server);
}

#endif
