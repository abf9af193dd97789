/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Undo the gateway's address translation in a capture of what came in on both of its
 * sides (tcpdump -i any -Q in): packets to the WAN's address get the client's again, as
 * FORWARD sees them.  Such a capture has the times that the kernel gives the queue.
 *
 *   unnat MAP IN OUT     MAP is what replay -m wrote */
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define FLOWS     2048
#define SLL2      20 /* bytes of the cooked header, protocol first */
#define FRAME_MAX 512

struct translation {
	unsigned proto, client_port, server_port, nat_port;
	uint32_t client, server, nat;
};

struct map {
	struct translation at[FLOWS];
	size_t count;
};

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static bool read_map(const char *path, struct map *m)
{
	FILE *in = fopen(path, "r");
	struct translation *t = m->at;

	if (!in)
		return false;
	while (m->count < FLOWS &&
	       fscanf(in, "%u %x %u %x %u %x %u", &t->proto, &t->client, &t->client_port,
	              &t->server, &t->server_port, &t->nat, &t->nat_port) == 7) {
		m->count++;
		t++;
	}
	(void)fclose(in); /* nothing was written */
	return m->count > 0;
}

/* ip begins an IPv4 header without options. */
static void translate(const struct map *m, uint8_t *ip)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct translation *t = &m->at[i];

		if (t->proto != ip[9] || t->server != get32(ip + 12) ||
		    t->server_port != get16(ip + 20) || t->nat != get32(ip + 16) ||
		    t->nat_port != get16(ip + 22))
			continue;
		put16(ip + 16, t->client >> 16);
		put16(ip + 18, t->client & 0xffff);
		put16(ip + 22, t->client_port);
		return;
	}
}

static bool copy(const struct map *m, pcap_t *in, pcap_dumper_t *out)
{
	struct pcap_pkthdr *h;
	const uint8_t *data;
	int got;

	while ((got = pcap_next_ex(in, &h, &data)) == 1) {
		uint8_t frame[FRAME_MAX];

		if (h->caplen > sizeof(frame))
			return false;
		memcpy(frame, data, h->caplen);
		if (h->caplen >= SLL2 + 24 && get16(frame) == 0x0800 &&
		    frame[SLL2] == 0x45)
			translate(m, frame + SLL2);
		pcap_dump((uint8_t *)out, h, frame);
	}
	return got == PCAP_ERROR_BREAK && pcap_dump_flush(out) == 0;
}

int main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct map m = { .count = 0 };
	pcap_dumper_t *out;
	pcap_t *in;
	bool ok;

	if (argc != 4 || !read_map(argv[1], &m) ||
	    !(in = pcap_open_offline(argv[2], why)) ||
	    pcap_datalink(in) != DLT_LINUX_SLL2 || !(out = pcap_dump_open(in, argv[3]))) {
		fprintf(stderr, "usage: unnat MAP IN OUT, IN a cooked capture  %s\n",
		        why);
		return 2;
	}
	ok = copy(&m, in, out);
	pcap_dump_close(out);
	pcap_close(in);
	if (!ok)
		fprintf(stderr, "unnat: cannot copy %s to %s\n", argv[2], argv[3]);
	return ok ? 0 : 1;
}
