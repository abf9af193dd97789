/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks of connections by hand.
 *
 *   tool_ctmark set          lines "PROTO CLIENT PORT SERVER PORT VALUE MASK" on standard
 *                            input; prints how connections are after that, and counts
 *   tool_ctmark search       the same, and searches for what was not found
 *   tool_ctmark list MARK MASK   all with such a mark
 *   tool_ctmark watch MASK   those that end with such a mark, until killed */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctgone.h"
#include "ctmark.h"

static void show(const char *what, const struct ctmsg_entry *e)
{
	char from[ADDR_TEXT_SIZE], to[ADDR_TEXT_SIZE];

	printf("%s %s %s %u %s %u mark=%#x sent=%" PRIu64 "/%" PRIu64 " rcvd=%" PRIu64
	       "/%" PRIu64 "\n",
	       what, proto_name(e->view.proto), addr_text(e->view.client, from),
	       e->view.client_port, addr_text(e->view.server, to), e->view.server_port,
	       e->mark, e->pkts[CTMSG_ORIG], e->bytes[CTMSG_ORIG], e->pkts[CTMSG_REPLY],
	       e->bytes[CTMSG_REPLY]);
}

static void see(void *self, const struct ctmsg_entry *e)
{
	(void)self;
	show("seen", e);
}

static bool read_change(const char *line, struct ctmark_change *c)
{
	char proto[4], client[64], server[64];
	unsigned client_port, server_port;

	*c = (struct ctmark_change){ .look = true };
	if (sscanf(line, "%3s %63s %u %63s %u %" SCNx32 " %" SCNx32, proto, client,
	           &client_port, server, &server_port, &c->mark.value,
	           &c->mark.mask) != 7)
		return false;
	c->ends.proto = strcmp(proto, "TCP") == 0 ? IPPROTO_TCP : IPPROTO_UDP;
	c->ends.client_port = (uint16_t)client_port;
	c->ends.server_port = (uint16_t)server_port;
	return addr_parse(client, &c->ends.client) && addr_parse(server, &c->ends.server);
}

static int set(struct ctmark *m, bool search)
{
	const struct ctmark_counters *n = ctmark_counters(m);
	struct ctmark_change c;
	char line[256];

	while (fgets(line, sizeof(line), stdin)) {
		if (!read_change(line, &c))
			return 2;
		ctmark_put(m, &c);
	}
	ctmark_flush(m);
	while (search && ctmark_search(m))
		;
	printf("set=%" PRIu64 " gone=%" PRIu64 " failed=%" PRIu64 "\n", n->set, n->gone,
	       n->failed);
	return 0;
}

static int list(struct ctmsg_mark mark)
{
	struct ctlist_eye eye = { see, NULL };
	struct fault f;
	struct ctlist *l = ctlist_new(&f);
	int err = l ? ctlist_marked(l, mark, eye) : -EIO;

	ctlist_free(l);
	return err ? 1 : 0;
}

static int watch(uint32_t mask)
{
	struct ctmsg_entry e;
	struct fault f;
	struct ctgone *g = ctgone_new(mask, &f);
	struct pollfd p = { .events = POLLIN };

	if (!g)
		return 1;
	p.fd = ctgone_fd(g);
	puts("ready");
	do {
		while (ctgone_next(g, &e))
			show("ended", &e);
		(void)fflush(
			stdout); /* who waits for the line will say that it never came */
	} while (poll(&p, 1, -1) > 0);
	ctgone_free(g);
	return 1;
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 0);
}

int main(int argc, char **argv)
{
	struct fault f;
	struct ctmark *m;
	int code;

	if (argc == 4 && strcmp(argv[1], "list") == 0)
		return list((struct ctmsg_mark){ number(argv[2]), number(argv[3]) });
	if (argc == 3 && strcmp(argv[1], "watch") == 0)
		return watch(number(argv[2]));
	if (argc != 2)
		return 2;
	m = ctmark_new((struct ctlist_eye){ see, NULL }, &f);
	if (!m) {
		fprintf(stderr, "%s\n", f.text);
		return 1;
	}
	code = set(m, strcmp(argv[1], "search") == 0);
	ctmark_free(m);
	return code;
}
