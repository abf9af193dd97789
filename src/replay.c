/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libpcap knows the formats, their byte orders and their clocks.  What has no
 * microseconds is asked for in nanoseconds and cut here, as struct mono says. */
#include "replay.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

/* libpcap reads by stdio, whose own buffer means a system call for every few packets. */
#define READ_BYTES (128 << 10)

struct replay {
	pcap_t *pcap;
	char *path, *buffer;
	enum decode_link link;
	struct mono latest;
};

/* DLT_RAW has had three numbers (pcap-linktype(7)), and all of them are about. */
static bool link_of(int dlt, enum decode_link *link)
{
	static const struct {
		int dlt;
		enum decode_link link;
	} known[] = {
		{ DLT_EN10MB, DECODE_LINK_ETHERNET },
		{ DLT_RAW, DECODE_LINK_RAW },
		{ 12, DECODE_LINK_RAW },
		{ 14, DECODE_LINK_RAW },
		{ 101, DECODE_LINK_RAW },
		{ DLT_IPV4, DECODE_LINK_RAW },
		{ DLT_IPV6, DECODE_LINK_RAW },
		{ DLT_NULL, DECODE_LINK_NULL },
		{ DLT_LOOP, DECODE_LINK_LOOP },
		{ DLT_LINUX_SLL, DECODE_LINK_SLL },
		{ DLT_LINUX_SLL2, DECODE_LINK_SLL2 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].dlt == dlt) {
			*link = known[i].link;
			return true;
		}
	}
	return false;
}

static FILE *open_file(const char *path, struct fault *f)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");

	if (!file)
		fault_set(f, -errno, "%s: %s", path, strerror(errno));
	return file;
}

/* Takes the file over, also when it fails. */
static pcap_t *open_pcap(FILE *file, const char *path, struct fault *f)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *pcap =
		pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO,
	                                                 why);

	if (!pcap) {
		fault_set(f, -EINVAL, "%s: not a capture: %s", path, why);
		if (file != stdin)
			(void)fclose(file); /* only read from */
	}
	return pcap;
}

static int refuse_link(const char *path, int dlt, struct fault *f)
{
	const char *name = pcap_datalink_val_to_name(dlt);

	return fault_set(f, -EINVAL,
	                 "%s: link type %s (%d) is not read; only EN10MB, RAW, IPV4, "
	                 "IPV6, NULL, LOOP, LINUX_SLL and LINUX_SLL2 are",
	                 path, name ? name : "unknown", dlt);
}

struct replay *replay_open(const char *path, struct fault *f)
{
	struct replay *r = calloc(1, sizeof(*r));
	FILE *file;

	if (!r || !(r->path = strdup(path))) {
		fault_set(f, -ENOMEM, "%s: out of memory", path);
		goto fail;
	}
	r->buffer = malloc(READ_BYTES);
	file = open_file(path, f);
	if (!file)
		goto fail;
	if (r->buffer && file != stdin) /* which outlives us */
		(void)setvbuf(file, r->buffer, _IOFBF,
		              READ_BYTES); /* else it is slower */
	r->pcap = open_pcap(file, path, f);
	if (!r->pcap)
		goto fail;
	if (!link_of(pcap_datalink(r->pcap), &r->link)) {
		refuse_link(path, pcap_datalink(r->pcap), f);
		goto fail;
	}
	return r;

fail:
	replay_free(r);
	return NULL;
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	if (r->pcap)
		pcap_close(r->pcap);
	free(r->path);
	free(r->buffer);
	free(r);
}

/* Classic captures hold unsigned 32-bit seconds, which libpcap hands on as signed. */
static struct mono time_of(const struct timeval *nano)
{
	int64_t sec = nano->tv_sec < 0 ? (uint32_t)nano->tv_sec : nano->tv_sec;
	int64_t us = nano->tv_usec / 1000;

	if (us < 0 || sec > REPLAY_TIME_MOST / MONO_SECOND - 1)
		return (struct mono){ us < 0 ? 0 : REPLAY_TIME_MOST };
	us += sec * MONO_SECOND;
	return (struct mono){ us < REPLAY_TIME_MOST ? us : REPLAY_TIME_MOST };
}

/* libpcap says "truncated" and "damaged" alike; only the first has met the end. */
static int broken(const struct replay *r, struct fault *f)
{
	if (feof(pcap_file(r->pcap)))
		return fault_set(f, -ENODATA, "%s: cut short: %s", r->path,
		                 pcap_geterr(r->pcap));
	return fault_set(f, -EIO, "%s: cannot read on: %s", r->path,
	                 pcap_geterr(r->pcap));
}

int replay_next(struct replay *r, enum decode_result *result, struct packet *pkt,
                struct fault *f)
{
	struct pcap_pkthdr *header;
	const u_char *data;

	switch (pcap_next_ex(r->pcap, &header, &data)) {
	case 1:
		break;
	case PCAP_ERROR_BREAK: /* the end of the file */
		return 0;
	default:
		return broken(r, f);
	}
	*result = decode_frame(r->link, data, header->caplen, pkt);
	r->latest = mono_max(r->latest, time_of(&header->ts));
	pkt->time = r->latest;
	return 1;
}
