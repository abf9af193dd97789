/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_RAWPCAP_H
#define NFCLASS_RAWPCAP_H

/* Captures of raw IPv4 for tests that need files: UDP packets of 10.0.0.HOST to and from
 * 192.0.2.HOST. */
#include "testing.h"

static inline void raw_put(FILE *out, uint32_t v, unsigned bytes, bool big)
{
	for (unsigned i = 0; i < bytes; i++)
		assert_true(putc((int)(v >> 8 * (big ? bytes - 1 - i : i) & 255), out) !=
		            EOF);
}

static inline FILE *raw_open(const char *path)
{
	const uint32_t header[] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 101 };
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	for (unsigned i = 0; i < 6; i++)
		raw_put(out, header[i], 4, false);
	return out;
}

struct raw_packet {
	double at; /* seconds */
	unsigned client, port, server;
	unsigned length; /* of the IP packet */
	bool received;
};

static inline void raw_packet(FILE *out, const struct raw_packet *p)
{
	uint32_t client = 10U << 24 | p->client, server = 192U << 24 | 2 << 8 | p->server;
	double sec = floor(p->at);

	raw_put(out, (uint32_t)sec, 4, false);
	raw_put(out, (uint32_t)lround((p->at - sec) * 1e6), 4, false);
	raw_put(out, 28, 4, false);
	raw_put(out, p->length, 4, false);
	raw_put(out, 0x4500, 2, true);
	raw_put(out, p->length, 2, true);
	raw_put(out, 0, 4, true);
	raw_put(out, 64 << 8 | 17, 2, true); /* UDP */
	raw_put(out, 0, 2, true);
	raw_put(out, p->received ? server : client, 4, true);
	raw_put(out, p->received ? client : server, 4, true);
	raw_put(out, p->received ? 443 : p->port, 2, true);
	raw_put(out, p->received ? p->port : 443, 2, true);
	raw_put(out, p->length - 20, 2, true);
	raw_put(out, 0, 2, true);
}

static inline void raw_file(const char *path, const struct raw_packet *p, size_t n)
{
	FILE *out = raw_open(path);

	for (size_t i = 0; i < n; i++)
		raw_packet(out, &p[i]);
	assert_int_equal(fclose(out), 0);
}

#endif
