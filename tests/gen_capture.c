/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures out of text, so that what a test is about can be read:
 *
 *	gen_capture [FORMAT [LINK]] <SCRIPT >CAPTURE
 *
 * FORMAT is us, ns (pcap), us-be, ns-be (big-endian), pcapng or pcapng-be; LINK is
 * ethernet, vlan, raw, null, loop, sll, sll2 or ppp, which nobody reads.  A line of the
 * script is one packet,
 *
 *	SECONDS tcp|udp|icmp SOURCE PORT TARGET PORT LENGTH [frag] [cut=BYTES]
 *
 * where LENGTH is that of the IP packet; frag makes it a later fragment; cut is how much
 * of the frame was captured (96).  "SECONDS hex DIGITS" is a whole frame. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MOST  256
#define CUT_DEFAULT 96

static const struct format {
	const char *name;
	bool nano, big, ng;
} formats[] = {
	{ "us", false, false, false },    { "ns", true, false, false },
	{ "us-be", false, true, false },  { "ns-be", true, true, false },
	{ "pcapng", false, false, true }, { "pcapng-be", false, true, true },
};

/* The header before IPv4, and where in it to put what for IPv6. */
static const struct link {
	const char *name;
	uint32_t number; /* LINKTYPE_... */
	unsigned len, type_at;
	uint8_t v4[2], v6[2], head[24];
} links[] = {
	{ "ethernet",
	  1,
	  14,
	  12,
	  { 8, 0 },
	  { 0x86, 0xdd },
	  { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 } },
	{ "vlan",
	  1,
	  18,
	  16,
	  { 8, 0 },
	  { 0x86, 0xdd },
	  { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 7 } },
	{ "raw", 101, 0, 0, { 0, 0 }, { 0, 0 }, { 0 } },
	{ "null", 0, 4, 0, { 2, 0 }, { 30, 0 }, { 0 } },
	{ "loop", 108, 4, 2, { 0, 2 }, { 0, 30 }, { 0 } },
	{ "sll", 113, 16, 14, { 8, 0 }, { 0x86, 0xdd }, { 0, 0, 0, 1, 0, 6 } },
	{ "sll2",
	  276,
	  20,
	  0,
	  { 8, 0 },
	  { 0x86, 0xdd },
	  { 0, 0, 0, 0, 0, 0, 0, 1, 0, 1 } },
	{ "ppp", 9, 0, 0, { 0, 0 }, { 0, 0 }, { 0 } },
};

struct out {
	const struct format *format;
	const struct link *link;
};

struct frame {
	uint8_t data[FRAME_MOST];
	size_t len;
};

static _Noreturn void die(const char *what, const char *text)
{
	fprintf(stderr, "gen_capture: %s: %s\n", what, text);
	exit(1);
}

static void put_n(const struct out *o, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		putchar((int)(v >> 8 * (o->format->big ? bytes - 1 - i : i) & 0xff));
}

static void put_header(const struct out *o)
{
	if (o->format->ng) {
		put_n(o, 0x0a0d0d0a, 4);
		put_n(o, 28, 4);
		put_n(o, 0x1a2b3c4d, 4);
		put_n(o, 1, 2);
		put_n(o, 0, 2);
		put_n(o, UINT64_MAX, 8);
		put_n(o, 28, 4);
		put_n(o, 1, 4); /* interface description */
		put_n(o, 20, 4);
		put_n(o, o->link->number, 2);
		put_n(o, 0, 2);
		put_n(o, 65535, 4);
		put_n(o, 20, 4);
		return;
	}
	put_n(o, o->format->nano ? 0xa1b23c4d : 0xa1b2c3d4, 4);
	put_n(o, 2, 2);
	put_n(o, 4, 2);
	put_n(o, 0, 8);
	put_n(o, 65535, 4);
	put_n(o, o->link->number, 4);
}

static void put_packet(const struct out *o, uint64_t ns, const struct frame *f,
                       size_t wire_len)
{
	size_t padded = (f->len + 3) / 4 * 4;

	if (o->format->ng) {
		put_n(o, 6, 4); /* enhanced packet */
		put_n(o, 32 + padded, 4);
		put_n(o, 0, 4);
		put_n(o, ns / 1000 >> 32, 4);
		put_n(o, ns / 1000 & UINT32_MAX, 4);
	} else {
		put_n(o, ns / 1000000000, 4);
		put_n(o, ns % 1000000000 / (o->format->nano ? 1 : 1000), 4);
	}
	put_n(o, f->len, 4);
	put_n(o, wire_len, 4);
	fwrite(f->data, 1, f->len, stdout);
	if (!o->format->ng)
		return;
	put_n(o, 0, (unsigned)(padded - f->len));
	put_n(o, 32 + padded, 4);
}

static void add(struct frame *f, uint64_t v, unsigned bytes)
{
	while (bytes-- > 0)
		f->data[f->len++] = (uint8_t)(v >> 8 * bytes);
}

static void add_address(struct frame *f, int family, const char *text)
{
	if (inet_pton(family, text, f->data + f->len) != 1)
		die("no address", text);
	f->len += family == AF_INET ? 4 : 16;
}

struct line {
	char proto[8], src[48], dst[48];
	unsigned sport, dport, len, cut;
	bool frag;
};

static void add_ip(struct frame *f, const struct line *l, bool v6, unsigned number)
{
	if (v6) {
		add(f, 6U << 28, 4);
		add(f, l->len - 40, 2);
		add(f, l->frag ? 44 : number, 1);
		add(f, 64, 1);
		add_address(f, AF_INET6, l->src);
		add_address(f, AF_INET6, l->dst);
		if (l->frag)
			add(f, (uint64_t)number << 56 | (uint64_t)185 << 35, 8);
		return;
	}
	add(f, 0x4500, 2);
	add(f, l->len, 2);
	add(f, l->frag ? 185 : 0x4000, 4);
	add(f, 64, 1);
	add(f, number, 1);
	add(f, 0, 2);
	add_address(f, AF_INET, l->src);
	add_address(f, AF_INET, l->dst);
}

static void add_transport(struct frame *f, const struct line *l, bool v6, unsigned number)
{
	add(f, l->sport, 2);
	add(f, l->dport, 2);
	if (number == 17) {
		add(f, l->len - (v6 ? 40 : 20), 2);
		add(f, 0, 2);
	} else {
		add(f, 0, 8);
		add(f, 0x5010, 2);
		add(f, 0, 6);
	}
}

static void add_link(struct frame *f, const struct out *o, bool v6)
{
	const struct link *k = o->link;

	memcpy(f->data, k->head, k->len);
	if (k->len > 0)
		memcpy(f->data + k->type_at, v6 ? k->v6 : k->v4, 2);
	f->len = k->len;
}

static void packet(const struct out *o, uint64_t ns, char *text)
{
	struct line l = { .cut = CUT_DEFAULT };
	struct frame f = { .len = 0 };
	int at = 0;
	unsigned number;
	bool v6;
	size_t wire_len;

	if (sscanf(text, "%7s %47s %u %47s %u %u%n", l.proto, l.src, &l.sport, l.dst,
	           &l.dport, &l.len, &at) < 6)
		die("no packet", text);
	l.frag = strstr(text + at, "frag") != NULL;
	if (strstr(text + at, "cut="))
		l.cut = (unsigned)atoi(strstr(text + at, "cut=") + 4);
	v6 = strchr(l.src, ':') != NULL;
	number = strcmp(l.proto, "tcp") == 0 ? 6 : strcmp(l.proto, "udp") == 0 ? 17 : 1;
	add_link(&f, o, v6);
	add_ip(&f, &l, v6, number);
	add_transport(&f, &l, v6, number);
	wire_len = o->link->len + l.len;
	f.len = wire_len < l.cut ? wire_len : l.cut;
	put_packet(o, ns, &f, wire_len);
}

static void hex(const struct out *o, uint64_t ns, const char *text)
{
	struct frame f = { .len = 0 };
	unsigned byte;

	while (f.len < FRAME_MOST && sscanf(text, "%2x", &byte) == 1) {
		f.data[f.len++] = (uint8_t)byte;
		text += 2;
	}
	put_packet(o, ns, &f, f.len);
}

/* Seconds with up to nine digits behind the point. */
static uint64_t parse_time(const char *text, char **end)
{
	uint64_t ns = strtoull(text, end, 10) * 1000000000, unit = 100000000;

	if (*end == text)
		die("no time", text);
	if (**end != '.')
		return ns;
	for (++*end; **end >= '0' && **end <= '9'; ++*end, unit /= 10)
		ns += (uint64_t)(**end - '0') * unit;
	return ns;
}

int main(int argc, char **argv)
{
	struct out o = { NULL, NULL };
	char line[1024];

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, argc > 1 ? argv[1] : "us") == 0)
			o.format = &formats[i];
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (strcmp(links[i].name, argc > 2 ? argv[2] : "ethernet") == 0)
			o.link = &links[i];
	if (!o.format || !o.link)
		die("no such format or link", argc > 1 ? argv[argc - 1] : "");
	put_header(&o);
	while (fgets(line, sizeof(line), stdin)) {
		char *rest;
		uint64_t ns;

		if (*line == '#' || *line == '\n')
			continue;
		ns = parse_time(line, &rest);
		if (strncmp(rest, " hex ", 5) == 0)
			hex(&o, ns, rest + 5);
		else
			packet(&o, ns, rest);
	}
	return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
