/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic of made-up apps as a script for gen_capture:
 *
 *	gen_traffic APP SEED [SECONDS]
 *
 * APP is chat, game or video.  Each has its own manner of bursts, flows, lengths and
 * gaps, with enough chance in it that no two traces are alike. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"

static const struct app {
	const char *name, *proto, *server;
	unsigned port, flows_most;
	unsigned packets_least, packets_most;
	unsigned sent_least, sent_most, rcvd_least, rcvd_most; /* bytes */
	unsigned gap_us_most, silence_ms_most;
} apps[] = {
	{ "chat", "tcp", "198.51.100.", 5222, 1, 2, 12, 60, 300, 60, 500, 400000, 6000 },
	{ "game", "udp", "203.0.113.", 3478, 2, 40, 200, 60, 140, 80, 240, 40000, 3000 },
	{ "video", "tcp", "192.0.2.", 443, 3, 60, 300, 40, 90, 1200, 1500, 8000, 8000 },
};

static unsigned between(struct rng *r, unsigned least, unsigned most)
{
	return least + rng_below(r, most - least + 1);
}

static void put_packet(const struct app *a, struct rng *r, uint64_t us, unsigned flow)
{
	char server[32];
	int sent = rng_below(r, 3) == 0;
	unsigned port = 40000 + flow;
	unsigned len = sent ? between(r, a->sent_least, a->sent_most)
	                    : between(r, a->rcvd_least, a->rcvd_most);

	(void)snprintf(server, sizeof(server), "%s%u", a->server, 10 + flow % 7);
	printf("%" PRIu64 ".%06" PRIu64 " %s ", us / 1000000, us % 1000000, a->proto);
	if (sent)
		printf("192.168.12.100 %u %s %u %u\n", port, server, a->port, len);
	else
		printf("%s %u 192.168.12.100 %u %u\n", server, a->port, port, len);
}

int main(int argc, char **argv)
{
	const struct app *a = NULL;
	struct rng r;
	uint64_t us = (uint64_t)1700000000 * 1000000, end;
	unsigned next_flow = 0;

	for (size_t i = 0; i < sizeof(apps) / sizeof(apps[0]); i++)
		if (argc > 2 && strcmp(apps[i].name, argv[1]) == 0)
			a = &apps[i];
	if (!a) {
		fputs("usage: gen_traffic chat|game|video SEED [SECONDS]\n", stderr);
		return 2;
	}
	rng_init(&r, strtoull(argv[2], NULL, 10), 0);
	end = us + strtoull(argc > 3 ? argv[3] : "30", NULL, 10) * 1000000;
	while (us < end) {
		unsigned flows = between(&r, 1, a->flows_most);

		for (unsigned n = between(&r, a->packets_least, a->packets_most); n;
		     n--) {
			put_packet(a, &r, us, next_flow + rng_below(&r, flows));
			us += rng_below(&r, a->gap_us_most);
		}
		next_flow += flows;
		us += (uint64_t)between(&r, 1100, a->silence_ms_most) * 1000;
	}
	return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
