/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include <netinet/in.h>

#include "packet.h"

static void addresses_come_back_as_text(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0",       "255.255.255.255",
		"10.1.2.3",      "::",
		"::1",           "2001:db8::ff:0:1",
		"fe80::1:2:3:4", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	char buf[ADDR_TEXT_SIZE];
	struct addr a;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(addr_parse(texts[i], &a));
		assert_ptr_equal(addr_text(a, buf), buf);
		assert_string_equal(buf, texts[i]);
	}
	assert_true(addr_parse("::ffff:10.1.2.3", &a));
	assert_string_equal(addr_text(a, buf), "10.1.2.3");
	assert_true(addr_parse("2001:DB8:0:0:1:0:0:1", &a)); /* RFC 5952 */
	assert_string_equal(addr_text(a, buf), "2001:db8::1:0:0:1");
	(void)state;
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const texts[] = { "",         "10.1.2",     "10.1.2.256",
		                             "1.2.3.4 ", "10.1.2.3/8", "host",
		                             ":::",      "1::2::3",    "fe80::1%eth0",
		                             "12345::" };
	struct addr a = { 7, 8 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(addr_parse(texts[i], &a));
		assert_true(a.hi == 7 && a.lo == 8);
	}
	(void)state;
}

static void address_families_are_told_apart(void **state)
{
	struct addr a;

	assert_true(addr_is_v4(addr_v4(0)));
	assert_true(addr_is_v4(addr_v4(UINT32_MAX)));
	assert_true(addr_parse("::1.2.3.4", &a));
	assert_false(addr_is_v4(a));
	assert_false(addr_is_private((struct addr){ 0, 0x0a000001 })); /* ::10.0.0.1 */
	(void)state;
}

static const struct {
	const char *prefix, *addr;
	bool has;
} rows[] = {
	{ "10.0.0.0/8", "10.255.255.255", true },
	{ "10.0.0.0/8", "11.0.0.0", false },
	{ "10.1.2.3/8", "10.9.9.9", true }, /* bits below are cleared */
	{ "10.1.2.3", "10.1.2.3", true },
	{ "10.1.2.3", "10.1.2.2", false },
	{ "10.1.2.3/31", "10.1.2.2", true },
	{ "0.0.0.0/0", "255.1.1.1", true },
	{ "0.0.0.0/0", "::1", false },
	{ "0.0.0.0/1", "128.0.0.0", false },
	{ "fd00::/8", "fdff::1", true },
	{ "fd00::/8", "fc00::1", false },
	{ "2001:db8::/64", "2001:db8::ffff:0:0:1", true },
	{ "2001:db8::/65", "2001:db8::8000:0:0:0", false },
	{ "2001:db8::/65", "2001:db8::7fff:0:0:0", true },
	{ "2001:db8::/63", "2001:db8:0:1::", true },
	{ "2001:db8::/63", "2001:db8:0:2::", false },
	{ "2001:db8::1/128", "2001:db8::2", false },
	{ "::/0", "2001::", true },
};

static void prefixes_have_what_lies_inside(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct prefix p;
		struct addr a;

		print_message("%s %s\n", rows[i].prefix, rows[i].addr);
		assert_true(prefix_parse(rows[i].prefix, &p));
		assert_true(addr_parse(rows[i].addr, &a));
		assert_int_equal(prefix_has(&p, a), rows[i].has);
	}
	(void)state;
}

static void what_is_no_prefix_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/8x",
		"10.0.0.0/ 8",
		"10.0.0.0/+8",
		"fd00::/129",
		"10.0.0.0/8/8",
		"10.0.0.0/4294967304",
		"10.0.0.0/99999999999999999999",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/8",
	};
	struct prefix p = { { 1, 2 }, 3 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(prefix_parse(texts[i], &p));
		assert_true(p.base.hi == 1 && p.base.lo == 2 && p.bits == 3);
	}
	(void)state;
}

static void ipv4_prefixes_count_from_the_top_of_128_bits(void **state)
{
	struct prefix p;

	assert_true(prefix_parse("192.168.7.9/24", &p));
	assert_int_equal(p.bits, 120);
	assert_true(addr_equal(p.base, addr_v4(0xc0a80700)));
	(void)state;
}

static void protocols_have_names(void **state)
{
	assert_string_equal(proto_name(IPPROTO_TCP), "TCP");
	assert_string_equal(proto_name(IPPROTO_UDP), "UDP");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_come_back_as_text),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(address_families_are_told_apart),
		cmocka_unit_test(prefixes_have_what_lies_inside),
		cmocka_unit_test(what_is_no_prefix_is_refused),
		cmocka_unit_test(ipv4_prefixes_count_from_the_top_of_128_bits),
		cmocka_unit_test(protocols_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
