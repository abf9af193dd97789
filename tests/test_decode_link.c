/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode_frame(): what stands before the IP header. */
#include "testing.h"

#include "decode.h"
#include "rng.h"

/* 10.1.2.3:40000 to 198.51.100.7:443, UDP, 28 bytes long. */
static const uint8_t udp4[28] =
	"\x45\0\0\x1c\0\0\0\0\x40\x11\0\0\x0a\x01\x02\x03\xc6\x33\x64\x07"
	"\x9c\x40\x01\xbb\0\x08\0";

struct frame {
	const char *name;
	enum decode_link link;
	size_t len;
	uint8_t head[48];
};

static const struct frame good[] = {
	{ "ethernet",
	  DECODE_LINK_ETHERNET,
	  14,
	  { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x08,
	    0x00 } },
	{ "802.1Q",
	  DECODE_LINK_ETHERNET,
	  18,
	  { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x81,
	    0x00, 0x00, 0x07, 0x08, 0x00 } },
	{ "802.1ad and 802.1Q",
	  DECODE_LINK_ETHERNET,
	  22,
	  { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00,
	    0x02, 0x88, 0xa8, 0x00, 0x07, 0x81, 0x00, 0x00, 0x08, 0x08, 0x00 } },
	{ "the old QinQ type",
	  DECODE_LINK_ETHERNET,
	  22,
	  { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00,
	    0x02, 0x91, 0x00, 0x00, 0x07, 0x81, 0x00, 0x00, 0x08, 0x08, 0x00 } },
	{ "five tags",
	  DECODE_LINK_ETHERNET,
	  34,
	  { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02,
	    0x81, 0x00, 0x00, 0x07, 0x81, 0x00, 0x00, 0x07, 0x81, 0x00, 0x00, 0x07,
	    0x81, 0x00, 0x00, 0x07, 0x81, 0x00, 0x00, 0x07, 0x08, 0x00 } },
	{ "raw", DECODE_LINK_RAW, 0, { 0 } },
	{ "null, little-endian", DECODE_LINK_NULL, 4, { 0x02, 0x00, 0x00, 0x00 } },
	{ "null, big-endian", DECODE_LINK_NULL, 4, { 0x00, 0x00, 0x00, 0x02 } },
	{ "null, IPv6 of FreeBSD", DECODE_LINK_NULL, 4, { 0x1c, 0x00, 0x00, 0x00 } },
	{ "null, IPv6 of NetBSD", DECODE_LINK_NULL, 4, { 0x18, 0x00, 0x00, 0x00 } },
	{ "null, IPv6 of macOS", DECODE_LINK_NULL, 4, { 0x00, 0x00, 0x00, 0x1e } },
	{ "loop", DECODE_LINK_LOOP, 4, { 0x00, 0x00, 0x00, 0x02 } },
	{ "cooked",
	  DECODE_LINK_SLL,
	  16,
	  { 0x00, 0x00, 0x00, 0x01, 0x00, 0x06, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
	    0x00, 0x08, 0x00 } },
	{ "cooked with a tag", DECODE_LINK_SLL, 20, { 0x00, 0x00, 0x00, 0x01, 0x00,
	                                              0x06, 0x02, 0x00, 0x00, 0x00,
	                                              0x00, 0x01, 0x00, 0x00, 0x81,
	                                              0x00, 0x00, 0x07, 0x08, 0x00 } },
	{ "cooked 2", DECODE_LINK_SLL2, 20, { 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	                                      0x02, 0x00, 0x01, 0x00, 0x06, 0x02, 0x00,
	                                      0x00, 0x00, 0x00, 0x01, 0x00, 0x00 } },
};

static const struct frame not_ip[] = {
	{ "ARP",
	  DECODE_LINK_ETHERNET,
	  14,
	  { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x08,
	    0x06 } },
	{ "a length, 802.3",
	  DECODE_LINK_ETHERNET,
	  14,
	  { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00,
	    0x1c } },
	{ "tagged ARP",
	  DECODE_LINK_ETHERNET,
	  18,
	  { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x81,
	    0x00, 0x00, 0x07, 0x08, 0x06 } },
	{ "LLDP",
	  DECODE_LINK_ETHERNET,
	  14,
	  { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x88,
	    0xcc } },
	{ "loopback of OSI", DECODE_LINK_NULL, 4, { 0x17, 0x00, 0x00, 0x00 } },
	{ "loopback of 0", DECODE_LINK_LOOP, 4, { 0x00, 0x00, 0x00, 0x00 } },
	{ "cooked ARP",
	  DECODE_LINK_SLL,
	  16,
	  { 0x00, 0x00, 0x00, 0x01, 0x00, 0x06, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
	    0x00, 0x08, 0x06 } },
	{ "cooked 2 ARP", DECODE_LINK_SLL2, 20, { 0x08, 0x06, 0x00, 0x00, 0x00,
	                                          0x00, 0x00, 0x02, 0x00, 0x01,
	                                          0x00, 0x06, 0x02, 0x00, 0x00,
	                                          0x00, 0x00, 0x01, 0x00, 0x00 } },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static enum decode_result decode_cut(const struct frame *f, size_t len,
                                     struct packet *pkt)
{
	uint8_t all[sizeof(f->head) + sizeof(udp4)];
	uint8_t *cut;
	enum decode_result r;

	memcpy(all, f->head, f->len);
	memcpy(all + f->len, udp4, sizeof(udp4));
	cut = copy_of(all, len);
	r = decode_frame(f->link, cut, len, pkt);
	free(cut);
	return r;
}

static void link_headers_are_passed_over(void **state)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct packet pkt;

		print_message("%s\n", good[i].name);
		for (size_t len = 0; len < good[i].len + sizeof(udp4); len++)
			assert_int_equal(decode_cut(&good[i], len, &pkt), DECODE_SHORT);
		assert_int_equal(decode_cut(&good[i], good[i].len + sizeof(udp4), &pkt),
		                 DECODE_OK);
		assert_int_equal(pkt.len_bytes, 28);
		assert_int_equal(pkt.header_bytes, 28);
		assert_true(addr_equal(pkt.src, addr_v4(0x0a010203)));
		assert_int_equal(pkt.dport, 443);
	}
	(void)state;
}

static void what_is_not_ip_is_told(void **state)
{
	for (size_t i = 0; i < COUNT(not_ip); i++) {
		struct packet pkt;

		print_message("%s\n", not_ip[i].name);
		assert_int_equal(decode_cut(&not_ip[i], not_ip[i].len + sizeof(udp4),
		                            &pkt),
		                 DECODE_NOT_IP);
	}
	(void)state;
}

/* Ethernet pads short packets: the length is the header's, never the frame's. */
static void padding_does_not_count(void **state)
{
	uint8_t frame[64] = { [12] = 0x08, [13] = 0 };
	struct packet pkt;

	memcpy(frame + 14, udp4, sizeof(udp4));
	assert_int_equal(decode_frame(DECODE_LINK_ETHERNET, frame, sizeof(frame), &pkt),
	                 DECODE_OK);
	assert_int_equal(pkt.len_bytes, 28);
	(void)state;
}

static void a_stack_of_nothing_but_tags_ends(void **state)
{
	uint8_t frame[1500];
	struct packet pkt;

	for (size_t i = 0; i < sizeof(frame); i += 2) {
		frame[i] = 0x81;
		frame[i + 1] = 0;
	}
	assert_int_equal(decode_frame(DECODE_LINK_ETHERNET, frame, sizeof(frame), &pkt),
	                 DECODE_SHORT);
	(void)state;
}

static void every_result_has_a_name_of_its_own(void **state)
{
	for (int i = 0; i < DECODE_RESULTS; i++) {
		assert_string_not_equal(decode_name((enum decode_result)i), "?");
		for (int k = 0; k < i; k++)
			assert_string_not_equal(decode_name((enum decode_result)i),
			                        decode_name((enum decode_result)k));
	}
	assert_string_equal(decode_name(DECODE_OK), "ok");
	assert_string_equal(decode_name(DECODE_NOT_IP), "not-ip");
	assert_string_equal(decode_name(DECODE_FRAGMENT), "fragment");
	(void)state;
}

/* What is accepted keeps its promises, whatever the bytes: the headers fit the length,
 * and the same bytes give the same packet. */
static void random_bytes_keep_the_promises(void **state)
{
	static const uint8_t first[] = { 0x45, 0x60, 0x46, 0x4f };
	struct rng r;

	rng_init(&r, 7, 7);
	for (int round = 0; round < 200000; round++) {
		size_t len = rng_below(&r, 120);
		uint8_t *data = malloc(len + 1);
		struct packet pkt = { 0 };

		for (size_t i = 0; i < len; i++)
			data[i] = (uint8_t)(rng_below(&r, 3) ? rng_below(&r, 64) : 0);
		data[0] = first[rng_below(&r, 4)];
		if (len > 9 && rng_below(&r, 2))
			data[9] = data[6] = rng_below(&r, 2) ? 6 : 17;
		/* To the byte, so that the address sanitizer sees a read past the end. */
		uint8_t *fit = realloc(data, len ? len : 1);

		assert_non_null(fit);
		if (decode_ip(fit, len, &pkt) == DECODE_OK) {
			assert_true(pkt.proto == 6 || pkt.proto == 17);
			assert_true(pkt.header_bytes >= 28);
			assert_true(pkt.header_bytes <= pkt.len_bytes);
			assert_true(pkt.len_bytes <= 65575);
		}
		free(fit);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_headers_are_passed_over),
		cmocka_unit_test(what_is_not_ip_is_told),
		cmocka_unit_test(padding_does_not_count),
		cmocka_unit_test(a_stack_of_nothing_but_tags_ends),
		cmocka_unit_test(every_result_has_a_name_of_its_own),
		cmocka_unit_test(random_bytes_keep_the_promises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
