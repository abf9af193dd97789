/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include <netinet/in.h>

#include "decode.h"

/* A packet under construction. */
struct bytes {
	uint8_t at[512];
	size_t len;
};

static void put(struct bytes *b, const void *data, size_t len)
{
	assert_true(b->len + len <= sizeof(b->at));
	memcpy(b->at + b->len, data, len);
	b->len += len;
}

static void put_u8(struct bytes *b, unsigned v)
{
	put(b, &(uint8_t){ (uint8_t)v }, 1);
}

static void put_u16(struct bytes *b, unsigned v)
{
	put_u8(b, v >> 8);
	put_u8(b, v & 0xff);
}

static void put_zeros(struct bytes *b, size_t n)
{
	while (n--)
		put_u8(b, 0);
}

/* 10.1.2.3 to 198.51.100.7; total and fragment as they stand in the header. */
static void put_ipv4(struct bytes *b, unsigned options, unsigned total, unsigned fragment,
                     unsigned proto)
{
	put_u8(b, 0x40 | (5 + options / 4));
	put_u8(b, 0);
	put_u16(b, total);
	put_u16(b, 0x1234);
	put_u16(b, fragment);
	put_u8(b, 64);
	put_u8(b, proto);
	put_u16(b, 0);
	put(b, "\x0a\x01\x02\x03\xc6\x33\x64\x07", 8);
	put_zeros(b, options);
}

/* 2001:db8::1 to fd00::2. */
static void put_ipv6(struct bytes *b, unsigned payload, unsigned next)
{
	put(b, "\x60\x00\x00\x00", 4);
	put_u16(b, payload);
	put_u8(b, next);
	put_u8(b, 64);
	put(b, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	put(b, "\xfd\x00\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
}

/* len counts in units as the header's own field does. */
static void put_extension(struct bytes *b, unsigned next, unsigned len, size_t rest)
{
	put_u8(b, next);
	put_u8(b, len);
	put_zeros(b, rest);
}

static void put_fragment(struct bytes *b, unsigned next, unsigned offset_flags)
{
	put_u8(b, next);
	put_u8(b, 0);
	put_u16(b, offset_flags);
	put(b, "\0\0\0\x09", 4);
}

static void put_tcp(struct bytes *b, unsigned header)
{
	put_u16(b, 40000);
	put_u16(b, 443);
	put_zeros(b, 8);
	put_u8(b, header / 4 << 4);
	put_zeros(b, header > 20 ? header - 13 : 7);
}

static void put_udp(struct bytes *b, unsigned len)
{
	put_u16(b, 40000);
	put_u16(b, 443);
	put_u16(b, len);
	put_u16(b, 0);
}

static enum decode_result decoded(const struct bytes *b, struct packet *pkt)
{
	uint8_t *copy = copy_of(b->at, b->len);
	enum decode_result r = decode_ip(copy, b->len, pkt);

	free(copy);
	return r;
}

static void assert_decodes(const struct bytes *b, unsigned len, unsigned header,
                           unsigned proto)
{
	struct packet pkt = { .time = { 77 } };

	assert_int_equal(decoded(b, &pkt), DECODE_OK);
	assert_int_equal(pkt.len_bytes, len);
	assert_int_equal(pkt.header_bytes, header);
	assert_int_equal(pkt.proto, proto);
	assert_int_equal(pkt.sport, 40000);
	assert_int_equal(pkt.dport, 443);
	assert_int_equal(pkt.time.us, 77);
}

static void assert_refused(const struct bytes *b, enum decode_result reason)
{
	struct packet pkt;

	assert_string_equal(decode_name(decoded(b, &pkt)), decode_name(reason));
}

/* Nothing but the whole headers will do, and nothing behind the end is read. */
static void assert_short_when_cut(enum decode_link link, const struct bytes *b)
{
	struct packet pkt;

	for (size_t len = 0; len <= b->len; len++) {
		uint8_t *cut = copy_of(b->at, len);
		enum decode_result r = decode_frame(link, cut, len, &pkt);

		free(cut);
		assert_int_equal(r, len < b->len ? DECODE_SHORT : DECODE_OK);
	}
}

static void ipv4_tcp(void **state)
{
	struct bytes b = { 0 };
	struct packet pkt;

	put_ipv4(&b, 0, 1400, 0x4000, IPPROTO_TCP);
	put_tcp(&b, 20);
	assert_decodes(&b, 1400, 40, IPPROTO_TCP);
	assert_int_equal(decoded(&b, &pkt), DECODE_OK);
	assert_true(addr_equal(pkt.src, addr_v4(0x0a010203)));
	assert_true(addr_equal(pkt.dst, addr_v4(0xc6336407)));
	assert_short_when_cut(DECODE_LINK_RAW, &b);
	(void)state;
}

/* The options may be missing from the capture: their length is in the first 20 bytes. */
static void options_count_as_headers(void **state)
{
	for (unsigned ip = 0; ip <= 40; ip += 4) {
		for (unsigned tcp = 20; tcp <= 60; tcp += 4) {
			struct bytes b = { 0 };

			put_ipv4(&b, ip, 1500, 0, IPPROTO_TCP);
			put_tcp(&b, tcp);
			assert_decodes(&b, 1500, 20 + ip + tcp, IPPROTO_TCP);
			b.len = 20 + ip + 20;
			assert_decodes(&b, 1500, 20 + ip + tcp, IPPROTO_TCP);
			assert_short_when_cut(DECODE_LINK_RAW, &b);
		}
	}
	(void)state;
}

static void ipv4_udp(void **state)
{
	struct bytes b = { 0 };

	put_ipv4(&b, 0, 128, 0, IPPROTO_UDP);
	put_udp(&b, 108);
	assert_decodes(&b, 128, 28, IPPROTO_UDP);
	assert_short_when_cut(DECODE_LINK_RAW, &b);
	(void)state;
}

/* Each of these says something that its own lengths contradict. */
static void lengths_that_contradict_are_refused(void **state)
{
	static const struct {
		unsigned ihl, total, proto, transport;
	} rows[] = {
		{ 4, 100, IPPROTO_UDP, 80 }, { 0, 100, IPPROTO_UDP, 80 },
		{ 5, 19, IPPROTO_UDP, 8 },   { 5, 0, IPPROTO_TCP, 20 },
		{ 6, 23, IPPROTO_UDP, 8 },   { 5, 27, IPPROTO_UDP, 7 },
		{ 5, 100, IPPROTO_UDP, 7 },  { 5, 100, IPPROTO_UDP, 0 },
		{ 5, 100, IPPROTO_UDP, 81 }, { 5, 39, IPPROTO_TCP, 20 },
		{ 5, 100, IPPROTO_TCP, 16 }, { 5, 100, IPPROTO_TCP, 0 },
		{ 5, 43, IPPROTO_TCP, 24 },  { 15, 79, IPPROTO_TCP, 20 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes b = { 0 };

		put_ipv4(&b, rows[i].ihl > 5 ? (rows[i].ihl - 5) * 4 : 0, rows[i].total,
		         0, rows[i].proto);
		b.at[0] = (uint8_t)(0x40 | rows[i].ihl);
		if (rows[i].proto == IPPROTO_TCP)
			put_tcp(&b, rows[i].transport);
		else
			put_udp(&b, rows[i].transport);
		assert_refused(&b, DECODE_BAD_LENGTH);
	}
	(void)state;
}

static void only_the_first_fragment_has_ports(void **state)
{
	struct bytes first = { 0 }, later = { 0 }, last = { 0 }, whole = { 0 };

	put_ipv4(&first, 0, 1500, 0x2000, IPPROTO_UDP);
	put_udp(&first, 4000);
	assert_decodes(&first, 1500, 28, IPPROTO_UDP);
	put_ipv4(&later, 0, 1500, 0x2001, IPPROTO_UDP);
	put_udp(&later, 4000);
	assert_refused(&later, DECODE_FRAGMENT);
	put_ipv4(&last, 0, 60, 0x00b9, IPPROTO_TCP);
	put_tcp(&last, 20);
	assert_refused(&last, DECODE_FRAGMENT);
	/* The reserved bit and "don't fragment" are no fragments. */
	put_ipv4(&whole, 0, 128, 0xc000, IPPROTO_UDP);
	put_udp(&whole, 108);
	assert_decodes(&whole, 128, 28, IPPROTO_UDP);
	whole.at[2] = 0; /* total 28 + 8 is less than UDP speaks of */
	whole.at[3] = 36;
	assert_refused(&whole, DECODE_BAD_LENGTH);
	(void)state;
}

static void ipv6_without_extensions(void **state)
{
	struct bytes tcp = { 0 }, udp = { 0 };
	struct packet pkt;

	put_ipv6(&tcp, 1000, IPPROTO_TCP);
	put_tcp(&tcp, 32);
	assert_decodes(&tcp, 1040, 72, IPPROTO_TCP);
	assert_int_equal(decoded(&tcp, &pkt), DECODE_OK);
	assert_true(pkt.src.hi == 0x20010db800000000 && pkt.src.lo == 1);
	assert_true(pkt.dst.hi == 0xfd00000000000000 && pkt.dst.lo == 2);
	put_ipv6(&udp, 8, IPPROTO_UDP);
	put_udp(&udp, 8);
	assert_decodes(&udp, 48, 48, IPPROTO_UDP);
	assert_short_when_cut(DECODE_LINK_RAW, &udp);
	tcp.len = 60;
	assert_short_when_cut(DECODE_LINK_RAW, &tcp);
	(void)state;
}

/* Hop-by-hop, routing, destination options, mobility, HIP, Shim6; then AH, whose unit is
 * another one; then an atomic fragment (RFC 6946). */
static void ipv6_extensions_are_passed_over(void **state)
{
	struct bytes b = { 0 };

	put_ipv6(&b, 1000, IPPROTO_HOPOPTS);
	put_extension(&b, IPPROTO_ROUTING, 0, 6);
	put_extension(&b, IPPROTO_DSTOPTS, 2, 22);
	put_extension(&b, IPPROTO_MH, 1, 14);
	put_extension(&b, 139, 0, 6);
	put_extension(&b, 140, 0, 6);
	put_extension(&b, IPPROTO_AH, 0, 6);
	put_extension(&b, IPPROTO_FRAGMENT, 4, 22);
	put_fragment(&b, IPPROTO_TCP, 0);
	put_tcp(&b, 20);
	assert_decodes(&b, 1040, 40 + 8 + 24 + 16 + 8 + 8 + 8 + 24 + 8 + 20, IPPROTO_TCP);
	assert_short_when_cut(DECODE_LINK_RAW, &b);
	(void)state;
}

static void ipv6_fragments(void **state)
{
	struct bytes first = { 0 }, later = { 0 }, last = { 0 };

	put_ipv6(&first, 1448, IPPROTO_FRAGMENT);
	put_fragment(&first, IPPROTO_UDP, 1);
	put_udp(&first, 5000);
	assert_decodes(&first, 1488, 56, IPPROTO_UDP);
	put_ipv6(&later, 1448, IPPROTO_FRAGMENT);
	put_fragment(&later, IPPROTO_UDP, 1440 | 1);
	put_udp(&later, 1440);
	assert_refused(&later, DECODE_FRAGMENT);
	put_ipv6(&last, 100, IPPROTO_FRAGMENT);
	put_fragment(&last, IPPROTO_TCP, 8);
	put_tcp(&last, 20);
	assert_refused(&last, DECODE_FRAGMENT);
	/* An atomic fragment is whole, so its UDP length must fit. */
	first.at[43] = 0;
	assert_refused(&first, DECODE_BAD_LENGTH);
	(void)state;
}

static void ipv6_extensions_longer_than_the_packet_are_refused(void **state)
{
	struct bytes b = { 0 }, endless = { 0 };

	put_ipv6(&b, 23, IPPROTO_DSTOPTS);
	put_extension(&b, IPPROTO_UDP, 2, 22);
	put_udp(&b, 8);
	assert_refused(&b, DECODE_BAD_LENGTH);
	b.at[5] = 24;
	assert_refused(&b, DECODE_BAD_LENGTH);
	b.at[5] = 32;
	assert_decodes(&b, 72, 72, IPPROTO_UDP);
	put_ipv6(&endless, 65535, 0);
	put_zeros(&endless, 400); /* hop-by-hop behind hop-by-hop */
	assert_refused(&endless, DECODE_SHORT);
	(void)state;
}

static void other_protocols_and_versions_are_told_apart(void **state)
{
	static const uint8_t others[] = { 1, 2, 4, 41, 47, 50, 58, 59, 132, 136, 255 };
	struct bytes b = { 0 };
	struct packet pkt;

	for (size_t i = 0; i < sizeof(others); i++) {
		struct bytes four = { 0 }, six = { 0 };

		put_ipv4(&four, 0, 100, 0, others[i]);
		put_ipv6(&six, 100, others[i]);
		assert_refused(&four, DECODE_NOT_TCP_UDP);
		assert_refused(&six, DECODE_NOT_TCP_UDP);
	}
	put_zeros(&b, 64);
	for (unsigned version = 0; version < 16; version++) {
		b.at[0] = (uint8_t)(version << 4 | 5);
		if (version != 4 && version != 6)
			assert_refused(&b, DECODE_BAD_VERSION);
	}
	assert_int_equal(decode_ip("", 0, &pkt), DECODE_SHORT);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_tcp),
		cmocka_unit_test(options_count_as_headers),
		cmocka_unit_test(ipv4_udp),
		cmocka_unit_test(lengths_that_contradict_are_refused),
		cmocka_unit_test(only_the_first_fragment_has_ports),
		cmocka_unit_test(ipv6_without_extensions),
		cmocka_unit_test(ipv6_extensions_are_passed_over),
		cmocka_unit_test(ipv6_fragments),
		cmocka_unit_test(ipv6_extensions_longer_than_the_packet_are_refused),
		cmocka_unit_test(other_protocols_and_versions_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
