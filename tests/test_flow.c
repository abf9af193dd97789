/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "flow.h"

static struct packet between(const char *src, uint16_t sport, const char *dst,
                             uint16_t dport)
{
	struct packet pkt = { .sport = sport, .dport = dport, .proto = 6 };

	assert_true(addr_parse(src, &pkt.src));
	assert_true(addr_parse(dst, &pkt.dst));
	return pkt;
}

static const struct {
	const char *src, *dst;
	bool sends;
} rows[] = {
	/* One end is private: it is the client, whoever sends. */
	{ "192.168.1.2", "8.8.8.8", true },
	{ "8.8.8.8", "192.168.1.2", false },
	{ "8.8.8.8", "10.255.255.255", false },
	{ "8.8.8.8", "172.16.0.0", false },
	{ "8.8.8.8", "172.31.255.255", false },
	{ "2001:db8::1", "fd12::1", false },
	{ "2001:db8::1", "fc00::", false },
	{ "2001:db8::1", "fe80::1", false },
	{ "2001:db8::1", "febf::1", false },
	/* Both are, or neither: the sender of the first packet. */
	{ "192.168.1.2", "10.0.0.1", true },
	{ "10.0.0.1", "192.168.1.2", true },
	{ "8.8.8.8", "1.1.1.1", true },
	{ "1.1.1.1", "8.8.8.8", true },
	/* Just beside the private ranges. */
	{ "8.8.8.8", "11.0.0.0", true },
	{ "8.8.8.8", "9.255.255.255", true },
	{ "8.8.8.8", "172.15.255.255", true },
	{ "8.8.8.8", "172.32.0.0", true },
	{ "8.8.8.8", "192.167.255.255", true },
	{ "8.8.8.8", "192.169.0.0", true },
	{ "2001:db8::1", "fbff::1", true },
	{ "2001:db8::1", "fe00::1", true },
	{ "2001:db8::1", "fec0::1", true },
	{ "8.8.8.8", "100.64.0.1", true },
	{ "8.8.8.8", "127.0.0.1", true },
	{ "8.8.8.8", "169.254.1.1", true },
};

static void without_prefixes_the_private_end_is_the_client(void **state)
{
	struct flow_lan none = { .count = 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet pkt = between(rows[i].src, 1, rows[i].dst, 2);

		print_message("%s %s\n", rows[i].src, rows[i].dst);
		assert_int_equal(flow_client_sends(&none, &pkt), rows[i].sends);
	}
	(void)state;
}

/* Private addresses mean nothing where the LAN is known: 10.0.0.0/8 is outside here. */
static void with_prefixes_the_end_inside_is_the_client(void **state)
{
	struct flow_lan lan = { .count = 3 };
	struct packet out, in, both, neither, v6;

	assert_true(prefix_parse("192.168.5.0/24", &lan.prefix[0]));
	assert_true(prefix_parse("203.0.113.0/28", &lan.prefix[1]));
	assert_true(prefix_parse("2001:db8:7::/48", &lan.prefix[2]));
	out = between("203.0.113.15", 1, "10.0.0.1", 2);
	in = between("10.0.0.1", 2, "203.0.113.15", 1);
	both = between("203.0.113.1", 1, "192.168.5.1", 2);
	neither = between("203.0.113.16", 1, "192.168.4.1", 2);
	v6 = between("2001:db8:8::1", 1, "2001:db8:7::1", 2);
	assert_true(flow_client_sends(&lan, &out));
	assert_false(flow_client_sends(&lan, &in));
	assert_true(flow_client_sends(&lan, &both));
	assert_true(flow_client_sends(&lan, &neither));
	assert_false(flow_client_sends(&lan, &v6));
	(void)state;
}

static void both_directions_have_one_key(void **state)
{
	static const struct {
		const char *a, *b;
		uint16_t pa, pb;
	} pairs[] = {
		{ "10.0.0.1", "8.8.8.8", 5, 80 }, { "10.0.0.1", "10.0.0.1", 5, 80 },
		{ "fd00::1", "2001::1", 80, 5 },  { "fd00::1", "fd00::1", 9, 9 },
		{ "10.0.0.1", "10.0.0.1", 9, 9 }, { "2001::1", "2001::2", 1, 2 },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct packet there =
			between(pairs[i].a, pairs[i].pa, pairs[i].b, pairs[i].pb);
		struct packet back =
			between(pairs[i].b, pairs[i].pb, pairs[i].a, pairs[i].pa);
		bool low_there, low_back;
		struct flow_key k = flow_key_of(&there, &low_there);
		struct flow_key l = flow_key_of(&back, &low_back);
		bool same =
			addr_equal(there.src, there.dst) && there.sport == there.dport;

		assert_memory_equal(&k, &l, sizeof(k));
		assert_true(same ? low_there && low_back : low_there != low_back);
	}
	(void)state;
}

static void each_part_of_the_key_counts(void **state)
{
	struct packet one = between("10.0.0.1", 5, "8.8.8.8", 80), other[6];
	bool low;
	struct flow_key k = flow_key_of(&one, &low);

	for (int i = 0; i < 6; i++)
		other[i] = one;
	other[0].proto = 17;
	other[1].sport = 6;
	other[2].dport = 81;
	other[3].src = addr_v4(0x0a000002);
	other[4].dst = addr_v4(0x08080809);
	other[5].sport = 80; /* ports exchanged, addresses not */
	other[5].dport = 5;
	for (int i = 0; i < 6; i++) {
		struct flow_key l = flow_key_of(&other[i], &low);

		assert_memory_not_equal(&k, &l, sizeof(k));
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_prefixes_the_private_end_is_the_client),
		cmocka_unit_test(with_prefixes_the_end_inside_is_the_client),
		cmocka_unit_test(both_directions_have_one_key),
		cmocka_unit_test(each_part_of_the_key_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
