/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Record an interface, each client into a capture of its own:
 *
 *   record IFACE FILE=ADDRESS...
 *
 * Says "ready" once nothing more is missed, and ends on SIGTERM with what there was.
 * Headers only: the first 128 bytes of a frame.  IPv4. */
#include <arpa/inet.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#define SNAP     128
#define MOST     64
#define ETHERNET 14
#define IPV4_SRC (ETHERNET + 12)
#define IPV4_DST (ETHERNET + 16)
#define IPV4_MIN (ETHERNET + 20)
#define BUFFER   (16 << 20)

struct client {
	uint8_t address[4];
	pcap_dumper_t *out;
};

struct recorder {
	pcap_t *p;
	struct client client[MOST];
	unsigned clients;
	unsigned long packets;
};

static int bail(const char *what, const char *why)
{
	fprintf(stderr, "record: %s: %s\n", what, why);
	return 1;
}

static void put(u_char *arg, const struct pcap_pkthdr *h, const u_char *frame)
{
	struct recorder *r = (struct recorder *)(void *)arg;

	if (h->caplen < IPV4_MIN || frame[12] != 8 || frame[13] != 0)
		return;
	for (unsigned i = 0; i < r->clients; i++) {
		struct client *c = &r->client[i];

		if (memcmp(frame + IPV4_SRC, c->address, 4) != 0 &&
		    memcmp(frame + IPV4_DST, c->address, 4) != 0)
			continue;
		pcap_dump((u_char *)c->out, h, frame);
		r->packets++;
	}
}

static int add_client(struct recorder *r, char *arg)
{
	char *equals = strrchr(arg, '=');
	struct client *c = &r->client[r->clients];

	if (!equals || r->clients == MOST ||
	    inet_pton(AF_INET, equals + 1, c->address) != 1)
		return bail(arg, "not FILE=ADDRESS, or too many");
	*equals = 0;
	c->out = pcap_dump_open(r->p, arg);
	if (!c->out)
		return bail(arg, pcap_geterr(r->p));
	r->clients++;
	return 0;
}

static int open_interface(struct recorder *r, const char *name)
{
	char why[PCAP_ERRBUF_SIZE] = "";

	r->p = pcap_create(name, why);
	if (!r->p)
		return bail(name, why);
	/* Immediate: nothing waits in the kernel when it is time to end. */
	if (pcap_set_snaplen(r->p, SNAP) || pcap_set_promisc(r->p, 0) ||
	    pcap_set_immediate_mode(r->p, 1) || pcap_set_buffer_size(r->p, BUFFER) ||
	    pcap_activate(r->p) < 0 || pcap_setnonblock(r->p, 1, why) < 0)
		return bail(name, *why ? why : pcap_geterr(r->p));
	return 0;
}

/* Until told to stop, and then what the kernel still has. */
static int record(struct recorder *r)
{
	sigset_t end;
	struct pollfd p[2] = { { .fd = pcap_get_selectable_fd(r->p), .events = POLLIN } };

	(void)sigemptyset(&end);
	(void)sigaddset(&end, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &end, NULL);
	p[1] = (struct pollfd){ .fd = signalfd(-1, &end, SFD_CLOEXEC), .events = POLLIN };
	if (p[1].fd < 0)
		return bail("signalfd", strerror(errno));
	puts("ready");
	(void)fflush(stdout); /* who waits for the line will say that it never came */
	do {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return bail("poll", strerror(errno));
		if (pcap_dispatch(r->p, -1, put, (u_char *)(void *)r) < 0)
			return bail("reading", pcap_geterr(r->p));
	} while (!p[1].revents);
	return 0;
}

static int finish(struct recorder *r)
{
	struct pcap_stat lost = { 0 };
	int code = 0;

	for (unsigned i = 0; i < r->clients; i++) {
		code |= pcap_dump_flush(r->client[i].out) != 0;
		pcap_dump_close(r->client[i].out);
	}
	(void)pcap_stats(r->p, &lost); /* then it is not known that any were */
	printf("%lu packets of %u clients recorded, %u lost\n", r->packets, r->clients,
	       lost.ps_drop);
	pcap_close(r->p);
	return code ? bail("writing", "not all of it") : 0;
}

int main(int argc, char **argv)
{
	static struct recorder r;
	int code;

	if (argc < 3) {
		fputs("usage: record IFACE FILE=ADDRESS...\n", stderr);
		return 2;
	}
	code = open_interface(&r, argv[1]);
	for (int i = 2; i < argc && !code; i++)
		code = add_client(&r, argv[i]);
	if (!code)
		code = record(&r);
	return code ? code : finish(&r);
}
