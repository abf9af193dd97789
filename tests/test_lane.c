/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Most of these begin with a packet that was accepted and is held: it belongs to no
 * burst, so that the lane has nothing to wait for but the next second. */
#include "lane_scene.h"

#include "rng.h"

static void what_is_held_is_counted_when_asked(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(60000));
	struct outbox_service o = due_soon();
	struct lane_counters c;
	struct lane *l;

	(void)state;
	l = begin_holding(&p, &o);
	for (int i = 0; i < 2; i++) {
		lane_count(l, &c);
		assert_int_equal(c.burst.packets, 1);
		assert_int_equal(c.queue.packets, 1);
		assert_int_equal(c.queue.verdicts, 1);
		assert_int_equal(c.decoded[DECODE_OK], 1);
		assert_int_equal(c.open_now, 1);
		assert_int_equal(c.flows_now, 1);
	}
	end();
	assert_int_equal(scene.packets[1], 1);
	assert_int_equal(scene.row_packets, 1);
}

static void what_is_held_is_counted_at_the_end(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(60000));
	struct outbox_service o = due_soon();

	(void)state;
	(void)begin_holding(&p, &o);
	end();
	assert_int_equal(scene.labels, 1);
	assert_int_equal(scene.packets[1], 1);
	assert_int_equal(scene.flags[1], BURST_FLUSH);
	assert_int_equal(scene.row_packets, 1);
}

/* Nothing that came before a change is cut or labelled as what came after it. */
static void what_is_held_is_counted_before_a_change(void **state)
{
	struct lane_params p = params_of(&model, model.gap);
	struct outbox_service o = due_soon(), next = { .model = &other, .unknown = true };
	struct lane *l;

	(void)state;
	l = begin_holding(&p, &o);
	lane_serve(l, &next, lane_labeller(l, &next));
	while (lane_is_changing(l))
		assert_int_equal(lane_turn(l, false), 0);
	hear();
	assert_int_equal(scene.labels, 1);
	assert_int_equal(scene.packets[1], 1);
	assert_int_equal(scene.flags[1], BURST_FLUSH);
	assert_string_not_equal(scene.reason[1], "too-few-packets");
	assert_int_equal(scene.row_packets, 1);

	send_from(1);
	end();
	assert_int_equal(scene.labels, 2);
	assert_int_equal(scene.packets[1], 2);
	assert_string_equal(scene.reason[1], "too-few-packets");
	assert_int_equal(scene.row_packets, 2);
	is_received();
}

static void what_is_held_is_counted_when_nothing_follows(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(60000));
	struct outbox_service o = due_soon();
	struct lane *l;

	(void)state;
	l = begin_holding(&p, &o);
	assert_int_equal(lane_turn(l, true), 0);
	assert_false(none_is_counted(l));
	end();
	assert_int_equal(scene.packets[1], 1);
}

/* The first was held for as long as no turn was taken; its time is when it came. */
static void what_is_held_keeps_its_time(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(60000));
	struct outbox_service o = due_soon();
	struct lane *l;

	(void)state;
	l = begin_holding(&p, &o);
	let_pass(30);
	send_from(1);
	assert_int_equal(lane_turn(l, true), 1);
	assert_false(none_is_counted(l));
	end();
	assert_int_equal(scene.labels, 1);
	assert_int_equal(scene.packets[1], 2);
	assert_true(scene.lasted_us[1] >= 30000);
	is_received();
}

static void what_is_held_is_of_its_own_burst(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(10));
	struct lane *l;

	(void)state;
	l = begin_holding(&p, &service);
	let_pass(30);
	send_from(1);
	assert_int_equal(lane_turn(l, true), 1);
	end();
	assert_int_equal(scene.labels, 2);
	assert_int_equal(scene.packets[1], 2);
	assert_int_equal(scene.row_packets, 2);
	is_received();
}

/* Packets are lost behind the one that is held: its burst was open by then. */
static void what_is_held_knows_of_losses(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(60000));
	struct outbox_service o = due_soon();
	struct lane *l;

	(void)state;
	p.queue.length = 8;
	l = begin_holding(&p, &o);
	for (int i = 0; i < 20; i++)
		send_from(2);
	assert_int_equal(lane_turn(l, true), 8);
	end();
	assert_int_equal(scene.packets[1], 1);
	assert_int_equal(scene.packets[2], 8);
	assert_int_equal(scene.flags[1], BURST_LOSS | BURST_FLUSH);
	assert_int_equal(scene.flags[2], BURST_LOSS | BURST_FLUSH);
	for (int i = 0; i < 8; i++)
		is_received();
}

/* An early label takes longer than many packets: the queue is looked at between them. */
static void early_labels_let_packets_wait(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(60000));
	struct outbox_service o = service;
	struct lane *l;
	int turns = 1;

	(void)state;
	o.early.packets = 1;
	l = begin(&p, &o);
	for (uint8_t client = 1; client <= 3; client++)
		send_from(client);
	assert_int_equal(lane_turn(l, false), 3);
	for (; lane_has_work(l); turns++)
		assert_int_equal(lane_turn(l, false), 0);
	assert_true(turns >= 3);
	hear();
	assert_int_equal(scene.early, 3);
	end();
	assert_int_equal(scene.early, 3);
	for (uint8_t client = 1; client <= 3; client++) {
		assert_int_equal(scene.packets[client], 1);
		is_received();
	}
}

/* Whatever turns are taken, bursts end and questions are asked: each packet is accepted,
 * and counted in one label and in one row. */
static void every_packet_counts_once(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(2));
	uint64_t sent[256] = { 0 }, all = 0, received = 0;
	struct outbox_service o = service;
	struct lane_counters c;
	struct rng rng;
	struct lane *l;

	(void)state;
	rng_init(&rng, 1, 0);
	o.early.packets = 2;
	l = begin(&p, &o);
	for (int i = 0; i < 500; i++) {
		for (uint32_t n = rng_below(&rng, i % 50 ? 4 : 60); n > 0; n--, all++) {
			uint8_t client = (uint8_t)rng_below(&rng, 5);

			send_from(client);
			sent[client]++;
		}
		assert_true(lane_turn(l, rng_below(&rng, 4) > 0) >= 0);
		received += receive_all();
		if (i % 10 == 0) {
			lane_count(l, &c);
			assert_int_equal(c.burst.packets, c.queue.packets);
		}
		hear();
	}
	end();
	for (int client = 0; client < 5; client++)
		assert_int_equal(scene.packets[client], sent[client]);
	assert_int_equal(scene.row_packets, all);
	for (; received < all; received++)
		is_received();
}

static struct pending_mark mark_of(uint8_t client)
{
	return (struct pending_mark){ .ends = { addr_v4(CLIENTS | client),
		                                addr_v4(SERVER), 4000, PORT,
		                                IPPROTO_UDP },
		                      .value = 4,
		                      .mask = 15 };
}

static void a_mark_is_carried_or_comes_back(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(60000));
	struct pending_mark carried = mark_of(1), late = mark_of(2);
	struct lane_counters c;
	struct lane *l;

	(void)state;
	l = begin(&p, &service);
	assert_true(lane_mark(l, &carried) && lane_mark(l, &late));
	send_from(1);
	assert_int_equal(lane_turn(l, false), 1);
	lane_count(l, &c);
	assert_int_equal(c.queue.marked, 1);
	for (int i = 0; i < 1000 && scene.marks == 0; i++) {
		(void)poll(NULL, 0, lane_wait_ms(l));
		assert_int_equal(lane_turn(l, false), 0);
		hear_marks();
	}
	assert_int_equal(scene.marks, 1);
	end();
	assert_int_equal(scene.marks, 1);
	is_received();
}

static void send_from_ports(struct lane *l, uint16_t first, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++) {
		loopback_send(CLIENTS | 1, (uint16_t)(first + i));
		if (i % 50 == 49)
			assert_int_equal(lane_turn(l, false), 50);
	}
}

/* As many rows in each of two seconds as there are labels, and nobody takes any. */
static void rows_leave_room_for_labels(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(60000));
	struct outbox_service o = { .model = &other };
	struct lane *l = begin(&p, &service);
	struct lane_counters c;

	(void)state;
	send_from_ports(l, 10000, 4000);
	let_pass(1000);
	send_from_ports(l, 10000, 4000);
	lane_serve(l, &o, lane_labeller(l, &o));
	while (lane_is_changing(l))
		assert_int_equal(lane_turn(l, false), 0);
	lane_count(l, &c);
	hear();
	assert_int_equal(scene.labels, 4000);
	assert_int_equal(scene.packets[1], 8000);
	assert_true(scene.rows > 0);
	assert_int_equal(c.outbox.dropped, 8000 - scene.rows);
	receive_all();
}

/* More than the ring has room for, and than a turn has time for. */
static void rows_come_in_pieces_and_whole(void **state)
{
	struct lane_params p = params_of(&model, mono_ms(60000));
	struct lane *l = begin(&p, &service);
	const struct mono until = mono_add(clock_mono(), mono_ms(60000));
	unsigned turns = 0;

	(void)state;
	for (uint16_t port = 10000; port < 16000; port += 50) {
		send_from_ports(l, port, 50);
		hear();
	}
	while (scene.row_packets < 6000 && mono_less(clock_mono(), until)) {
		unsigned before = scene.rows;

		assert_true(lane_wait_ms(l) <= 1000);
		assert_true(lane_turn(l, false) >= 0);
		hear();
		turns += scene.rows > before;
	}
	assert_int_equal(scene.row_packets, 6000);
	assert_true(turns > 2);
	receive_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_is_held_is_counted_when_asked, leave),
		cmocka_unit_test_teardown(what_is_held_is_counted_at_the_end, leave),
		cmocka_unit_test_teardown(what_is_held_is_counted_before_a_change, leave),
		cmocka_unit_test_teardown(what_is_held_is_counted_when_nothing_follows,
		                          leave),
		cmocka_unit_test_teardown(what_is_held_keeps_its_time, leave),
		cmocka_unit_test_teardown(what_is_held_is_of_its_own_burst, leave),
		cmocka_unit_test_teardown(what_is_held_knows_of_losses, leave),
		cmocka_unit_test_teardown(early_labels_let_packets_wait, leave),
		cmocka_unit_test_teardown(every_packet_counts_once, leave),
		cmocka_unit_test_teardown(a_mark_is_carried_or_comes_back, leave),
		cmocka_unit_test_teardown(rows_leave_room_for_labels, leave),
		cmocka_unit_test_teardown(rows_come_in_pieces_and_whole, leave),
	};

	if (!loopback_enter("-A OUTPUT -p udp --dport 443 -j NFQUEUE --queue-num 5")) {
		puts("needs root, and iptables with the NFQUEUE target");
		return 77;
	}
	return cmocka_run_group_tests(tests, make_scene, clear_scene);
}
