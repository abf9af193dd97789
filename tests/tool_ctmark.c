/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks of connections by hand.
 *
 *   tool_ctmark set   lines "PROTO CLIENT PORT SERVER PORT VALUE MASK" on standard input
 *
 * Prints how connections are after the change, from original and reply direction's view,
 * and then what was counted. */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int set(struct ctmark *m)
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
	printf("set=%" PRIu64 " gone=%" PRIu64 " failed=%" PRIu64 "\n", n->set, n->gone,
	       n->failed);
	return 0;
}

int main(int argc, char **argv)
{
	struct fault f;
	struct ctmark *m = ctmark_new((struct ctmark_eye){ see, NULL }, &f);
	int code = 2;

	if (!m) {
		fprintf(stderr, "%s\n", f.text);
		return 1;
	}
	if (argc == 2 && strcmp(argv[1], "set") == 0)
		code = set(m);
	ctmark_free(m);
	return code;
}
